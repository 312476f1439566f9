#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/annotate/sparse_labels.hpp"
#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/metric/bootstrap.hpp"
#include "sparseann/metric/overlap.hpp"
#include "sparseann/metric/statistics.hpp"

namespace sparseann {

/// How a method labelled what is annotated of a case that it had not seen.
struct SparseScore {
  std::string method;
  std::size_t fold = 0;
  std::string case_name;
  std::size_t label = 0;
  std::size_t reference_voxels = 0; ///< annotated as this label
  double dice = 0;
};

/// Scores every class but the background on the annotated voxels of one case; classes that neither labels nor
/// prediction have there are left out, as they say nothing.
///
/// Formula: Dice over the annotated voxels alone. Shapes: prediction (z, y, x) as the labels. Cost: one pass.
/// Throws: InvalidArgument for another number of voxels. Deviation: no distances of surfaces, as of a boundary between
/// annotated slices nothing is known.
[[nodiscard]] inline std::vector<SparseScore> score_on_annotated(const Array3<std::uint8_t>& prediction,
                                                                 const SparseLabels& labels, std::string_view method,
                                                                 std::size_t fold, std::string_view case_name) {
  if (shape_of(prediction) != labels.shape())
    throw InvalidArgument("prediction", to_string(labels.shape()) + " voxels, as the labels",
                          to_string(shape_of(prediction)));
  std::vector<std::uint8_t> predicted;
  std::vector<std::uint8_t> annotated;
  for (const std::size_t offset : labels.annotated_offsets()) {
    predicted.push_back(elements(prediction)[offset]);
    annotated.push_back(elements(labels.voxels())[offset]);
  }
  const OverlapCounts counts = count_overlap(predicted, annotated);
  std::vector<SparseScore> scores;
  for (std::size_t label = 1; label < labels.classes(); ++label)
    if (counts.prediction[label] + counts.reference[label] > 0)
      scores.push_back({.method = std::string(method),
                        .fold = fold,
                        .case_name = std::string(case_name),
                        .label = label,
                        .reference_voxels = counts.reference[label],
                        .dice = dice(counts, static_cast<std::uint8_t>(label))});
  return scores;
}

/// validation.csv.
[[nodiscard]] inline std::string to_csv(std::span<const SparseScore> scores) {
  CsvWriter table({"method", "fold", "case", "label", "annotated_voxels", "dice"});
  for (const SparseScore& score : scores)
    table.add_row(score.method, score.fold, score.case_name, score.label, score.reference_voxels, score.dice);
  return table.text();
}

/// A method's scores of one class over the cases that have it.
struct SparseSummary {
  std::string method;
  std::size_t label = 0;
  std::size_t cases = 0;
  double mean_dice = 0;
  std::optional<Interval> interval; ///< of 95 %, over cases; none of a single one
};

/// One summary per method and class, in the order of their first score.
[[nodiscard]] inline std::vector<SparseSummary> summarise(std::span<const SparseScore> scores) {
  std::vector<std::pair<std::string, std::size_t>> keys;
  std::map<std::pair<std::string, std::size_t>, std::vector<double>> values;
  for (const SparseScore& score : scores) {
    const std::pair key(score.method, score.label);
    if (!values.contains(key))
      keys.push_back(key);
    values[key].push_back(score.dice);
  }
  std::vector<SparseSummary> summaries;
  for (const auto& key : keys) {
    const std::vector<double>& dice = values[key];
    SparseSummary summary{
        .method = key.first, .label = key.second, .cases = dice.size(), .mean_dice = mean(dice), .interval = {}};
    if (dice.size() > 1)
      summary.interval = bootstrap_interval(dice, [](std::span<const double> sample) { return mean(sample); });
    summaries.push_back(summary);
  }
  return summaries;
}

/// What such scores can and cannot say.
inline constexpr std::string_view sparse_validation_caveat =
    "Scored on annotated voxels of cases that the model had not seen. These slices were chosen to represent the scans, "
    "not at random, and have no more to say about the slices in between than they resemble them; surfaces are not "
    "scored; who drew them is taken to be right. Use it to compare models on the same labels, not as the Dice of a "
    "dense test set.";

} // namespace sparseann
