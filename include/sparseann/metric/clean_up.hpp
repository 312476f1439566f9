#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "sparseann/core/array.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/metric/components.hpp"

namespace sparseann {

struct CleanUpOptions {
  bool largest_component = false;
  double drop_below = 0.0;
  bool fill_holes = false;
  Connectivity connectivity = Connectivity::corners;

  friend void visit(CleanUpOptions& options, auto&& visitor) {
    visitor(field("largest_component", options.largest_component, "of each class only the largest component is kept"));
    visitor(field("drop_below", options.drop_below,
                  "components of less than this share of their class's voxels become background", between(0, 1)));
    visitor(field("fill_holes", options.fill_holes, "background that a segmentation encloses gets a label"));
    visitor(field("connectivity", options.connectivity, "what a component is: faces, or faces, edges and corners"));
  }
};

namespace detail {

[[nodiscard]] inline Array3<std::uint8_t> mask_of(const Array3<std::uint8_t>& labels, std::uint8_t label) {
  Array3<std::uint8_t> mask = xt::empty<std::uint8_t>(labels.shape());
  std::ranges::transform(elements(labels), elements(mask).begin(),
                         [label](std::uint8_t value) { return static_cast<std::uint8_t>(value == label); });
  return mask;
}

/// Calls visitor(index, neighbour's index) for each pair of voxels that share a face, each way; the neighbour's index
/// is the number of voxels where the volume ends.
void for_each_face(const Shape3& shape, auto&& visitor) {
  const std::size_t outside = voxel_count(shape);
  const std::array<std::size_t, 3> steps{shape[1] * shape[2], shape[2], 1};
  std::size_t index = 0;
  Shape3 place{};
  for (place[0] = 0; place[0] < shape[0]; ++place[0])
    for (place[1] = 0; place[1] < shape[1]; ++place[1])
      for (place[2] = 0; place[2] < shape[2]; ++place[2], ++index)
        for (std::size_t axis = 0; axis < 3; ++axis) {
          visitor(index, place[axis] > 0 ? index - steps[axis] : outside);
          visitor(index, place[axis] + 1 < shape[axis] ? index + steps[axis] : outside);
        }
}

} // namespace detail

/// Makes components of class `label` background that have less than `drop_below` of the class's voxels, or, with
/// `largest_only`, all but the largest. The largest, of equal ones the first in memory, always stays.
///
/// Shapes: labels (z, y, x). Cost: as connected_components.
inline void drop_components(Array3<std::uint8_t>& labels, std::uint8_t label, double drop_below, bool largest_only,
                            Connectivity connectivity) {
  const Components components = connected_components(detail::mask_of(labels, label), connectivity);
  if (components.sizes.size() < 2)
    return;
  std::size_t voxels = 0;
  for (const std::size_t size : components.sizes)
    voxels += size;
  const auto largest = static_cast<std::size_t>(std::ranges::max_element(components.sizes) - components.sizes.begin());
  std::vector<bool> dropped(components.sizes.size());
  for (std::size_t i = 0; i < dropped.size(); ++i)
    dropped[i] = i != largest &&
                 (largest_only || static_cast<double>(components.sizes[i]) < drop_below * static_cast<double>(voxels));
  const auto numbers = elements(components.labels);
  const auto out = elements(labels);
  for (std::size_t voxel = 0; voxel < out.size(); ++voxel)
    if (numbers[voxel] != 0 && dropped[numbers[voxel] - 1])
      out[voxel] = 0;
}

/// Gives a label to background that is enclosed: to each 6-connected component of background that does not reach the
/// volume's border the label that most of its faces touch, of equal ones the lower.
///
/// Shapes: labels (z, y, x). Cost: as connected_components. A volume of one slice encloses nothing.
inline void fill_holes(Array3<std::uint8_t>& labels) {
  const Components background = connected_components(detail::mask_of(labels, 0), Connectivity::faces);
  const auto numbers = elements(background.labels);
  const auto out = elements(labels);
  std::vector<bool> open(background.sizes.size());
  std::vector<std::map<std::uint8_t, std::size_t>> touched(background.sizes.size()); // by label, the lower first
  detail::for_each_face(shape_of(labels), [&](std::size_t voxel, std::size_t neighbour) {
    if (numbers[voxel] == 0)
      return;
    const std::size_t hole = numbers[voxel] - 1;
    if (neighbour == out.size())
      open[hole] = true;
    else if (out[neighbour] != 0)
      ++touched[hole][out[neighbour]];
  });
  for (std::size_t voxel = 0; voxel < out.size(); ++voxel)
    if (numbers[voxel] != 0 && !open[numbers[voxel] - 1]) {
      const auto& counts = touched[numbers[voxel] - 1];
      out[voxel] = std::ranges::max_element(counts, {}, [](const auto& count) { return count.second; })->first;
    }
}

/// Cleans a segmentation up: drops components class by class, then fills holes.
///
/// Shapes: (z, y, x) in and out. Cost: connected_components once per class that there is, and once for holes.
/// Source: the options are what the test script released with DenseVoxNet (Yu et al. 2017) does with drop_below 0.2 and
/// fill_holes. Deviates: the largest component of a class always stays.
[[nodiscard]] inline Array3<std::uint8_t> clean_up(Array3<std::uint8_t> labels, const CleanUpOptions& options) {
  std::array<bool, 256> present{};
  for (const std::uint8_t label : elements(labels))
    present[label] = true;
  if (options.largest_component || options.drop_below > 0)
    for (std::size_t label = 1; label < present.size(); ++label)
      if (present[label])
        drop_components(labels, static_cast<std::uint8_t>(label), options.drop_below, options.largest_component,
                        options.connectivity);
  if (options.fill_holes)
    fill_holes(labels);
  return labels;
}

} // namespace sparseann
