#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/metric/components.hpp"
#include "sparseann/metric/threshold_scores.hpp"
#include "sparseann/metric/threshold_sweep.hpp"
#include "sparseann/pipeline/ensembling.hpp"

namespace sparseann {

/// How well the cells that a method makes out are a test case's instances.
struct InstanceScores {
  std::string method;
  std::string case_name;
  ThresholdScore best; ///< of the refined sweep, chosen on this very case alone: an oracle
  ThresholdScore half; ///< at 0.5, chosen without a look at any case
};

namespace detail {

/// One class's probabilities, of which 255 is 1.
[[nodiscard]] inline Array3<std::uint8_t> probability_of_class(const ClassProbabilities& probabilities,
                                                               std::size_t label) {
  Array3<std::uint8_t> one({probabilities.shape(1), probabilities.shape(2), probabilities.shape(3)});
  std::ranges::copy(elements(probabilities).subspan(label * one.size(), one.size()), elements(one).begin());
  return one;
}

/// V^Rand of 2D components of one map against the components of the reference, as `sparseann evaluate-rand` scores
/// them.
[[nodiscard]] inline InstanceScores score_instances(const Array3<std::uint8_t>& probability,
                                                    const Array3<std::uint32_t>& reference,
                                                    const Execution& execution) {
  const PercentSweep sums(probability, reference, std::nullopt, execution);
  const auto score = [&](int percent) {
    return threshold_score(percent / 100.0, sums.at(percent / 100.0), SingletonRule::divided);
  };
  const std::vector<ThresholdScore> sweep = refined_sweep(score);
  return {.method = {}, .case_name = {}, .best = sweep[best_of(sweep)], .half = score(50)};
}

} // namespace detail

/// Scores the probability of class 1, cell, of every method and test case: V^Rand of its 2D components against those of
/// the reference, missed voxels `divided` (see SingletonRule), a threshold for each case.
///
/// Shapes: `references` parallel to `test`, as are the methods' probabilities. Cost: linear in the voxels of each map.
/// Throws: InvalidArgument for a method without probabilities, references of other cases, and a reference without a
/// cell.
[[nodiscard]] inline std::vector<InstanceScores> evaluate_instances(std::span<const Predictions> methods,
                                                                    std::span<const Case> test,
                                                                    std::span<const LabelVolume> references,
                                                                    const Execution& execution = {}) {
  if (references.size() != test.size())
    throw InvalidArgument("references", fmt::format("{}, one per test case", test.size()),
                          fmt::format("{}", references.size()));
  std::vector<InstanceScores> all;
  for (std::size_t c = 0; c < test.size(); ++c) {
    Array3<std::uint8_t> cells(references[c].voxels.shape());
    std::ranges::transform(elements(references[c].voxels), elements(cells).begin(),
                           [](std::uint8_t label) { return static_cast<std::uint8_t>(label == 1 ? 1 : 0); });
    const Components reference = slice_components(cells, Connectivity::faces, execution);
    for (const Predictions& method : methods) {
      if (method.probabilities.size() != test.size())
        throw InvalidArgument("methods", fmt::format("probabilities of {} test cases", test.size()),
                              fmt::format("{} of {}", method.probabilities.size(), method.method));
      all.push_back(detail::score_instances(detail::probability_of_class(method.probabilities[c], 1), reference.labels,
                                            execution));
      all.back().method = method.method;
      all.back().case_name = test[c].name;
    }
  }
  return all;
}

} // namespace sparseann
