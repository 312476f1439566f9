#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/annotate/sparse_labels.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/tensor/tensor.hpp"
#include "sparseann/tensor/torch.hpp"
#include "sparseann/train/labelled_cases.hpp"

namespace sparseann {

/// The grid on which a network reads scans: as scanned, or of one spacing for all scans, or without what lies around
/// the body.
struct WorkingGridOptions {
  std::vector<double> spacing_mm;
  bool crop_foreground = false;

  /// Whether it is the scan's own grid, whatever the scan.
  [[nodiscard]] bool is_as_scanned() const noexcept { return spacing_mm.empty() && !crop_foreground; }

  friend void visit(WorkingGridOptions& options, auto&& visitor) {
    visitor(field("spacing_mm", options.spacing_mm,
                  "spacing along z, y and x to which scans are resampled, and predictions back; none: as scanned",
                  above(0)));
    visitor(field("crop_foreground", options.crop_foreground,
                  "cut away what surrounds the voxels above a scan's lowest intensity; it is predicted as background"));
  }

  friend void check_together(const WorkingGridOptions& options, const std::string& prefix) {
    if (!options.spacing_mm.empty() && options.spacing_mm.size() != 3)
      throw InvalidArgument(field_name(prefix, "spacing_mm"), "three numbers, along z, y and x, or none",
                            fmt::format("{}", fmt::join(options.spacing_mm, ",")));
  }
};

namespace detail {

/// The smallest box of the voxels that are above the lowest value of their channel, in one channel at least. A scan's
/// surroundings are its lowest value where a scanner or a tool has blanked them.
[[nodiscard]] inline VoxelBox foreground_box(const Image& image) {
  const Shape3& shape = image.shape();
  VoxelBox box{.first = shape, .past = {}};
  const std::size_t count = voxel_count(shape);
  for (std::size_t channel = 0; channel < image.channels(); ++channel) {
    const std::span<const float> values = elements(image.voxels).subspan(channel * count, count);
    const float lowest = *std::ranges::min_element(values);
    for (std::size_t offset = 0; offset < count; ++offset) {
      if (values[offset] == lowest)
        continue;
      const Shape3 voxel{offset / (shape[1] * shape[2]), offset / shape[2] % shape[1], offset % shape[2]};
      for (std::size_t axis = 0; axis < 3; ++axis) {
        box.first[axis] = std::min(box.first[axis], voxel[axis]);
        box.past[axis] = std::max(box.past[axis], voxel[axis] + 1);
      }
    }
  }
  if (box.past[0] == 0)
    throw DataError("scan", "an image that is not constant", "one that is");
  return box;
}

/// A volume with other extents, of the same physical size: linear along each axis, antialiased where it becomes
/// coarser. Shapes: (C, z, y, x) to (C, extents).
[[nodiscard]] inline torch::Tensor resampled(torch::Tensor volume, const Shape3& extents) {
  for (std::int64_t axis = 0; axis < 3; ++axis) {
    const auto extent = static_cast<std::int64_t>(extents[static_cast<std::size_t>(axis)]);
    if (volume.size(axis + 1) == extent)
      continue;
    // The axis becomes the rows of a picture, all else its columns, which stay as they are.
    const torch::Tensor rows = volume.movedim(axis + 1, 0).contiguous();
    std::vector<std::int64_t> shape = rows.sizes().vec();
    const torch::Tensor picture = rows.view({1, 1, rows.size(0), -1});
    shape[0] = extent;
    volume = at::_upsample_bilinear2d_aa(picture, {extent, picture.size(3)}, false).view(shape).movedim(0, axis + 1);
  }
  return volume.contiguous();
}

/// The voxels of a scan's axis that voxel `index` of a working axis covers: those whose centres lie in it, or the one
/// that holds its centre.
struct CoveredVoxels {
  std::size_t first = 0;
  std::size_t past = 0;
};

[[nodiscard]] inline CoveredVoxels covered_voxels(std::size_t index, std::size_t scan_extent, std::size_t extent) {
  // A centre at (i + 1/2) / scan_extent lies in [index / extent, (index + 1) / extent): in whole numbers, exactly.
  const auto first_from = [&](std::size_t edge) { return (2 * edge * scan_extent + extent - 1) / (2 * extent); };
  const CoveredVoxels covered{.first = first_from(index), .past = first_from(index + 1)};
  if (covered.first < covered.past)
    return covered;
  const std::size_t nearest = (2 * index + 1) * scan_extent / (2 * extent);
  return {.first = nearest, .past = nearest + 1};
}

} // namespace detail

/// A scan's working grid: what of the scan it covers, and how what lies on one grid is brought to the other.
///
/// Formula: along each axis the covered n voxels of spacing s become max(1, round(n s / s')) voxels of the same length
/// together; values are linear between centres, antialiased where voxels become larger. An annotated voxel counts for
/// the working voxel that holds its centre, where the most frequent label wins, the lower of equals, so that no
/// annotated slice is lost; working voxels that hold no centre take the label of the voxel that holds theirs.
/// Cost: linear in both grids. Throws: DataError for a constant image whose foreground is asked for.
class WorkingGrid {
public:
  WorkingGrid(const Image& scan, const WorkingGridOptions& options)
      : scan_(scan.geometry),
        box_(options.crop_foreground ? detail::foreground_box(scan) : VoxelBox{.first = {}, .past = scan.shape()}) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::size_t covered = box_.past[axis] - box_.first[axis];
      const double spacing = scan_.spacing_mm[axis];
      geometry_.shape[axis] = covered;
      geometry_.spacing_mm[axis] = spacing;
      if (!options.spacing_mm.empty()) {
        const double length = static_cast<double>(covered) * spacing;
        geometry_.shape[axis] = static_cast<std::size_t>(std::max(1.0, std::round(length / options.spacing_mm[axis])));
        geometry_.spacing_mm[axis] = length / static_cast<double>(geometry_.shape[axis]);
      }
    }
  }

  /// Extents and spacing; without a place in the scanner.
  [[nodiscard]] const Geometry& geometry() const noexcept { return geometry_; }

  /// Values of the scan's voxels on this grid: an image's channels, or class probabilities. Shapes: (C, z, y, x).
  [[nodiscard]] torch::Tensor from_scan(const torch::Tensor& values) const {
    return detail::resampled(covered(values), geometry_.shape);
  }

  [[nodiscard]] Image from_scan(const Image& image) const {
    return {.voxels = to_array<float, 4>(from_scan(from_array(image.voxels))), .geometry = geometry_};
  }

  [[nodiscard]] SparseLabels from_scan(const SparseLabels& labels) const {
    const Shape3& shape = geometry_.shape;
    auto voxels = Array3<std::uint8_t>::from_shape({shape[0], shape[1], shape[2]});
    std::array<std::vector<detail::CoveredVoxels>, 3> axes;
    for (std::size_t axis = 0; axis < 3; ++axis)
      for (std::size_t i = 0; i < shape[axis]; ++i) {
        const auto covered = detail::covered_voxels(i, box_.past[axis] - box_.first[axis], shape[axis]);
        axes[axis].push_back({.first = box_.first[axis] + covered.first, .past = box_.first[axis] + covered.past});
      }
    std::vector<std::size_t> votes(labels.classes());
    for (std::size_t z = 0; z < shape[0]; ++z)
      for (std::size_t y = 0; y < shape[1]; ++y)
        for (std::size_t x = 0; x < shape[2]; ++x)
          voxels(z, y, x) = most_frequent(labels, {axes[0][z], axes[1][y], axes[2][x]}, votes);
    return {std::move(voxels), labels.classes(), geometry_};
  }

  /// Class probabilities on this grid, (C, z, y, x), at the scan's voxels; what was cut away is background for certain.
  [[nodiscard]] torch::Tensor to_scan(const torch::Tensor& probabilities) const {
    const Shape3 extents = shape_of(box_);
    const torch::Tensor inside = detail::resampled(probabilities, extents);
    if (extents == scan_.shape)
      return inside;
    std::vector<std::int64_t> shape{inside.size(0)};
    for (const std::size_t extent : scan_.shape)
      shape.push_back(static_cast<std::int64_t>(extent));
    const torch::Tensor whole = torch::zeros(shape, inside.options());
    whole.select(0, 0).fill_(1);
    covered(whole).copy_(inside);
    return whole;
  }

private:
  [[nodiscard]] torch::Tensor covered(const torch::Tensor& values) const {
    torch::Tensor part = values;
    for (std::size_t axis = 0; axis < 3; ++axis)
      part = part.narrow(static_cast<std::int64_t>(axis) + 1, static_cast<std::int64_t>(box_.first[axis]),
                         static_cast<std::int64_t>(box_.past[axis] - box_.first[axis]));
    return part;
  }

  [[nodiscard]] static std::uint8_t most_frequent(const SparseLabels& labels,
                                                  const std::array<detail::CoveredVoxels, 3>& block,
                                                  std::vector<std::size_t>& votes) {
    std::ranges::fill(votes, 0);
    for (std::size_t z = block[0].first; z < block[0].past; ++z)
      for (std::size_t y = block[1].first; y < block[1].past; ++y)
        for (std::size_t x = block[2].first; x < block[2].past; ++x)
          if (const std::uint8_t label = labels.voxels()(z, y, x); label != labels.unlabelled())
            ++votes[label];
    const auto most = std::ranges::max_element(votes); // the first of equals
    return *most == 0 ? labels.unlabelled() : static_cast<std::uint8_t>(most - votes.begin());
  }

  Geometry scan_;
  VoxelBox box_;
  Geometry geometry_;
};

/// Cases and sparse labels on their working grids; the very ones given where that is the scans' own.
class WorkingCases {
public:
  /// `data` must outlive it.
  WorkingCases(const LabelledCases& data, const WorkingGridOptions& options) : data_(data) {
    if (options.is_as_scanned())
      return;
    for (std::size_t c = 0; c < data.cases.size(); ++c) {
      const WorkingGrid& grid = grids_.emplace_back(data.cases[c].image, options);
      cases_.push_back({.name = data.cases[c].name, .image = grid.from_scan(data.cases[c].image)});
      labels_.push_back(grid.from_scan(data.labels[c]));
    }
    data_.cases = cases_;
    data_.labels = labels_;
  }
  WorkingCases(const WorkingCases&) = delete;
  WorkingCases& operator=(const WorkingCases&) = delete;

  [[nodiscard]] const LabelledCases& data() const noexcept { return data_; }
  /// Of each case; none where they are as scanned.
  [[nodiscard]] std::span<const WorkingGrid> grids() const noexcept { return grids_; }

private:
  LabelledCases data_;
  std::vector<WorkingGrid> grids_;
  std::vector<Case> cases_;
  std::vector<SparseLabels> labels_;
};

} // namespace sparseann
