#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"

namespace sparseann {

namespace detail {
template <class T, class... Types> inline constexpr bool is_one_of = (std::same_as<T, Types> || ...);
}

/// The numbers that files of volumes hold: integers of 8 to 64 bits, float and double.
template <class T>
concept VoxelNumber = detail::is_one_of<T, std::uint8_t, std::int8_t, std::uint16_t, std::int16_t, std::uint32_t,
                                        std::int32_t, std::uint64_t, std::int64_t, float, double>;

/// Whether a voxel of value `value` can be a `To`: an integer must be that very number, a real may be rounded. NaN and
/// infinities are reals.
template <VoxelNumber To, VoxelNumber From> [[nodiscard]] constexpr bool fits_voxel(From value) noexcept {
  using Range = std::numeric_limits<To>;
  if constexpr (std::integral<To> && std::integral<From>) {
    return std::in_range<To>(value);
  } else if constexpr (std::integral<To>) {
    // The greatest integer is no float, the power of two above it is.
    constexpr From above = From{2} * static_cast<From>(std::uint64_t{1} << static_cast<unsigned>(Range::digits - 1));
    return value >= static_cast<From>(Range::min()) && value < above && value == std::trunc(value);
  } else if constexpr (std::same_as<To, float> && std::same_as<From, double>) {
    return !(std::abs(value) > static_cast<double>(Range::max())) || std::isinf(value);
  } else {
    return true;
  }
}

namespace detail {
template <VoxelNumber To> [[nodiscard]] std::string voxel_range() {
  using Range = std::numeric_limits<To>;
  if constexpr (std::integral<To>)
    return fmt::format("voxels that are whole numbers of {} to {}", Range::min(), Range::max());
  else
    return fmt::format("voxels of at most {} in size", Range::max());
}
} // namespace detail

/// Fills `to` with the numbers of `from`, which follow each other in a file's volume from voxel `first` on.
///
/// Shapes: `from` and `to` are of one size; `shape` (z, y, x) is the volume's.
/// Throws: DataError naming the first voxel whose value is no `To`, see fits_voxel.
template <VoxelNumber To, VoxelNumber From>
void convert_voxels(const std::filesystem::path& path, const Shape3& shape, std::size_t first,
                    std::span<const From> from, std::span<To> to) {
  bool all = true; // without a branch per voxel
  for (std::size_t i = 0; i < to.size(); ++i) {
    const bool fits = fits_voxel<To>(from[i]);
    to[i] = fits ? static_cast<To>(from[i]) : To{};
    all = all && fits;
  }
  if (all)
    return;
  const auto wrong = std::ranges::find_if_not(from, [](From value) { return fits_voxel<To>(value); });
  const std::size_t voxel = first + static_cast<std::size_t>(wrong - from.begin());
  throw DataError(path.string(), detail::voxel_range<To>(), fmt::format("{} at {}", *wrong, voxel_text(shape, voxel)));
}

} // namespace sparseann
