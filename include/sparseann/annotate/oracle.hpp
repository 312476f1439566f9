#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/annotate/plan.hpp"
#include "sparseann/annotate/sparse_labels.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/data/slices.hpp"

namespace sparseann {

/// Stands in for the person who annotates: owns the dense labels and hands out only what a plan asks for.
///
/// Throws: InvalidArgument for fewer than two or more than 255 classes; DataError for labels outside the classes or of
/// another shape than their geometry, naming the case.
class Oracle {
public:
  /// `labels` are the dense labels of the training cases, in their order.
  Oracle(std::vector<LabelVolume> labels, std::size_t classes) : labels_(std::move(labels)), classes_(classes) {
    if (classes < 2 || classes > 255)
      throw InvalidArgument("classes", "2 to 255, background included", fmt::format("{}", classes));
    for (std::size_t i = 0; i < labels_.size(); ++i)
      check(i);
  }

  [[nodiscard]] std::size_t cases() const noexcept { return labels_.size(); }

  /// The labels of one case on the plan's slices, all other voxels unlabelled; a plan without slices of the case labels
  /// none of it. Throws: InvalidArgument for an unknown case; DataError for slices that the volume does not have.
  [[nodiscard]] SparseLabels label(std::size_t case_index, const AnnotationPlan& plan) const {
    const LabelVolume& dense = labels_of(case_index);
    const Shape3& shape = dense.geometry.shape;
    Array3<std::uint8_t> voxels({shape[0], shape[1], shape[2]}, static_cast<std::uint8_t>(classes_));
    const PlannedCase planned = planned_case(plan, case_index, shape);
    for (const Plane plane : all_planes)
      for (const std::size_t slice : planned[stacking_axis(plane)])
        put_slice(copy_slice(dense.voxels, plane, slice), plane, slice, voxels);
    return SparseLabels(std::move(voxels), classes_, dense.geometry);
  }

  /// Every label of one case: full annotation. Throws: InvalidArgument for an unknown case.
  [[nodiscard]] SparseLabels label_everything(std::size_t case_index) const {
    const LabelVolume& dense = labels_of(case_index);
    return SparseLabels(dense.voxels, classes_, dense.geometry);
  }

private:
  [[nodiscard]] const LabelVolume& labels_of(std::size_t case_index) const {
    if (case_index >= labels_.size())
      throw InvalidArgument("case_index", fmt::format("a case below {}", labels_.size()),
                            fmt::format("{}", case_index));
    return labels_[case_index];
  }

  void check(std::size_t case_index) const {
    const LabelVolume& dense = labels_[case_index];
    const std::string source = fmt::format("labels of case {}", case_index);
    if (shape_of(dense.voxels) != dense.geometry.shape)
      throw DataError(source, "voxels of the geometry's shape, " + to_string(dense.geometry.shape),
                      to_string(shape_of(dense.voxels)));
    const std::uint8_t highest = dense.voxels.size() == 0 ? std::uint8_t{0} : std::ranges::max(elements(dense.voxels));
    if (highest >= classes_)
      throw DataError(source, fmt::format("labels of 0 to {}", classes_ - 1), fmt::format("{}", highest));
  }

  std::vector<LabelVolume> labels_;
  std::size_t classes_;
};

} // namespace sparseann
