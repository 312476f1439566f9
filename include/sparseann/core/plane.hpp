#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <span>
#include <string_view>

#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"

namespace sparseann {

/// The three orthogonal planes. Plane xy holds slices along z, xz along y, yz along x.
enum class Plane { xy, xz, yz };

inline constexpr std::array<Plane, 3> all_planes{Plane::xy, Plane::xz, Plane::yz};

/// The names as options know them, in the order of the values.
[[nodiscard]] constexpr std::array<std::string_view, 3> names_of(Plane) noexcept { return {"xy", "xz", "yz"}; }

[[nodiscard]] constexpr std::string_view name_of(Plane plane) noexcept {
  return names_of(plane)[static_cast<std::size_t>(plane)];
}

[[nodiscard]] inline Plane plane_from_name(std::string_view name) {
  for (const Plane plane : all_planes)
    if (name_of(plane) == name)
      return plane;
  throw InvalidArgument("plane", "xy, xz or yz", fmt::format("'{}'", name));
}

/// The array axis, in (z, y, x) order, along which the slices of `plane` are stacked.
[[nodiscard]] constexpr std::size_t stacking_axis(Plane plane) noexcept { return static_cast<std::size_t>(plane); }

/// Number of slices of `plane` in a volume.
[[nodiscard]] constexpr std::size_t slice_count(const Shape3& shape, Plane plane) noexcept {
  return shape[stacking_axis(plane)];
}

/// Extents (rows, columns) of a slice: xy (y, x), xz (z, x), yz (z, y).
[[nodiscard]] constexpr std::array<std::size_t, 2> slice_shape(const Shape3& shape, Plane plane) noexcept {
  switch (plane) {
  case Plane::xy: return {shape[1], shape[2]};
  case Plane::xz: return {shape[0], shape[2]};
  case Plane::yz: break;
  }
  return {shape[0], shape[1]};
}

/// Spacing within a slice in mm, (rows, columns), of a volume's in (z, y, x) order.
[[nodiscard]] constexpr std::array<double, 2> slice_spacing(const std::array<double, 3>& spacing_mm,
                                                            Plane plane) noexcept {
  switch (plane) {
  case Plane::xy: return {spacing_mm[1], spacing_mm[2]};
  case Plane::xz: return {spacing_mm[0], spacing_mm[2]};
  case Plane::yz: break;
  }
  return {spacing_mm[0], spacing_mm[1]};
}

/// One slice of one case of a cohort. Indices count from 0.
struct SliceIndex {
  std::size_t case_index = 0;
  Plane plane = Plane::xy;
  std::size_t slice = 0;

  auto operator<=>(const SliceIndex&) const = default;
};

} // namespace sparseann
