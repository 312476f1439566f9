#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "sparseann/annotate/plan.hpp"
#include "sparseann/annotate/sparse_labels.hpp"
#include "sparseann/core/array.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/data/slices.hpp"

namespace sparseann {

/// The slices of one plane alone.
[[nodiscard]] inline PlannedCase only(const PlannedCase& planned, Plane plane) {
  PlannedCase alone;
  alone[stacking_axis(plane)] = planned[stacking_axis(plane)];
  return alone;
}

namespace detail {

/// Calls visit(voxel) for every voxel of a slice.
template <class Visit> void for_each_voxel(const Shape3& shape, Plane plane, std::size_t slice, Visit&& visit) {
  Shape3 first{};
  Shape3 past = shape;
  first[stacking_axis(plane)] = slice;
  past[stacking_axis(plane)] = slice + 1;
  for (std::size_t z = first[0]; z < past[0]; ++z)
    for (std::size_t y = first[1]; y < past[1]; ++y)
      for (std::size_t x = first[2]; x < past[2]; ++x)
        visit(Shape3{z, y, x});
}

/// Calls visit(plane, slice) for every planned slice, by planes in the order xy, xz, yz.
template <class Visit> void for_each_slice(const PlannedCase& planned, Visit&& visit) {
  for (const Plane plane : all_planes)
    for (const std::size_t slice : planned[stacking_axis(plane)])
      visit(plane, slice);
}

} // namespace detail

/// What an annotator opens: background on the planned slices, what was annotated earlier, and `ignore` elsewhere.
///
/// Shapes: (z, y, x). Cost: one pass and the planned slices.
[[nodiscard]] inline Array3<std::uint8_t> task_labels(const PlannedCase& planned, const SparseLabels& earlier) {
  Array3<std::uint8_t> labels = earlier.voxels();
  detail::for_each_slice(planned, [&](Plane plane, std::size_t slice) {
    detail::for_each_voxel(earlier.shape(), plane, slice, [&](const Shape3& voxel) {
      std::uint8_t& label = labels(voxel[0], voxel[1], voxel[2]);
      label = label == earlier.unlabelled() ? std::uint8_t{0} : label;
    });
  });
  return labels;
}

/// Values of a guide: where to draw, and where somebody has.
enum class GuideMark : std::uint8_t { none = 0, xy = 1, xz = 2, yz = 3, crossing = 4, annotated = 5 };

/// Marks the planned slices by their plane, where several cross, and what was annotated earlier: to lay over the image.
///
/// Shapes: (z, y, x), values of GuideMark. Cost: one pass and the planned slices.
[[nodiscard]] inline Array3<std::uint8_t> task_guide(const PlannedCase& planned, const SparseLabels& earlier) {
  Array3<std::uint8_t> guide = xt::zeros<std::uint8_t>(earlier.voxels().shape());
  for (const std::size_t offset : earlier.annotated_offsets())
    elements(guide)[offset] = static_cast<std::uint8_t>(GuideMark::annotated);
  detail::for_each_slice(planned, [&](Plane plane, std::size_t slice) {
    const auto mark = static_cast<std::uint8_t>(stacking_axis(plane) + 1);
    detail::for_each_voxel(earlier.shape(), plane, slice, [&](const Shape3& voxel) {
      std::uint8_t& value = guide(voxel[0], voxel[1], voxel[2]);
      const bool free = value == 0 || value == static_cast<std::uint8_t>(GuideMark::annotated);
      value = free ? mark : static_cast<std::uint8_t>(GuideMark::crossing);
    });
  });
  return guide;
}

} // namespace sparseann
