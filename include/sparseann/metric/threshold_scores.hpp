#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <map>
#include <span>
#include <vector>

#include "sparseann/core/error.hpp"
#include "sparseann/metric/rand_score.hpp"
#include "sparseann/metric/threshold_sweep.hpp"

namespace sparseann {

/// How well a prediction's segments at one threshold are the reference's.
struct ThresholdScore {
  double threshold = 0.0;
  RandScore rand;
  VariationOfInformation variation;
  double pixel_error = 0.0; ///< share of all voxels that `probability > threshold` calls cell, or not, wrongly
};

/// Throws: InvalidArgument for a reference without foreground.
[[nodiscard]] inline ThresholdScore threshold_score(double threshold, const ThresholdSums& sums, SingletonRule rule) {
  return {.threshold = threshold,
          .rand = rand_score(sums.segments, rule),
          .variation = variation_of_information(sums.segments),
          .pixel_error = static_cast<double>(sums.wrong_voxels) / static_cast<double>(sums.segments.voxels)};
}

/// The score of the highest f; of equal ones, that of the lowest threshold.
///
/// Throws: InvalidArgument for no scores.
[[nodiscard]] inline std::size_t best_of(std::span<const ThresholdScore> scores) {
  if (scores.empty())
    throw InvalidArgument("scores", "at least one", "none");
  const auto f = [](const ThresholdScore& score) { return score.rand.f; };
  return static_cast<std::size_t>(std::ranges::max_element(scores, {}, f) - scores.begin());
}

/// Scores thresholds as the mouse piriform cortex data's script does: 0.01, 0.1, 0.2 ... 0.9, 0.99; then the multiples
/// of 0.05 less than 0.1 from the best, then those of 0.01 less than 0.05 from what is best by then, from 0.01 to 0.99.
///
/// `score` is asked for the ThresholdScore at a percentage, once for each. Shapes: by threshold, ascending.
template <std::invocable<int> Score> [[nodiscard]] std::vector<ThresholdScore> refined_sweep(Score&& score) {
  std::map<int, ThresholdScore> scores;
  const auto visit_percent = [&](int percent) {
    if (percent >= 1 && percent <= 99 && !scores.contains(percent))
      scores.emplace(percent, score(percent));
  };
  const auto best = [&] {
    const auto f = [](const auto& entry) { return entry.second.rand.f; };
    return std::ranges::max_element(scores, {}, f)->first;
  };
  for (const int percent : {1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99})
    visit_percent(percent);
  for (const auto& [step, reach] : {std::pair{5, 10}, {1, 5}})
    for (int centre = best(), percent = centre - reach + 1; percent < centre + reach; ++percent)
      if (percent % step == 0)
        visit_percent(percent);
  std::vector<ThresholdScore> ascending;
  ascending.reserve(scores.size());
  for (const auto& [percent, one] : scores)
    ascending.push_back(one);
  return ascending;
}

} // namespace sparseann
