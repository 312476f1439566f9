#include "apps/sparseann/compare/report.hpp"

#include <utility>

#include <fmt/format.h>

#include "sparseann/core/random.hpp"
#include "sparseann/metric/holm.hpp"

namespace sparseann::app {

namespace {

/// p-values have a decimal more than what they are about needs.
constexpr int p_decimals = 4;

std::string interval_text(const Interval& interval, int decimals) {
  return fmt::format("[{:.{}f}, {:.{}f}]", interval.low, decimals, interval.high, decimals);
}

/// Every row draws from a stream of its own, so that one row's chance is not the next one's.
BootstrapOptions stream_of(const BootstrapOptions& options, std::size_t row) {
  BootstrapOptions own = options;
  own.seed = Generator(options.seed).split("compare").split(row).key();
  return own;
}

} // namespace

std::vector<ComparedMethod> compared(std::span<const Method> methods, std::span<const ClassMeasurements> classes,
                                     std::size_t baseline, const BootstrapOptions& bootstrap,
                                     const DetectionOptions& detection) {
  std::vector<ComparedMethod> rows;
  for (const ClassMeasurements& each : classes)
    for (std::size_t m = 0; m < methods.size(); ++m) {
      const BootstrapOptions own = stream_of(bootstrap, rows.size());
      ComparedMethod row{.class_name = each.name,
                         .method = methods[m].name,
                         .seeds = methods[m].files.size(),
                         .cases = each.cases.size(),
                         .summary = summarise(seed_means(each.methods[m])),
                         .interval = two_way_interval(each.methods[m], own),
                         .difference = std::nullopt};
      if (m != baseline) {
        const PairedComparison comparison = compare_paired(each.methods[m], each.methods[baseline], own);
        row.difference = {.mean = comparison.mean_difference,
                          .interval = comparison.interval,
                          .p_value = comparison.test.p_value,
                          .smallest_detectable = smallest_detectable_difference(comparison.differences, detection)};
      }
      rows.push_back(std::move(row));
    }
  std::vector<double> p_values;
  for (const ComparedMethod& row : rows)
    if (row.difference)
      p_values.push_back(row.difference->p_value);
  const std::vector<double> holm = holm_adjusted(p_values);
  std::size_t next = 0;
  for (ComparedMethod& row : rows)
    if (row.difference)
      row.difference->holm_p_value = holm[next++];
  return rows;
}

TextTable comparison_table(std::span<const ComparedMethod> rows, int decimals) {
  TextTable table({{"class"},
                   {"method"},
                   {"seeds", 0},
                   {"cases", 0},
                   {"mean", decimals},
                   {"sd", decimals},
                   {"median", decimals},
                   {"ci_low", decimals},
                   {"ci_high", decimals},
                   {"difference", decimals},
                   {"difference_ci_low", decimals},
                   {"difference_ci_high", decimals},
                   {"p_wilcoxon", p_decimals},
                   {"p_holm", p_decimals},
                   {"smallest_detectable", decimals}});
  for (const ComparedMethod& row : rows) {
    std::vector<TableEntry> entries{row.class_name,
                                    row.method,
                                    static_cast<double>(row.seeds),
                                    static_cast<double>(row.cases),
                                    row.summary.mean,
                                    row.summary.standard_deviation.value(),
                                    row.summary.median,
                                    row.interval.low,
                                    row.interval.high};
    if (row.difference)
      for (const double value :
           {row.difference->mean, row.difference->interval.low, row.difference->interval.high, row.difference->p_value,
            row.difference->holm_p_value, row.difference->smallest_detectable})
        entries.emplace_back(value);
    entries.resize(15);
    table.add_row(std::move(entries));
  }
  return table;
}

std::string comparison_in_words(std::span<const ComparedMethod> rows, const std::string& metric, double confidence,
                                int decimals) {
  std::string text;
  std::string class_name;
  for (const ComparedMethod& row : rows) {
    if (text.empty() || row.class_name != class_name)
      text += fmt::format("class {}, {}, {} cases\n", row.class_name, metric, row.cases);
    class_name = row.class_name;
    text += fmt::format("  {:<20} {:.{}f} (SD {:.{}f}), median {:.{}f}, {:.4g} % CI {}, {} seed{}\n", row.method,
                        row.summary.mean, decimals, row.summary.standard_deviation.value(), decimals,
                        row.summary.median, decimals, 100 * confidence, interval_text(row.interval, decimals),
                        row.seeds, row.seeds == 1 ? "" : "s");
    if (row.difference)
      text += fmt::format("  {:<20} {:+.{}f} {}, p {:.{}f}, by Holm {:.{}f}, smallest detectable {:.{}f}\n", "",
                          row.difference->mean, decimals, interval_text(row.difference->interval, decimals),
                          row.difference->p_value, p_decimals, row.difference->holm_p_value, p_decimals,
                          row.difference->smallest_detectable, decimals);
  }
  return text;
}

} // namespace sparseann::app
