#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "sparseann/core/array.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/parallel.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/metric/connectivity.hpp"

namespace sparseann {

/// Which voxels of a segmentation are its boundary: those with a neighbour outside.
struct BoundaryOptions {
  Connectivity neighbours = Connectivity::faces;
  bool image_border = true;

  friend void visit(BoundaryOptions& options, auto&& visitor) {
    visitor(
        field("neighbours", options.neighbours,
              "which neighbours make a voxel boundary where they are outside: faces (6), edges (18), corners (26)"));
    visitor(field("image_border", options.image_border,
                  "whether what is beyond the image counts as outside; else the image goes on as it ends"));
  }
};

namespace detail {

/// One label of a box as bytes of 0 and 1, with a voxel of what is around it on every side.
///
/// Rows have room for eight bytes beyond their end, so that they can be read eight at a time.
class PaddedMask {
public:
  PaddedMask(const Array3<std::uint8_t>& labels, std::uint8_t label, const VoxelBox& box, bool border_is_outside,
             std::size_t threads)
      : shape_(shape_of(box)), row_bytes_((shape_[2] + 2 + 8 + 7) / 8 * 8), slice_bytes_((shape_[1] + 2) * row_bytes_),
        bytes_((shape_[0] + 2) * slice_bytes_) {
    const Shape3 image = shape_of(labels);
    // A row beyond the image is its last row again, or outside.
    const auto place = [&](std::size_t padded, std::size_t axis) {
      const std::size_t from_first = box.first[axis] + padded; // one more than the place in the image
      return border_is_outside ? from_first - 1 : std::clamp<std::size_t>(from_first, 1, image[axis]) - 1;
    };
    parallel_for(shape_[0] + 2, threads, [&](std::size_t z) {
      for (std::size_t y = 0; y < shape_[1] + 2; ++y) {
        const std::size_t from_z = place(z, 0);
        const std::size_t from_y = place(y, 1);
        if (from_z >= image[0] || from_y >= image[1]) // unsigned: also what is before the first
          continue;
        const std::uint8_t* const from = labels.data() + (from_z * image[1] + from_y) * image[2];
        std::uint8_t* const to = row(z, y);
        for (std::size_t x = 1; x <= shape_[2]; ++x)
          to[x] = from[box.first[2] + x - 1] == label ? 1 : 0;
        for (const std::size_t x : {std::size_t{0}, shape_[2] + 1})
          if (const std::size_t from_x = place(x, 2); from_x < image[2])
            to[x] = from[from_x] == label ? 1 : 0;
      }
    });
  }

  [[nodiscard]] const Shape3& shape() const noexcept { return shape_; }
  [[nodiscard]] std::ptrdiff_t row_bytes() const noexcept { return static_cast<std::ptrdiff_t>(row_bytes_); }
  [[nodiscard]] std::ptrdiff_t slice_bytes() const noexcept { return static_cast<std::ptrdiff_t>(slice_bytes_); }
  /// The voxel (z, y, 0) of the box.
  [[nodiscard]] const std::uint8_t* voxels(std::size_t z, std::size_t y) const noexcept {
    return bytes_.data() + (z + 1) * slice_bytes_ + (y + 1) * row_bytes_ + 1;
  }

private:
  [[nodiscard]] std::uint8_t* row(std::size_t z, std::size_t y) noexcept {
    return bytes_.data() + z * slice_bytes_ + y * row_bytes_;
  }

  Shape3 shape_;
  std::size_t row_bytes_;
  std::size_t slice_bytes_;
  std::vector<std::uint8_t, VolumeAllocator<std::uint8_t>> bytes_;
};

/// Eight bytes, of which each is 1 where the voxel and all of its neighbours are in the mask.
template <Connectivity neighbours>
[[nodiscard]] inline std::uint64_t interior_of(const std::uint8_t* voxel, std::ptrdiff_t row,
                                               std::ptrdiff_t slice) noexcept {
  const auto at = [voxel](std::ptrdiff_t offset) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, voxel + offset, sizeof eight);
    return eight;
  };
  const auto three = [&](std::ptrdiff_t offset) { return at(offset - 1) & at(offset) & at(offset + 1); };
  std::uint64_t all = three(0);
  if constexpr (neighbours == Connectivity::faces)
    return all & at(row) & at(-row) & at(slice) & at(-slice);
  all &= three(row) & three(-row) & three(slice) & three(-slice);
  for (const std::ptrdiff_t offset : {slice + row, slice - row, -slice + row, -slice - row})
    all &= neighbours == Connectivity::corners ? three(offset) : at(offset);
  return all;
}

template <Connectivity neighbours>
void mark_boundary(const PaddedMask& mask, std::size_t z, std::size_t y, std::uint8_t* boundary) noexcept {
  const std::uint8_t* const voxels = mask.voxels(z, y);
  const std::size_t count = mask.shape()[2];
  for (std::size_t x = 0; x < count; x += 8) {
    std::uint64_t own = 0;
    std::memcpy(&own, voxels + x, sizeof own);
    if (own == 0)
      continue;
    const std::uint64_t marked = own & ~interior_of<neighbours>(voxels + x, mask.row_bytes(), mask.slice_bytes());
    std::memcpy(boundary + x, &marked, std::min<std::size_t>(sizeof marked, count - x));
  }
}

[[nodiscard]] inline Array3<std::uint8_t> boundary_in(const Array3<std::uint8_t>& labels, std::uint8_t label,
                                                      const VoxelBox& box, const BoundaryOptions& options,
                                                      std::size_t threads) {
  const PaddedMask mask(labels, label, box, options.image_border, threads);
  const Shape3& shape = mask.shape();
  Array3<std::uint8_t> boundary = xt::zeros<std::uint8_t>({shape[0], shape[1], shape[2]});
  parallel_for(shape[0], threads, [&](std::size_t z) {
    for (std::size_t y = 0; y < shape[1]; ++y) {
      std::uint8_t* const row = boundary.data() + (z * shape[1] + y) * shape[2];
      if (options.neighbours == Connectivity::faces)
        mark_boundary<Connectivity::faces>(mask, z, y, row);
      else if (options.neighbours == Connectivity::edges)
        mark_boundary<Connectivity::edges>(mask, z, y, row);
      else
        mark_boundary<Connectivity::corners>(mask, z, y, row);
    }
  });
  return boundary;
}

} // namespace detail

/// The voxels of `label` with a neighbour that has another label, or is outside the image where that counts.
///
/// Shapes: labels and result (z, y, x); the result holds 0 and 1.
/// Cost: linear in the voxels; a byte per voxel beside the result.
[[nodiscard]] inline Array3<std::uint8_t> boundary_of(const Array3<std::uint8_t>& labels, std::uint8_t label = 1,
                                                      const BoundaryOptions& options = {}) {
  return detail::boundary_in(labels, label, {.first = {}, .past = shape_of(labels)}, options, 1);
}

} // namespace sparseann
