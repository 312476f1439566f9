#include "apps/sparseann/evaluate_rand/scores.hpp"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <functional>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "sparseann/core/error.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/metric/components.hpp"
#include "sparseann/metric/contingency.hpp"
#include "sparseann/metric/threshold_sweep.hpp"
#include "sparseann/metric/watershed.hpp"

namespace sparseann::app {

namespace {

using SumsAt = std::function<ThresholdSums(double threshold)>;

Array3<std::uint8_t> cells_of(const Array3<std::uint32_t>& labels) {
  Array3<std::uint8_t> cells(labels.shape());
  std::ranges::transform(elements(labels), elements(cells).begin(),
                         [](std::uint32_t label) { return static_cast<std::uint8_t>(label != 0); });
  return cells;
}

/// What is flooded: the lower the likelier cell. Reals in steps of 1 / 65535.
template <Probability T> auto heights_of(const Array3<T>& probability) {
  using H = std::conditional_t<std::floating_point<T>, std::uint16_t, T>;
  constexpr H highest = std::numeric_limits<H>::max();
  Array3<H> heights(probability.shape());
  std::ranges::transform(elements(probability), elements(heights).begin(), [](T value) {
    if constexpr (std::floating_point<T>)
      return static_cast<H>(std::lround((1.0 - probability_of(value)) * highest));
    else
      return static_cast<H>(highest - value);
  });
  return heights;
}

/// `probability` and `execution` must outlive what is given back.
template <Probability T>
SumsAt watershed_sums(const Array3<T>& probability, Array3<std::uint32_t> reference, const Execution& execution) {
  return [&probability, &execution, reference = std::move(reference),
          heights = heights_of(probability)](double threshold) {
    const Array3<std::uint8_t> mask = threshold_levels(probability, std::span(&threshold, 1), execution);
    const Array3<std::uint32_t> segments =
        seeded_watershed(heights, slice_components(mask, Connectivity::faces, execution).labels,
                         {.connectivity = Connectivity::faces, .within_slices = true}, execution);
    ThresholdSums sums{.segments = segment_sums(contingency_table(elements(segments), elements(reference))),
                       .wrong_voxels = 0};
    for (std::size_t i = 0; i < mask.size(); ++i)
      sums.wrong_voxels += (mask.data()[i] != 0) != (reference.data()[i] != 0) ? 1U : 0U;
    return sums;
  };
}

/// Sums of all stacks together, and how many segments their references have.
struct PooledSums {
  SumsAt at;
  std::size_t reference_segments = 0;
};

/// `stacks` must outlive what is given back.
PooledSums pooled_sums(std::span<const Stack> stacks, const RandOptions& options, const Execution& execution) {
  std::vector<SumsAt> of_stacks;
  std::size_t reference_segments = 0;
  for (const Stack& stack : stacks) {
    Components segments = slice_components(cells_of(stack.reference), Connectivity::faces, execution);
    reference_segments += segments.sizes.size();
    of_stacks.push_back(std::visit(
        [&](const auto& map) -> SumsAt {
          if (options.scoring == Scoring::watershed)
            return watershed_sums(map, std::move(segments.labels), execution);
          return [sweep = PercentSweep(map, segments.labels, options.threshold, execution)](double threshold) {
            return sweep.at(threshold);
          };
        },
        stack.probability));
  }
  SumsAt at = [of_stacks = std::move(of_stacks)](double threshold) {
    ThresholdSums sums;
    for (const SumsAt& of_stack : of_stacks)
      sums.add(of_stack(threshold));
    return sums;
  };
  return {.at = std::move(at), .reference_segments = reference_segments};
}

} // namespace

RandScores rand_scores(std::span<const Stack> stacks, const RandOptions& options, const Execution& execution) {
  const PooledSums sums = pooled_sums(stacks, options, execution);
  const auto score = [&](double threshold) {
    return threshold_score(threshold, sums.at(threshold), options.singletons);
  };
  RandScores scores{.reference_segments = sums.reference_segments, .sweep = {}, .best = 0, .fixed = std::nullopt};
  if (options.sweep == Sweep::refined)
    scores.sweep = refined_sweep([&](int percent) { return score(percent / 100.0); });
  else
    std::ranges::transform(percent_thresholds(), std::back_inserter(scores.sweep), score);
  scores.best = best_of(scores.sweep);
  if (options.threshold)
    scores.fixed = score(*options.threshold);
  return scores;
}

} // namespace sparseann::app
