#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "sparseann/annotate/plan.hpp"
#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/data/slices.hpp"

namespace sparseann {

/// What a person draws on slices: slices with little on them take less work than others of the same size.
struct AnnotationWork {
  std::size_t slices = 0;
  std::size_t foreground_voxels = 0; ///< of every slice, so that a voxel counts once per slice it lies on
  double contour_mm = 0.0;           ///< edges between pixels of different labels, on which a contour runs

  AnnotationWork& operator+=(const AnnotationWork& other) noexcept {
    slices += other.slices;
    foreground_voxels += other.foreground_voxels;
    contour_mm += other.contour_mm;
    return *this;
  }
  bool operator==(const AnnotationWork&) const = default;
};

/// The work of one slice. Shapes: labels (rows, columns); spacing (rows, columns) in mm.
///
/// Formula: the length of all pixel edges between different labels, the image's border not among them. A straight
/// contour along the axes has its own length, a diagonal one is sqrt(2) times too long.
/// Cost: one pass.
[[nodiscard]] inline AnnotationWork slice_work(const Array2<std::uint8_t>& labels,
                                               const std::array<double, 2>& spacing_mm) {
  AnnotationWork work{.slices = 1};
  for (std::size_t row = 0; row < labels.shape(0); ++row)
    for (std::size_t column = 0; column < labels.shape(1); ++column) {
      const std::uint8_t label = labels(row, column);
      work.foreground_voxels += static_cast<std::size_t>(label != 0);
      if (row + 1 < labels.shape(0) && labels(row + 1, column) != label)
        work.contour_mm += spacing_mm[1];
      if (column + 1 < labels.shape(1) && labels(row, column + 1) != label)
        work.contour_mm += spacing_mm[0];
    }
  return work;
}

/// The work on the slices that a plan asks for, or, without a plan, on every slice of plane xy, which labels all.
///
/// `labels`: dense labels of the training cases. Cost: one pass per slice.
/// Throws: DataError where the plan asks for a case or slice that is not there, or for a slice twice.
[[nodiscard]] inline AnnotationWork annotation_work(const std::optional<AnnotationPlan>& plan,
                                                    std::span<const LabelVolume> labels) {
  if (plan)
    for (const PlannedSlice& planned : plan->slices)
      if (planned.slice.case_index >= labels.size())
        throw DataError("plan", fmt::format("cases below {}", labels.size()),
                        fmt::format("{}", planned.slice.case_index));
  AnnotationWork work;
  for (std::size_t c = 0; c < labels.size(); ++c) {
    const Geometry& geometry = labels[c].geometry;
    PlannedCase slices;
    if (plan)
      slices = planned_case(*plan, c, geometry.shape);
    else
      for (std::size_t z = 0; z < geometry.shape[0]; ++z)
        slices[stacking_axis(Plane::xy)].push_back(z);
    for (const Plane plane : all_planes) {
      const std::array<double, 2> spacing = slice_spacing(geometry.spacing_mm, plane);
      for (const std::size_t slice : slices[stacking_axis(plane)])
        work += slice_work(copy_slice(labels[c].voxels, plane, slice), spacing);
    }
  }
  return work;
}

} // namespace sparseann
