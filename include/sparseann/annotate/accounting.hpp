#pragma once

#include <cstddef>
#include <span>

#include <fmt/format.h>

#include "sparseann/annotate/plan.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/plane.hpp"

namespace sparseann {

/// How much of a case or cohort a plan annotates. Counts of voxels; they add up over cases.
struct AnnotationAmount {
  std::size_t voxels = 0;           ///< all there are
  std::size_t slice_voxels = 0;     ///< of every planned slice, so that a voxel counts once per slice it lies on
  std::size_t annotated_voxels = 0; ///< on at least one planned slice

  /// The paper's way, slice voxels over voxels: for one case the sum of K / D over the planes. It can exceed 1.
  [[nodiscard]] double plain_sum() const noexcept { return ratio(slice_voxels); }
  /// The share of voxels that have a label.
  [[nodiscard]] double union_of_voxels() const noexcept { return ratio(annotated_voxels); }

  AnnotationAmount& operator+=(const AnnotationAmount& other) noexcept {
    voxels += other.voxels;
    slice_voxels += other.slice_voxels;
    annotated_voxels += other.annotated_voxels;
    return *this;
  }
  bool operator==(const AnnotationAmount&) const = default;

private:
  [[nodiscard]] double ratio(std::size_t part) const noexcept {
    return voxels == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(voxels);
  }
};

/// What a plan annotates of one case.
///
/// Formula: with a, b, c planned slices of Z, Y, X along the axes, slice voxels = V (a/Z + b/Y + c/X) and annotated
/// voxels = V - (Z - a)(Y - b)(X - c); for one slice in k of each plane these are 3/k and 1 - (1 - 1/k)^3 of V.
/// Cost: the length of the plan.
/// Throws: DataError where the plan asks for a slice that the volume does not have, or for one twice.
/// Source: Zheng et al., AAAI 2020, whose "s5 is about 60 %" is the plain sum.
[[nodiscard]] inline AnnotationAmount annotation_amount(const AnnotationPlan& plan, std::size_t case_index,
                                                        const Shape3& shape) {
  const PlannedCase planned = planned_case(plan, case_index, shape);
  AnnotationAmount amount{.voxels = voxel_count(shape)};
  Shape3 left_out{};
  for (const Plane plane : all_planes) {
    const std::size_t axis = stacking_axis(plane);
    const auto [rows, columns] = slice_shape(shape, plane);
    amount.slice_voxels += planned[axis].size() * rows * columns;
    left_out[axis] = shape[axis] - planned[axis].size();
  }
  amount.annotated_voxels = amount.voxels - voxel_count(left_out);
  return amount;
}

/// What a plan annotates of a cohort, whose training cases have these shapes.
///
/// Throws: as for one case; DataError where the plan asks for a case that is not there.
[[nodiscard]] inline AnnotationAmount annotation_amount(const AnnotationPlan& plan, std::span<const Shape3> shapes) {
  for (const PlannedSlice& planned : plan.slices)
    if (planned.slice.case_index >= shapes.size())
      throw DataError("plan", fmt::format("cases below {}", shapes.size()),
                      fmt::format("{}", planned.slice.case_index));
  AnnotationAmount total;
  for (std::size_t i = 0; i < shapes.size(); ++i)
    total += annotation_amount(plan, i, shapes[i]);
  return total;
}

} // namespace sparseann
