#pragma once

// xtensor moved its headers in 0.26; this is the only place that knows.
#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/generators/xbuilder.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xbuilder.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>
#endif

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sparseann/core/volume_storage.hpp"

namespace sparseann {

/// Row-major arrays of fixed rank. Volumes are (z, y, x), channel volumes (C, z, y, x), feature tables (N, D).
template <class T, std::size_t N> using Array = xt::xtensor<T, N, xt::layout_type::row_major, VolumeAllocator<T>>;
template <class T> using Array1 = Array<T, 1>;
template <class T> using Array2 = Array<T, 2>;
template <class T> using Array3 = Array<T, 3>;
template <class T> using Array4 = Array<T, 4>;

/// The elements of a whole array in memory order.
template <class T, std::size_t N> [[nodiscard]] std::span<T> elements(Array<T, N>& array) noexcept {
  return {array.data(), array.size()};
}
template <class T, std::size_t N> [[nodiscard]] std::span<const T> elements(const Array<T, N>& array) noexcept {
  return {array.data(), array.size()};
}
/// A span of a temporary would dangle.
template <class T, std::size_t N> void elements(const Array<T, N>&& array) = delete;

} // namespace sparseann
