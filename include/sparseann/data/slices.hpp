#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/core/volume.hpp"

namespace sparseann {

namespace detail {

/// Where one slice lies in a row-major (z, y, x) array: element (r, c) is at first + r * row_stride + c *
/// column_stride.
struct SliceLayout {
  std::size_t first;
  std::size_t rows;
  std::size_t columns;
  std::size_t row_stride;
  std::size_t column_stride;
};

[[nodiscard]] inline SliceLayout slice_layout(const Shape3& shape, Plane plane, std::size_t slice) {
  if (slice >= slice_count(shape, plane))
    throw InvalidArgument("slice",
                          fmt::format("an index below {} in plane {}", slice_count(shape, plane), name_of(plane)),
                          std::to_string(slice));
  const Shape3 strides{shape[1] * shape[2], shape[2], 1};
  const auto [rows, columns] = slice_shape(shape, plane);
  const std::size_t row_axis = plane == Plane::xy ? 1 : 0;
  const std::size_t column_axis = plane == Plane::yz ? 1 : 2;
  return {.first = slice * strides[stacking_axis(plane)],
          .rows = rows,
          .columns = columns,
          .row_stride = strides[row_axis],
          .column_stride = strides[column_axis]};
}

template <class T> void gather(const T* volume, const SliceLayout& layout, T* slice) {
  for (std::size_t row = 0; row < layout.rows; ++row) {
    const T* from = volume + layout.first + row * layout.row_stride;
    for (std::size_t column = 0; column < layout.columns; ++column)
      *slice++ = from[column * layout.column_stride];
  }
}

template <class T> void scatter(const T* slice, const SliceLayout& layout, T* volume) {
  for (std::size_t row = 0; row < layout.rows; ++row) {
    T* to = volume + layout.first + row * layout.row_stride;
    for (std::size_t column = 0; column < layout.columns; ++column)
      to[column * layout.column_stride] = *slice++;
  }
}

template <class T> [[nodiscard]] Shape3 spatial_shape(const Array4<T>& volume) noexcept {
  return {volume.shape(1), volume.shape(2), volume.shape(3)};
}

inline void check_slice_shape(std::array<std::size_t, 2> got, const SliceLayout& layout, Plane plane) {
  if (got != std::array{layout.rows, layout.columns})
    throw InvalidArgument("slice",
                          fmt::format("{} x {} values for plane {}", layout.rows, layout.columns, name_of(plane)),
                          fmt::format("{} x {}", got[0], got[1]));
}

} // namespace detail

/// A copy of one slice.
///
/// Shapes: volume (z, y, x); result (rows, columns): xy (y, x), xz (z, x), yz (z, y).
/// Throws: InvalidArgument for a slice that the volume does not have.
template <class T> [[nodiscard]] Array2<T> copy_slice(const Array3<T>& volume, Plane plane, std::size_t slice) {
  const detail::SliceLayout layout = detail::slice_layout(shape_of(volume), plane, slice);
  Array2<T> result({layout.rows, layout.columns});
  detail::gather(volume.data(), layout, result.data());
  return result;
}

/// A copy of one slice of all channels.
///
/// Shapes: volume (C, z, y, x); result (C, rows, columns).
/// Throws: InvalidArgument for a slice that the volume does not have.
template <class T> [[nodiscard]] Array3<T> copy_slice(const Array4<T>& volume, Plane plane, std::size_t slice) {
  const Shape3 shape = detail::spatial_shape(volume);
  const detail::SliceLayout layout = detail::slice_layout(shape, plane, slice);
  Array3<T> result({volume.shape(0), layout.rows, layout.columns});
  for (std::size_t channel = 0; channel < volume.shape(0); ++channel)
    detail::gather(volume.data() + channel * voxel_count(shape), layout,
                   result.data() + channel * layout.rows * layout.columns);
  return result;
}

/// Writes one slice into a volume.
///
/// Shapes: slice (rows, columns) as `copy_slice` gives it; volume (z, y, x).
/// Throws: InvalidArgument for a slice that the volume does not have or whose extents differ.
template <class T> void put_slice(const Array2<T>& slice, Plane plane, std::size_t index, Array3<T>& volume) {
  const detail::SliceLayout layout = detail::slice_layout(shape_of(volume), plane, index);
  detail::check_slice_shape({slice.shape(0), slice.shape(1)}, layout, plane);
  detail::scatter(slice.data(), layout, volume.data());
}

/// Writes one slice of all channels into a volume.
///
/// Shapes: slice (C, rows, columns) as `copy_slice` gives it; volume (C, z, y, x).
/// Throws: InvalidArgument for a slice that the volume does not have or whose extents or channels differ.
template <class T> void put_slice(const Array3<T>& slice, Plane plane, std::size_t index, Array4<T>& volume) {
  const Shape3 shape = detail::spatial_shape(volume);
  const detail::SliceLayout layout = detail::slice_layout(shape, plane, index);
  if (slice.shape(0) != volume.shape(0))
    throw InvalidArgument("slice", fmt::format("{} channels as in the volume", volume.shape(0)),
                          std::to_string(slice.shape(0)));
  detail::check_slice_shape({slice.shape(1), slice.shape(2)}, layout, plane);
  for (std::size_t channel = 0; channel < volume.shape(0); ++channel)
    detail::scatter(slice.data() + channel * layout.rows * layout.columns, layout,
                    volume.data() + channel * voxel_count(shape));
}

} // namespace sparseann
