#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>

#include <fmt/format.h>

namespace sparseann {

/// Extents of a volume in voxels, in (z, y, x) order.
using Shape3 = std::array<std::size_t, 3>;

[[nodiscard]] constexpr std::size_t voxel_count(const Shape3& shape) noexcept { return shape[0] * shape[1] * shape[2]; }

[[nodiscard]] inline std::string to_string(const Shape3& shape) {
  return fmt::format("{} x {} x {}", shape[0], shape[1], shape[2]);
}

/// Where the voxel at `offset` in memory order is, as messages say it: "(z, y, x) = (3, 0, 17)".
[[nodiscard]] inline std::string voxel_text(const Shape3& shape, std::size_t offset) {
  return fmt::format("(z, y, x) = ({}, {}, {})", offset / (shape[1] * shape[2]), offset / shape[2] % shape[1],
                     offset % shape[2]);
}

/// How a voxel grid lies in the scanner, exactly as NIfTI states it, so that it is written back bit for bit.
///
/// Double holds NIfTI-1's floats and NIfTI-2's doubles without loss. Codes as in nifti1.h: 0 means unknown.
struct Orientation {
  int qform_code = 0;
  int sform_code = 0;
  double qfac = 1.0;                             ///< pixdim[0]
  std::array<double, 3> quaternion{};            ///< quatern_b, c, d
  std::array<double, 3> offset_mm{};             ///< qoffset_x, y, z
  std::array<std::array<double, 4>, 3> affine{}; ///< srow_x, srow_y, srow_z
  int spatial_unit = 2;                          ///< NIFTI_UNITS_MM
  int temporal_unit = 0;

  bool operator==(const Orientation&) const = default;
};

/// Voxel grid of a scan: extents, spacing and place in the scanner.
///
/// Units: voxels in (z, y, x) order; spacing in mm, in (z, y, x) order.
struct Geometry {
  Shape3 shape{};
  std::array<double, 3> spacing_mm{1.0, 1.0, 1.0};
  Orientation orientation;

  bool operator==(const Geometry&) const = default;

  /// Length of the volume's diagonal in mm: the distance reported where one of two surfaces is empty.
  [[nodiscard]] double diagonal_mm() const noexcept {
    return std::hypot(spacing_mm[0] * static_cast<double>(shape[0]), spacing_mm[1] * static_cast<double>(shape[1]),
                      spacing_mm[2] * static_cast<double>(shape[2]));
  }

  /// Largest over smallest spacing; 1 for isotropic volumes.
  [[nodiscard]] double anisotropy() const noexcept {
    const auto [low, high] = std::ranges::minmax(spacing_mm);
    return high / low;
  }
};

/// Whether two files may mean the same spacing: within a thousandth of it, as tools round it when they write it.
[[nodiscard]] inline bool same_spacing(const std::array<double, 3>& a, const std::array<double, 3>& b) {
  constexpr double relative_tolerance = 1e-3;
  return std::ranges::equal(a, b, [](double x, double y) {
    return std::abs(x - y) <= relative_tolerance * std::max(std::abs(x), std::abs(y));
  });
}

/// An isotropic grid without a place in the scanner, for generated data and tests.
[[nodiscard]] inline Geometry isotropic_geometry(const Shape3& shape, double spacing_mm = 1.0) {
  Geometry geometry{.shape = shape, .spacing_mm = {spacing_mm, spacing_mm, spacing_mm}, .orientation = {}};
  geometry.orientation.sform_code = 1;
  for (std::size_t axis = 0; axis < 3; ++axis)
    geometry.orientation.affine[axis][axis] = spacing_mm;
  return geometry;
}

} // namespace sparseann
