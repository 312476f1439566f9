#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/parallel.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/metric/component_runs.hpp"
#include "sparseann/metric/components.hpp"
#include "sparseann/metric/connectivity.hpp"

namespace sparseann {

/// What floods rise over: few enough heights for a queue for each.
template <class T>
concept Height = std::same_as<T, std::uint8_t> || std::same_as<T, std::uint16_t>;

namespace detail {

/// Calls visitor(neighbour's index) for the neighbours of a voxel, in the order of memory.
class Neighbours {
public:
  Neighbours(const Shape3& shape, Connectivity connectivity) : shape_(shape) {
    const int most_steps = static_cast<int>(connectivity) + 1;
    for (int z = -1; z <= 1; ++z)
      for (int y = -1; y <= 1; ++y)
        for (int x = -1; x <= 1; ++x)
          if (const int steps = z * z + y * y + x * x; steps > 0 && steps <= most_steps)
            offsets_.push_back({z, y, x});
  }

  template <class Visitor> void visit(std::size_t voxel, Visitor&& visitor) const {
    const Shape3 place{voxel / (shape_[1] * shape_[2]), voxel / shape_[2] % shape_[1], voxel % shape_[2]};
    for (const std::array<int, 3>& offset : offsets_) {
      Shape3 next{};
      for (std::size_t axis = 0; axis < 3; ++axis)
        next[axis] = place[axis] + static_cast<std::size_t>(offset[axis]); // below 0 wraps around
      if (next[0] < shape_[0] && next[1] < shape_[1] && next[2] < shape_[2])
        visitor((next[0] * shape_[1] + next[1]) * shape_[2] + next[2]);
    }
  }

private:
  Shape3 shape_;
  std::vector<std::array<int, 3>> offsets_;
};

/// Voxels by height, of one height first in first out.
template <Height T> class FloodQueue {
public:
  explicit FloodQueue(std::size_t voxels) : next_(voxels), first_(heights, none), last_(heights), lowest_(heights) {}

  void push(std::size_t voxel, T height) {
    next_[voxel] = none;
    if (first_[height] == none)
      first_[height] = static_cast<std::uint32_t>(voxel);
    else
      next_[last_[height]] = static_cast<std::uint32_t>(voxel);
    last_[height] = static_cast<std::uint32_t>(voxel);
    lowest_ = std::min<std::size_t>(lowest_, height);
  }
  [[nodiscard]] bool empty() {
    while (lowest_ < heights && first_[lowest_] == none)
      ++lowest_;
    return lowest_ == heights;
  }
  /// Of a queue that `empty` said is not.
  [[nodiscard]] std::size_t pop() {
    const std::uint32_t voxel = first_[lowest_];
    first_[lowest_] = next_[voxel];
    return voxel;
  }

private:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t heights = std::size_t{std::numeric_limits<T>::max()} + 1;

  std::vector<std::uint32_t> next_;
  std::vector<std::uint32_t> first_;
  std::vector<std::uint32_t> last_;
  std::size_t lowest_;
};

template <Height T>
void flood(std::span<const T> heights, std::span<std::uint32_t> labels, const Neighbours& neighbours) {
  FloodQueue<T> queue(heights.size());
  for (std::size_t voxel = 0; voxel < labels.size(); ++voxel)
    if (labels[voxel] != 0)
      queue.push(voxel, heights[voxel]);
  while (!queue.empty()) {
    const std::size_t voxel = queue.pop();
    neighbours.visit(voxel, [&](std::size_t next) {
      if (labels[next] != 0)
        return;
      labels[next] = labels[voxel];
      queue.push(next, heights[next]);
    });
  }
}

/// Sets `minimum` to whether a voxel's plateau, of one height, has no lower neighbour.
template <Height T>
void mark_minima(std::span<const T> heights, std::span<std::uint8_t> minimum, const Neighbours& neighbours) {
  std::ranges::fill(minimum, std::uint8_t{1});
  std::vector<std::size_t> open;
  for (std::size_t voxel = 0; voxel < heights.size(); ++voxel)
    neighbours.visit(voxel, [&](std::size_t next) {
      if (heights[next] < heights[voxel] && std::exchange(minimum[voxel], std::uint8_t{0}) != 0)
        open.push_back(voxel);
    });
  while (!open.empty()) {
    const std::size_t voxel = open.back();
    open.pop_back();
    neighbours.visit(voxel, [&](std::size_t next) {
      if (heights[next] == heights[voxel] && std::exchange(minimum[next], std::uint8_t{0}) != 0)
        open.push_back(next);
    });
  }
}

/// Calls body(first voxel, shape) for what is flooded by itself: each slice, or all.
void for_each_basin(const Shape3& shape, const component_runs::Neighbourhood& neighbourhood, const Execution& execution,
                    auto&& body) {
  if (!neighbourhood.within_slices)
    return body(std::size_t{0}, shape);
  constexpr double seconds_per_voxel = 5e-8;
  const std::size_t threads =
      worthwhile_threads(execution, seconds_per_voxel * static_cast<double>(voxel_count(shape)));
  parallel_for(shape[0], threads, [&](std::size_t z) { body(z * shape[1] * shape[2], Shape3{1, shape[1], shape[2]}); });
}

inline void check_flooded(const Shape3& shape) {
  if (voxel_count(shape) >= std::numeric_limits<std::uint32_t>::max())
    throw InvalidArgument("heights", "fewer than 2^32 - 1 voxels", to_string(shape));
}

} // namespace detail

/// Watershed from seeds: labels spread to neighbours, always from the lowest voxel that has one and has not spread yet,
/// of equal ones the one that got its label first, seeds by their place in memory. What no seed reaches, which are
/// slices or volumes without one, stays 0. There is no line between basins.
///
/// Shapes: heights and seeds, 0 where there is none, (z, y, x).
/// Cost: linear in the voxels; 4 bytes per voxel beside the result. Slices by themselves are flooded on threads.
/// Throws: InvalidArgument where shapes differ, or for 2^32 - 1 voxels or more.
/// Source: Meyer, "Topographic distance and watershed lines", Signal Processing 38 (1994), the flooding; ties as in
/// scikit-image's watershed.
template <Height T>
[[nodiscard]] Array3<std::uint32_t> seeded_watershed(const Array3<T>& heights, Array3<std::uint32_t> seeds,
                                                     const component_runs::Neighbourhood& neighbourhood = {},
                                                     const Execution& execution = {}) {
  const Shape3 shape = shape_of(heights);
  if (shape_of(seeds) != shape)
    throw InvalidArgument("seeds", to_string(shape) + " voxels as the heights", to_string(shape_of(seeds)));
  detail::check_flooded(shape);
  const auto labels = elements(seeds);
  detail::for_each_basin(shape, neighbourhood, execution, [&](std::size_t first, const Shape3& basin) {
    detail::flood<T>(elements(heights).subspan(first, voxel_count(basin)), labels.subspan(first, voxel_count(basin)),
                     detail::Neighbours(basin, neighbourhood.connectivity));
  });
  return seeds;
}

/// Seeds of a watershed at local minima: connected voxels of one height without a lower neighbour, numbered by their
/// first voxel in memory.
///
/// Shapes, cost and errors as seeded_watershed.
template <Height T>
[[nodiscard]] Components local_minima(const Array3<T>& heights, const component_runs::Neighbourhood& neighbourhood = {},
                                      const Execution& execution = {}) {
  const Shape3 shape = shape_of(heights);
  detail::check_flooded(shape);
  Array3<std::uint8_t> minimum(heights.shape());
  const auto marks = elements(minimum);
  detail::for_each_basin(shape, neighbourhood, execution, [&](std::size_t first, const Shape3& basin) {
    detail::mark_minima<T>(elements(heights).subspan(first, voxel_count(basin)),
                           marks.subspan(first, voxel_count(basin)),
                           detail::Neighbours(basin, neighbourhood.connectivity));
  });
  return detail::components_of(minimum, neighbourhood, detail::component_work(minimum, execution));
}

} // namespace sparseann
