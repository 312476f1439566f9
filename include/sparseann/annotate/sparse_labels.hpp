#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/volume.hpp"

namespace sparseann {

/// Class labels of the voxels that were annotated, and of no others: all that training may know of the truth.
///
/// An unlabelled voxel has the value `classes`, nnU-Net's `ignore`, which is the highest label.
/// Shapes: voxels (z, y, x) as the geometry.
/// Throws: InvalidArgument for fewer than two or more than 255 classes; DataError for another shape than the
/// geometry's, no voxels, or a label above `classes`. Source: nnU-Net's ignore label (Gotkowski et al., 2024).
class SparseLabels {
public:
  SparseLabels(Array3<std::uint8_t> voxels, std::size_t classes, Geometry geometry)
      : voxels_(std::move(voxels)), classes_(classes), geometry_(std::move(geometry)) {
    check();
    annotated_voxels_ = voxels_.size() - static_cast<std::size_t>(std::ranges::count(elements(voxels_), unlabelled()));
  }

  [[nodiscard]] const Array3<std::uint8_t>& voxels() const noexcept { return voxels_; }
  [[nodiscard]] std::size_t classes() const noexcept { return classes_; }
  [[nodiscard]] const Geometry& geometry() const noexcept { return geometry_; }
  [[nodiscard]] const Shape3& shape() const noexcept { return geometry_.shape; }

  /// The value of a voxel that nobody annotated.
  [[nodiscard]] std::uint8_t unlabelled() const noexcept { return static_cast<std::uint8_t>(classes_); }

  [[nodiscard]] bool annotated(const Shape3& voxel) const noexcept {
    return voxels_(voxel[0], voxel[1], voxel[2]) != unlabelled();
  }

  [[nodiscard]] std::size_t annotated_voxels() const noexcept { return annotated_voxels_; }

  /// Offsets of the annotated voxels in memory order. Cost: one pass.
  [[nodiscard]] std::vector<std::size_t> annotated_offsets() const {
    std::vector<std::size_t> offsets;
    offsets.reserve(annotated_voxels_);
    for (std::size_t offset = 0; offset < voxels_.size(); ++offset)
      if (elements(voxels_)[offset] != unlabelled())
        offsets.push_back(offset);
    return offsets;
  }

  /// The smallest box that holds every annotated voxel; none where there is none. Cost: one pass.
  [[nodiscard]] std::optional<VoxelBox> annotated_box() const {
    if (annotated_voxels_ == 0)
      return std::nullopt;
    VoxelBox box{.first = shape(), .past = {}};
    for (const std::size_t offset : annotated_offsets()) {
      const Shape3 voxel{offset / (shape()[1] * shape()[2]), offset / shape()[2] % shape()[1], offset % shape()[2]};
      for (std::size_t axis = 0; axis < 3; ++axis) {
        box.first[axis] = std::min(box.first[axis], voxel[axis]);
        box.past[axis] = std::max(box.past[axis], voxel[axis] + 1);
      }
    }
    return box;
  }

private:
  void check() const {
    if (classes_ < 2 || classes_ > 255)
      throw InvalidArgument("classes", "2 to 255, background included", fmt::format("{}", classes_));
    if (voxels_.size() == 0 || shape_of(voxels_) != shape())
      throw DataError("sparse labels", "voxels of the geometry's shape, " + to_string(shape()),
                      to_string(shape_of(voxels_)));
    const auto values = elements(voxels_);
    const auto wrong = std::ranges::find_if(values, [this](std::uint8_t label) { return label > classes_; });
    if (wrong != values.end())
      throw DataError("sparse labels", fmt::format("labels of 0 to {}, or {} for unlabelled", classes_ - 1, classes_),
                      fmt::format("{} at voxel {}", *wrong, wrong - values.begin()));
  }

  Array3<std::uint8_t> voxels_;
  std::size_t classes_;
  Geometry geometry_;
  std::size_t annotated_voxels_ = 0;
};

/// Labels of a grid on which nobody has annotated anything. Throws: as SparseLabels.
[[nodiscard]] inline SparseLabels nothing_annotated(const Geometry& grid, std::size_t classes) {
  Array3<std::uint8_t> voxels({grid.shape[0], grid.shape[1], grid.shape[2]});
  voxels.fill(static_cast<std::uint8_t>(classes));
  return {std::move(voxels), classes, grid};
}

} // namespace sparseann
