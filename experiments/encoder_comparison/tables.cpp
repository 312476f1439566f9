#include "tables.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "sparseann/io/csv.hpp"
#include "sparseann/metric/statistics.hpp"

namespace sparseann::encoder_comparison {

namespace {

std::optional<double> mean_or_none(const std::vector<double>& values) {
  return values.empty() ? std::nullopt : std::optional(mean(values));
}
std::optional<double> standard_error_or_none(const std::vector<double>& values) {
  return values.size() < 2 ? std::nullopt : std::optional(standard_error(values));
}

/// One number of each case of a selector at a setting, by case.
std::vector<double> of_cases(const EncoderResult& result, std::string_view selector, std::size_t every,
                             double CaseCoverage::* value) {
  std::vector<double> values;
  for (const CaseCoverage& coverage : result.coverages)
    if (coverage.selector == selector && coverage.every == every)
      values.push_back(coverage.*value);
  return values;
}

std::vector<double> differences(std::vector<double> values, const std::vector<double>& base) {
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] -= base[i];
  return values;
}

/// A row of the summary for the selector and setting of `first`, the coverage of the first case.
void add_summary(CsvWriter& table, const EncoderResult& result, const CaseCoverage& first) {
  const auto labels_of = [&](std::string_view selector) {
    return of_cases(result, selector, first.every, &CaseCoverage::labels);
  };
  const std::vector<double> labels = labels_of(first.selector);
  const std::vector<double> features = of_cases(result, first.selector, first.every, &CaseCoverage::features);
  const std::vector<double> gained = differences(labels, labels_of(equal_interval));
  const double gap = mean(differences(labels_of(ceiling), labels_of(equal_interval)));
  table.add_row(result.encoder, first.selector, first.every, labels.size(), mean(labels),
                standard_error_or_none(labels), mean(gained), standard_error_or_none(gained),
                gap > 0 ? std::optional(mean(gained) / gap) : std::nullopt, mean(features),
                standard_error_or_none(features));
}

} // namespace

std::string encoders_csv(std::span<const EncoderResult> results) {
  CsvWriter table({"encoder", "seconds", "slices", "mean_squared_error", "unexplained_share", "rank_correlation",
                   "effective_rank", "duplicate_rate", "stacks", "stacks_with_warnings"});
  for (const EncoderResult& result : results) {
    std::vector<double> squared;
    std::vector<double> unexplained;
    for (const SliceReconstruction& slice : result.reconstructions) {
      squared.push_back(slice.error.mean_squared);
      if (slice.error.unexplained_share)
        unexplained.push_back(*slice.error.unexplained_share);
    }
    std::vector<double> correlations;
    std::vector<double> ranks;
    std::vector<double> duplicates;
    std::size_t slices = 0;
    for (const StackDiagnostics& stack : result.diagnostics) {
      slices += stack.found.slices;
      if (stack.found.rank_correlation)
        correlations.push_back(*stack.found.rank_correlation);
      ranks.push_back(stack.found.effective_rank);
      duplicates.push_back(stack.found.duplicate_rate);
    }
    table.add_row(
        result.encoder, result.seconds, slices, mean_or_none(squared), mean_or_none(unexplained),
        mean_or_none(correlations), mean_or_none(ranks), mean_or_none(duplicates), result.diagnostics.size(),
        std::ranges::count_if(result.diagnostics, [](const auto& stack) { return !stack.found.warnings.empty(); }));
  }
  return table.text();
}

std::string coverage_csv(std::span<const EncoderResult> results, std::span<const std::string> cases) {
  CsvWriter table({"encoder", "selector", "every", "case", "label_coverage", "feature_coverage"});
  for (const EncoderResult& result : results)
    for (const CaseCoverage& row : result.coverages)
      table.add_row(result.encoder, row.selector, row.every, cases[row.case_index], row.labels, row.features);
  return table.text();
}

std::string summary_csv(std::span<const EncoderResult> results) {
  CsvWriter table({"encoder", "selector", "every", "cases", "label_coverage", "label_coverage_se",
                   "over_equal_interval", "over_equal_interval_se", "share_of_gap", "feature_coverage",
                   "feature_coverage_se"});
  for (const EncoderResult& result : results)
    for (const CaseCoverage& row : result.coverages)
      if (row.case_index == 0)
        add_summary(table, result, row);
  return table.text();
}

} // namespace sparseann::encoder_comparison
