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

namespace sparseann {

/// Row-major arrays of fixed rank. Volumes are (z, y, x), channel volumes (C, z, y, x), feature tables (N, D).
template <class T> using Array1 = xt::xtensor<T, 1>;
template <class T> using Array2 = xt::xtensor<T, 2>;
template <class T> using Array3 = xt::xtensor<T, 3>;
template <class T> using Array4 = xt::xtensor<T, 4>;

/// The elements of a whole array in memory order.
template <class T, std::size_t N> [[nodiscard]] std::span<T> elements(xt::xtensor<T, N>& array) noexcept {
  return {array.data(), array.size()};
}
template <class T, std::size_t N> [[nodiscard]] std::span<const T> elements(const xt::xtensor<T, N>& array) noexcept {
  return {array.data(), array.size()};
}
/// A span of a temporary would dangle.
template <class T, std::size_t N> void elements(const xt::xtensor<T, N>&& array) = delete;

} // namespace sparseann
