#pragma once

#include <cstdint>
#include <utility>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"

namespace sparseann {

/// Extents of a (z, y, x) array.
template <class T> [[nodiscard]] Shape3 shape_of(const Array3<T>& array) noexcept {
  return {array.shape(0), array.shape(1), array.shape(2)};
}

/// A box of voxels, in (z, y, x) order: `first` is in it, `past` is one beyond it on every axis.
struct VoxelBox {
  Shape3 first{};
  Shape3 past{};

  bool operator==(const VoxelBox&) const = default;
};

/// The extents of a box.
[[nodiscard]] constexpr Shape3 shape_of(const VoxelBox& box) noexcept {
  return {box.past[0] - box.first[0], box.past[1] - box.first[1], box.past[2] - box.first[2]};
}

/// One value per voxel on a voxel grid. Shape: voxels (z, y, x) equal to geometry.shape.
template <class T> struct Volume {
  Array3<T> voxels;
  Geometry geometry;
};

/// Class labels, 0 = background.
using LabelVolume = Volume<std::uint8_t>;

/// A scan with one or more channels (modalities). Shape: voxels (C, z, y, x), geometry.shape (z, y, x).
struct Image {
  Array4<float> voxels;
  Geometry geometry;

  [[nodiscard]] std::size_t channels() const noexcept { return voxels.shape(0); }
  [[nodiscard]] const Shape3& shape() const noexcept { return geometry.shape; }
};

/// An array of zeros on `geometry`'s grid.
template <class T> [[nodiscard]] Volume<T> zeros_on(const Geometry& geometry) {
  return {xt::zeros<T>({geometry.shape[0], geometry.shape[1], geometry.shape[2]}), geometry};
}

} // namespace sparseann
