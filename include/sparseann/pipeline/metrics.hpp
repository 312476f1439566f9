#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sparseann/core/parallel.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/metric/evaluation.hpp"
#include "sparseann/metric/overall_score.hpp"
#include "sparseann/metric/statistics.hpp"
#include "sparseann/pipeline/ensembling.hpp"

namespace sparseann {

/// The scores of one method on one test case, one per class but the background.
struct CaseScores {
  std::string method;
  std::string case_name;
  std::vector<ClassScore> classes;
};

/// Scores every method on every test case against the dense labels, on `threads` threads.
[[nodiscard]] inline std::vector<CaseScores> evaluate_methods(std::span<const Predictions> methods,
                                                              std::span<const Case> test,
                                                              std::span<const LabelVolume> references,
                                                              std::size_t classes, const EvaluationOptions& options,
                                                              std::size_t threads) {
  if (references.size() != test.size())
    throw DataError("test labels", fmt::format("{}, one per test case", test.size()),
                    fmt::format("{}", references.size()));
  std::vector<CaseScores> scores(methods.size() * test.size());
  parallel_for(scores.size(), threads, [&](std::size_t i) {
    const Predictions& method = methods[i / test.size()];
    const std::size_t c = i % test.size();
    const LabelVolume prediction{method.test.at(c), test[c].image.geometry};
    scores[i] = {method.method, test[c].name, evaluate(prediction, references[c], classes, options, test[c].name)};
  });
  return scores;
}

/// metrics.csv: one row per method, case and class.
[[nodiscard]] inline std::string metrics_csv(std::span<const CaseScores> scores,
                                             std::span<const std::string> class_names) {
  CsvWriter table(
      {"method", "case", "class", "label", "dice", "adb_mm", "hausdorff_mm", "prediction_empty", "reference_empty"});
  for (const CaseScores& row : scores)
    for (const ClassScore& score : row.classes)
      table.add_row(row.method, row.case_name, class_names[score.label], score.label, score.dice,
                    score.average_boundary_distance_mm, score.hausdorff_mm, score.prediction_empty,
                    score.reference_empty);
  return table.text();
}

/// One method over all test cases.
struct MethodSummary {
  struct OfClass {
    std::size_t label = 0;
    Summary dice;
    Summary average_boundary_distance_mm;
    Summary hausdorff_mm;
  };
  std::string method;
  std::vector<OfClass> classes;
  double mean_dice = 0;              ///< over classes and cases
  double overall_score = 0;          ///< HVSMR's, per case, then the mean
  std::size_t empty_predictions = 0; ///< classes of cases that have the class and were predicted to have none
};

/// Summaries in the order in which the methods appear.
[[nodiscard]] inline std::vector<MethodSummary> summarise_methods(std::span<const CaseScores> scores) {
  std::vector<MethodSummary> summaries;
  for (std::size_t first = 0; first < scores.size();) {
    std::size_t last = first;
    while (last < scores.size() && scores[last].method == scores[first].method)
      ++last;
    const auto cases = scores.subspan(first, last - first);
    MethodSummary summary{.method = scores[first].method, .classes = {}};
    std::vector<double> overall;
    std::vector<double> all_dice;
    for (const CaseScores& row : cases)
      overall.push_back(overall_score(row.classes));
    for (std::size_t k = 0; k < cases.front().classes.size(); ++k) {
      std::vector<double> dice;
      std::vector<double> boundary;
      std::vector<double> hausdorff;
      for (const CaseScores& row : cases) {
        const ClassScore& score = row.classes[k];
        dice.push_back(score.dice);
        boundary.push_back(score.average_boundary_distance_mm);
        hausdorff.push_back(score.hausdorff_mm);
        summary.empty_predictions += static_cast<std::size_t>(score.prediction_empty && !score.reference_empty);
      }
      all_dice.insert(all_dice.end(), dice.begin(), dice.end());
      summary.classes.push_back(
          {cases.front().classes[k].label, summarise(dice), summarise(boundary), summarise(hausdorff)});
    }
    summary.mean_dice = mean(all_dice);
    summary.overall_score = mean(overall);
    summaries.push_back(std::move(summary));
    first = last;
  }
  return summaries;
}

/// summary.csv: one row per method and class, means and standard deviations over the cases; class `all` has the mean
/// Dice over classes and the overall score.
[[nodiscard]] inline std::string summary_csv(std::span<const MethodSummary> summaries,
                                             std::span<const std::string> class_names) {
  CsvWriter table({"method", "class", "cases", "dice_mean", "dice_sd", "adb_mm_mean", "adb_mm_sd", "hausdorff_mm_mean",
                   "hausdorff_mm_sd", "overall_score", "empty_predictions"});
  const std::optional<double> none;
  for (const MethodSummary& summary : summaries) {
    for (const auto& row : summary.classes)
      table.add_row(summary.method, class_names[row.label], row.dice.count, row.dice.mean, row.dice.standard_deviation,
                    row.average_boundary_distance_mm.mean, row.average_boundary_distance_mm.standard_deviation,
                    row.hausdorff_mm.mean, row.hausdorff_mm.standard_deviation, none, std::optional<std::size_t>());
    table.add_row(summary.method, "all", summary.classes.front().dice.count, summary.mean_dice, none, none, none, none,
                  none, std::optional<double>(summary.overall_score),
                  std::optional<std::size_t>(summary.empty_predictions));
  }
  return table.text();
}

} // namespace sparseann
