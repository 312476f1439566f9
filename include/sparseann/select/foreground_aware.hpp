#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/select/per_stack.hpp"
#include "sparseann/select/ranked_selection.hpp"
#include "sparseann/select/selection_problem.hpp"
#include "sparseann/select/selector.hpp"

namespace sparseann {

/// Scores of the slices of one plane: the mean of a map, such as an intensity or a guess of the foreground, over each.
///
/// Shapes: map (z, y, x) -> as many scores as `plane` has slices.
/// Cost: one pass over the map.
/// Throws: DataError for a map without voxels; for a negative number or one that is not finite, naming its voxel.
[[nodiscard]] inline std::vector<double> slice_scores(const Array3<float>& map, Plane plane) {
  const Shape3 shape = shape_of(map);
  if (map.size() == 0)
    throw DataError("map", "at least one voxel", to_string(shape));
  const std::span<const float> values = elements(map);
  const std::size_t axis = stacking_axis(plane);
  const std::array<std::size_t, 3> strides{shape[1] * shape[2], shape[2], 1};
  std::vector<double> scores(shape[axis], 0.0);
  for (std::size_t offset = 0; offset < values.size(); ++offset) {
    if (!(std::isfinite(values[offset]) && values[offset] >= 0))
      throw DataError("map", "finite numbers of at least 0",
                      fmt::format("{} at voxel {}", values[offset], voxel_text(shape, offset)));
    scores[offset / strides[axis] % shape[axis]] += static_cast<double>(values[offset]);
  }
  const std::size_t voxels_per_slice = values.size() / shape[axis];
  for (double& score : scores)
    score /= static_cast<double>(voxels_per_slice);
  return scores;
}

/// A map of an image that is larger where there seems to be more to label.
template <class M>
concept ScoreMap = std::copyable<M> && requires(const M map, const Image& image) {
  { map(image) } -> std::same_as<Array3<float>>;
};

/// How far intensities are above the lowest of their channel, summed over channels: for scans whose background is dark.
struct IntensityAboveLowest {
  static constexpr std::string_view name = "intensity_above_lowest";

  [[nodiscard]] Array3<float> operator()(const Image& image) const {
    Array3<float> map = xt::zeros<float>({image.shape()[0], image.shape()[1], image.shape()[2]});
    const std::span<const float> voxels = elements(image.voxels);
    for (std::size_t channel = 0; channel < image.channels(); ++channel) {
      const std::span<const float> values = voxels.subspan(channel * map.size(), map.size());
      const float lowest = std::ranges::min(values);
      std::ranges::transform(elements(map), values, elements(map).begin(),
                             [lowest](float sum, float value) { return sum + (value - lowest); });
    }
    return map;
  }
};

struct ForegroundAwareOptions {
  double uniform_share = 0.1;

  friend void visit(ForegroundAwareOptions& options, auto&& visitor) {
    visitor(field("uniform_share", options.uniform_share,
                  "share of the first draw's probability that all slices have alike; 0: scores alone, 1: no scores",
                  between(0, 1)));
  }
};

/// Random slices without replacement, those with a high score sooner, in the order drawn.
///
/// Formula: slice i of D has the weight w_i = u / D + (1 - u) s_i / sum(s), u = uniform_share; w_i = 1 / D where all
/// scores are 0. Each draw takes a slice that is left with a probability proportional to its weight; slices of weight 0
/// come last, all orders alike. The draws are made at once: slices in the order of e_i / w_i, e_i exponential.
/// Labelled slices are passed over, so that a selection goes on after its own beginning as if it had not stopped.
/// In a pipeline the scores are the means of `map` over each slice; elsewhere they come with the problem.
/// Cost: O(D log D) per stack, and a pass over the image for its scores; random numbers as in select_in_each_stack.
/// Throws: as check_problem_for; InvalidArgument for an option outside its limits.
/// Source: Efraimidis, Spirakis, "Weighted random sampling with a reservoir", Information Processing Letters 97(5),
/// 2006; their u^(1/w) falls as e / w = -log(u) / w grows.
template <ScoreMap Map = IntensityAboveLowest> struct ForegroundAware {
  using Options = ForegroundAwareOptions;
  static constexpr std::string_view name = "foreground_aware";
  static constexpr bool needs_scores = true;
  static constexpr bool takes_labelled = true;

  Options options;
  Map map = {};

  [[nodiscard]] std::vector<double> scores(const Image& image, Plane plane) const {
    return slice_scores(map(image), plane);
  }

  [[nodiscard]] SelectionPlan operator()(const SelectionProblem& problem, const Generator& generator) const {
    validate(options);
    check_problem_for<ForegroundAware>(problem);
    return select_in_each_stack(
        problem, generator, [this](const SliceStack& stack, const Generator& stream) { return select(stack, stream); });
  }

private:
  [[nodiscard]] RankedSelection select(const SliceStack& stack, Generator generator) const {
    std::vector<std::tuple<double, double, std::size_t>> keys; // the exponential orders slices of weight 0
    for (const double weight : weights(scores_of(stack))) {
      const double exponential = -std::log1p(-generator.uniform());
      const double key = weight > 0 ? exponential / weight : std::numeric_limits<double>::infinity();
      keys.emplace_back(key, exponential, keys.size());
    }
    std::ranges::sort(keys);
    RankedSelection selection;
    for (const auto& [key, exponential, slice] : keys)
      if (selection.indices.size() < stack.budget && !std::ranges::binary_search(stack.labelled, slice))
        selection.indices.push_back(slice);
    return selection;
  }

  /// Scores are divided by their largest first, so that no sum overflows.
  [[nodiscard]] std::vector<double> weights(std::vector<double> scores) const {
    const auto count = static_cast<double>(scores.size());
    const double largest = std::ranges::max(scores);
    if (largest == 0)
      return std::vector<double>(scores.size(), 1 / count);
    for (double& score : scores)
      score /= largest;
    const double sum = std::accumulate(scores.begin(), scores.end(), 0.0);
    for (double& score : scores)
      score = options.uniform_share / count + (1 - options.uniform_share) * score / sum;
    return scores;
  }
};

/// The keys of all slices are drawn whatever the budget.
template <class Map> inline constexpr bool prefix_consistent<ForegroundAware<Map>> = true;

} // namespace sparseann
