#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/experiment/experiment.hpp"
#include "sparseann/experiment/result_values.hpp"
#include "sparseann/io/text_table.hpp"
#include "sparseann/metric/bootstrap.hpp"
#include "sparseann/metric/detectable_difference.hpp"
#include "sparseann/metric/holm.hpp"
#include "sparseann/metric/paired_comparison.hpp"
#include "sparseann/metric/statistics.hpp"

namespace sparseann {

namespace detail {

/// The mean over seeds and cases; nothing where there are no values.
[[nodiscard]] inline TableEntry mean_entry(const std::optional<SeedValues>& values) {
  if (!values)
    return std::monostate{};
  return mean(seed_means(*values));
}

/// Every number has a stream of its own, by what it is of.
[[nodiscard]] inline BootstrapOptions bootstrap_of(const std::string& what) {
  return {.seed = Generator(0).split(what).key()};
}

/// Standard deviation over the seeds of the mean over the cases; nothing for one seed.
[[nodiscard]] inline TableEntry seed_spread(const SeedValues& values) {
  if (values.shape(0) < 2)
    return std::monostate{};
  std::vector<double> means(values.shape(0));
  for (std::size_t seed = 0; seed < means.size(); ++seed) {
    for (std::size_t c = 0; c < values.shape(1); ++c)
      means[seed] += values(seed, c) / static_cast<double>(values.shape(1));
  }
  return summarise(means).standard_deviation.value_or(0);
}

} // namespace detail

/// The budgets at which a row's measure is known, as ResultValues has them.
[[nodiscard]] inline std::vector<ResultKey> measured_keys(const ExperimentRow& row, const std::string& measure,
                                                          const ResultValues& results) {
  std::vector<ResultKey> keys;
  for (const std::string& budget : results.budgets())
    if (ResultKey key{row.arm, row.prediction, budget}; results.values(key, measure))
      keys.push_back(std::move(key));
  return keys;
}

/// Throws: DataError for a row whose arm has results, and none of that prediction, unless it is one that data with
/// fewer planes do not have: of a plane, or a vote.
inline void check_predictions(const Experiment& experiment, const ResultValues& results) {
  constexpr std::array<std::string_view, 5> of_planes{"xy", "xz", "yz", "average_vote", "majority_vote"};
  for (const ExperimentRow& row : experiment.rows)
    if (const auto there = results.predictions(row.arm);
        !there.empty() && std::ranges::find(of_planes, row.prediction) == of_planes.end() &&
        std::ranges::find(there, row.prediction) == there.end())
      throw DataError(fmt::format("row '{}'", row.title),
                      fmt::format("a prediction of the arm {}: {}", row.arm, fmt::join(there, ", ")),
                      fmt::format("'{}'", row.prediction));
}

/// The experiment's table: per row and budget the primary measure, its mean over classes, with its interval and its
/// spread over seeds, then the other measures of classes and cases.
///
/// Intervals: 95 %, by the two-way bootstrap over seeds and cases; nothing for a single case, which has none.
[[nodiscard]] inline TextTable result_table(const Experiment& experiment, const ResultValues& results) {
  const Measures& measures = experiment.measures;
  std::vector<TableColumn> columns{
      {"method"},    {"budget"},     {"seeds", 0},      {"cases", 0}, {measures.primary, 3},
      {"ci_low", 3}, {"ci_high", 3}, {"sd_of_seeds", 3}};
  for (const std::string& name : results.classes())
    for (const ShownMetric& metric : measures.of_classes)
      columns.push_back({fmt::format("{} {}", name, metric.name), metric.decimals});
  for (const ShownMetric& metric : measures.of_cases)
    columns.push_back({metric.name, metric.decimals});
  TextTable table(columns);
  for (const ExperimentRow& row : experiment.rows)
    for (const ResultKey& key : measured_keys(row, measures.primary, results)) {
      const SeedValues values = results.values(key, measures.primary).value();
      std::vector<TableEntry> entries{row.title, key.budget, static_cast<double>(values.shape(0)),
                                      static_cast<double>(values.shape(1)), mean(seed_means(values))};
      if (values.shape(1) > 1) {
        const Interval interval =
            two_way_interval(values, detail::bootstrap_of(fmt::format("{} {}", row.title, key.budget)));
        entries.emplace_back(interval.low);
        entries.emplace_back(interval.high);
      } else {
        entries.resize(entries.size() + 2);
      }
      entries.push_back(detail::seed_spread(values));
      for (const std::string& name : results.classes())
        for (const ShownMetric& metric : measures.of_classes)
          entries.push_back(detail::mean_entry(results.values(key, metric.name, name)));
      for (const ShownMetric& metric : measures.of_cases)
        entries.push_back(detail::mean_entry(results.values(key, metric.name)));
      table.add_row(std::move(entries));
    }
  return table;
}

/// A contrast at one budget.
struct MeasuredContrast {
  Contrast contrast;
  std::string budget; ///< of the method; a baseline that annotates everything has its own
  std::size_t seeds = 0;
  std::size_t cases = 0;
  double difference = 0.0;
  Interval interval;
  double p_value = 1.0;
  double adjusted_p_value = 1.0; ///< by Holm, of a primary contrast over its budgets, of the others over all of these
  double smallest_detectable = 0.0;
};

/// All contrasts of the primary measure at all budgets at which both rows were measured on the same two cases or more.
/// A row that was measured at one budget alone is compared with the other at all of its budgets.
[[nodiscard]] inline std::vector<MeasuredContrast> measured_contrasts(const Experiment& experiment,
                                                                      const ResultValues& results) {
  const std::string& measure = experiment.measures.primary;
  std::vector<MeasuredContrast> measured;
  for (const Contrast& contrast : experiment.contrasts) {
    const auto methods = measured_keys(row_by_title(experiment, contrast.method), measure, results);
    const auto baselines = measured_keys(row_by_title(experiment, contrast.baseline), measure, results);
    for (const ResultKey& method : methods)
      for (const ResultKey& baseline : baselines) {
        if (method.budget != baseline.budget && methods.size() > 1 && baselines.size() > 1)
          continue;
        const SeedValues ours = results.values(method, measure).value();
        const SeedValues theirs = results.values(baseline, measure).value();
        if (ours.shape(1) != theirs.shape(1) || ours.shape(1) < 2)
          continue;
        const std::string& budget = methods.size() > 1 || baselines.size() == 1 ? method.budget : baseline.budget;
        const PairedComparison found = compare_paired(
            ours, theirs, detail::bootstrap_of(fmt::format("{} {} {}", contrast.method, contrast.baseline, budget)));
        measured.push_back({.contrast = contrast,
                            .budget = budget,
                            .seeds = std::min(ours.shape(0), theirs.shape(0)),
                            .cases = ours.shape(1),
                            .difference = found.mean_difference,
                            .interval = found.interval,
                            .p_value = found.test.p_value,
                            .adjusted_p_value = found.test.p_value,
                            .smallest_detectable = smallest_detectable_difference(found.differences)});
      }
  }
  std::map<std::string, std::vector<std::size_t>> families;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    const Contrast& contrast = measured[i].contrast;
    families[contrast.primary ? contrast.method + '\n' + contrast.baseline : ""].push_back(i);
  }
  for (const auto& [name, members] : families) {
    std::vector<double> p_values;
    for (const std::size_t i : members)
      p_values.push_back(measured[i].p_value);
    const std::vector<double> adjusted = holm_adjusted(p_values);
    for (std::size_t i = 0; i < members.size(); ++i)
      measured[members[i]].adjusted_p_value = adjusted[i];
  }
  return measured;
}

[[nodiscard]] inline TextTable contrast_table(const std::vector<MeasuredContrast>& contrasts) {
  TextTable table({{"method"},
                   {"baseline"},
                   {"budget"},
                   {"primary"},
                   {"seeds", 0},
                   {"cases", 0},
                   {"difference", 3},
                   {"ci_low", 3},
                   {"ci_high", 3},
                   {"p_wilcoxon", 4},
                   {"p_adjusted", 4},
                   {"smallest_detectable", 3}});
  for (const MeasuredContrast& each : contrasts)
    table.add_row({each.contrast.method, each.contrast.baseline, each.budget,
                   std::string(each.contrast.primary ? "yes" : "no"), static_cast<double>(each.seeds),
                   static_cast<double>(each.cases), each.difference, each.interval.low, each.interval.high,
                   each.p_value, each.adjusted_p_value, each.smallest_detectable});
  return table;
}

} // namespace sparseann
