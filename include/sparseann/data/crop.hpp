#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/random.hpp"

namespace sparseann {

/// First voxel of a crop; negative where the crop begins outside. Rank 3: (z, y, x), rank 2: (rows, columns).
template <std::size_t Rank> using CropOrigin = std::array<std::ptrdiff_t, Rank>;
/// Voxels of an array or of a crop along each axis.
template <std::size_t Rank> using CropExtent = std::array<std::size_t, Rank>;

/// Mirrors a place about the first and last voxel, as often as needed, without repeating them: … 2 1 | 0 1 2 | 1 0 1 …
[[nodiscard]] inline std::ptrdiff_t reflect(std::ptrdiff_t place, std::size_t extent) noexcept {
  if (extent == 1)
    return 0;
  const auto last = static_cast<std::ptrdiff_t>(extent) - 1;
  const std::ptrdiff_t period = 2 * last;
  const std::ptrdiff_t phase = ((place % period) + period) % period;
  return phase <= last ? phase : period - phase;
}

namespace detail {

struct OriginRange {
  std::ptrdiff_t low;
  std::ptrdiff_t high; ///< inclusive
};

inline void check_crop_axis(std::size_t extent, std::size_t crop, std::size_t axis) {
  if (extent == 0)
    throw InvalidArgument("shape", "at least one voxel along every axis", fmt::format("0 along axis {}", axis));
  if (crop == 0)
    throw InvalidArgument("extent", "at least one voxel along every axis", fmt::format("0 along axis {}", axis));
}

/// Origins for which the crop lies inside the array or, where the array is smaller, contains it.
[[nodiscard]] inline OriginRange valid_origins(std::size_t extent, std::size_t crop) noexcept {
  const std::ptrdiff_t slack = static_cast<std::ptrdiff_t>(extent) - static_cast<std::ptrdiff_t>(crop);
  return {.low = std::min<std::ptrdiff_t>(0, slack), .high = std::max<std::ptrdiff_t>(0, slack)};
}

[[nodiscard]] inline std::ptrdiff_t draw(const OriginRange& range, Generator& generator) {
  const auto count = static_cast<std::size_t>(range.high - range.low + 1);
  return range.low + static_cast<std::ptrdiff_t>(generator.uniform_index(count));
}

/// One axis of a crop: which source voxel each voxel of the crop shows, and the part that needs no border rule.
struct CropAxis {
  std::vector<std::ptrdiff_t> source;
  std::size_t inside_begin;
  std::size_t inside_end;
};

[[nodiscard]] inline CropAxis crop_axis(std::size_t extent, std::ptrdiff_t origin, std::size_t crop, bool reflecting) {
  const auto size = static_cast<std::ptrdiff_t>(crop);
  const std::ptrdiff_t begin = std::clamp<std::ptrdiff_t>(-origin, 0, size);
  const std::ptrdiff_t end = std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(extent) - origin, begin, size);
  CropAxis axis{.source = std::vector<std::ptrdiff_t>(crop),
                .inside_begin = static_cast<std::size_t>(begin),
                .inside_end = static_cast<std::size_t>(end)};
  for (std::ptrdiff_t i = 0; i < size; ++i)
    axis.source[static_cast<std::size_t>(i)] = reflecting ? reflect(origin + i, extent) : origin + i;
  return axis;
}

template <class T> void copy_row(const T* from, const CropAxis& axis, const std::optional<T>& outside, T* to) {
  const auto fill = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      to[i] = outside ? *outside : from[axis.source[i]];
  };
  fill(0, axis.inside_begin);
  if (axis.inside_begin < axis.inside_end)
    std::copy_n(from + axis.source[axis.inside_begin], axis.inside_end - axis.inside_begin, to + axis.inside_begin);
  fill(axis.inside_end, axis.source.size());
}

/// Copies a crop of a (C, z, y, x) array; without a value for outside it reflects.
template <class T>
void copy_crop(const T* from, std::size_t channels, const CropExtent<3>& shape, const CropOrigin<3>& origin,
               const CropExtent<3>& extent, const std::optional<T>& outside, T* to) {
  for (std::size_t axis = 0; axis < 3; ++axis)
    check_crop_axis(shape[axis], extent[axis], axis);
  std::array<CropAxis, 3> axes;
  for (std::size_t axis = 0; axis < 3; ++axis)
    axes[axis] = crop_axis(shape[axis], origin[axis], extent[axis], !outside);
  const auto is_outside = [&](const CropAxis& axis, std::size_t i) {
    return outside && (i < axis.inside_begin || i >= axis.inside_end);
  };
  for (std::size_t channel = 0; channel < channels; ++channel)
    for (std::size_t z = 0; z < extent[0]; ++z)
      for (std::size_t y = 0; y < extent[1]; ++y, to += extent[2]) {
        if (is_outside(axes[0], z) || is_outside(axes[1], y)) {
          std::fill_n(to, extent[2], *outside);
          continue;
        }
        const auto plane = channel * shape[0] + static_cast<std::size_t>(axes[0].source[z]);
        const auto row = plane * shape[1] + static_cast<std::size_t>(axes[1].source[y]);
        copy_row(from + row * shape[2], axes[2], outside, to);
      }
}

} // namespace detail

/// A random place for a crop: uniform over all origins for which the crop lies inside the array or, along an axis on
/// which the array is smaller, contains it.
///
/// Throws: InvalidArgument for an array or crop without voxels.
template <std::size_t Rank>
[[nodiscard]] CropOrigin<Rank> draw_origin(const CropExtent<Rank>& shape, const CropExtent<Rank>& extent,
                                           Generator& generator) {
  CropOrigin<Rank> origin;
  for (std::size_t axis = 0; axis < Rank; ++axis) {
    detail::check_crop_axis(shape[axis], extent[axis], axis);
    origin[axis] = detail::draw(detail::valid_origins(shape[axis], extent[axis]), generator);
  }
  return origin;
}

/// As `draw_origin`, uniform over those origins whose crop contains `voxel`.
///
/// Throws: InvalidArgument for an array or crop without voxels or a voxel outside the array.
template <std::size_t Rank>
[[nodiscard]] CropOrigin<Rank> draw_origin_around(const CropExtent<Rank>& voxel, const CropExtent<Rank>& shape,
                                                  const CropExtent<Rank>& extent, Generator& generator) {
  CropOrigin<Rank> origin;
  for (std::size_t axis = 0; axis < Rank; ++axis) {
    detail::check_crop_axis(shape[axis], extent[axis], axis);
    if (voxel[axis] >= shape[axis])
      throw InvalidArgument("voxel", fmt::format("an index below {} along axis {}", shape[axis], axis),
                            fmt::format("{}", voxel[axis]));
    const auto place = static_cast<std::ptrdiff_t>(voxel[axis]);
    const detail::OriginRange valid = detail::valid_origins(shape[axis], extent[axis]);
    origin[axis] = detail::draw({.low = std::max(valid.low, place - static_cast<std::ptrdiff_t>(extent[axis]) + 1),
                                 .high = std::min(valid.high, place)},
                                generator);
  }
  return origin;
}

/// A crop of an image or of class probabilities; outside it the image is reflected about its first and last voxel, as
/// often as needed.
///
/// Shapes: volume (C, z, y, x); result (C, extent).
/// Cost: linear in the crop; rows are copied whole where they lie inside.
/// Throws: InvalidArgument for an image or crop without voxels.
template <class T>
[[nodiscard]] Array4<T> extract_crop(const Array4<T>& volume, const CropOrigin<3>& origin,
                                     const CropExtent<3>& extent) {
  Array4<T> crop({volume.shape(0), extent[0], extent[1], extent[2]});
  detail::copy_crop<T>(volume.data(), volume.shape(0), {volume.shape(1), volume.shape(2), volume.shape(3)}, origin,
                       extent, std::nullopt, crop.data());
  return crop;
}

/// A crop of labels, with the label `outside` beyond them.
///
/// Shapes: volume (z, y, x); result has the shape `extent`.
/// Cost, throws: as for images.
[[nodiscard]] inline Array3<std::uint8_t> extract_crop(const Array3<std::uint8_t>& volume, const CropOrigin<3>& origin,
                                                       const CropExtent<3>& extent, std::uint8_t outside) {
  Array3<std::uint8_t> crop({extent[0], extent[1], extent[2]});
  detail::copy_crop<std::uint8_t>(volume.data(), 1, {volume.shape(0), volume.shape(1), volume.shape(2)}, origin, extent,
                                  outside, crop.data());
  return crop;
}

/// A crop of a slice of an image, reflected outside.
///
/// Shapes: slice (C, rows, columns); result (C, extent).
/// Cost, throws: as for volumes.
[[nodiscard]] inline Array3<float> extract_crop(const Array3<float>& slice, const CropOrigin<2>& origin,
                                                const CropExtent<2>& extent) {
  Array3<float> crop({slice.shape(0), extent[0], extent[1]});
  detail::copy_crop<float>(slice.data(), slice.shape(0), {1, slice.shape(1), slice.shape(2)}, {0, origin[0], origin[1]},
                           {1, extent[0], extent[1]}, std::nullopt, crop.data());
  return crop;
}

/// A crop of a slice of labels, with the label `outside` beyond them.
///
/// Shapes: slice (rows, columns); result has the shape `extent`.
/// Cost, throws: as for volumes.
[[nodiscard]] inline Array2<std::uint8_t> extract_crop(const Array2<std::uint8_t>& slice, const CropOrigin<2>& origin,
                                                       const CropExtent<2>& extent, std::uint8_t outside) {
  Array2<std::uint8_t> crop({extent[0], extent[1]});
  detail::copy_crop<std::uint8_t>(slice.data(), 1, {1, slice.shape(0), slice.shape(1)}, {0, origin[0], origin[1]},
                                  {1, extent[0], extent[1]}, outside, crop.data());
  return crop;
}

} // namespace sparseann
