#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"

namespace sparseann {

/// Row `row` of a feature table.
[[nodiscard]] inline std::span<const float> feature_row(const Array2<float>& features, std::size_t row) noexcept {
  return elements(features).subspan(row * features.shape(1), features.shape(1));
}

namespace detail {
/// Eight partial sums: independent, so that the compiler may use vector registers, and in a fixed order.
[[nodiscard]] inline double dot(std::span<const float> a, std::span<const float> b) noexcept {
  constexpr std::size_t lanes = 8;
  std::array<double, lanes> sums{};
  const std::size_t whole = a.size() / lanes * lanes;
  for (std::size_t i = 0; i < whole; i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane)
      sums[lane] += static_cast<double>(a[i + lane]) * static_cast<double>(b[i + lane]);
  for (std::size_t i = whole; i < a.size(); ++i)
    sums[i - whole] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  double sum = 0;
  for (const double part : sums)
    sum += part;
  return sum;
}
} // namespace detail

/// Checks that a feature table has rows and columns. Throws: DataError naming `source`.
inline void check_feature_table(std::size_t rows, std::size_t columns, std::string_view source = "features") {
  if (rows == 0 || columns == 0)
    throw DataError(std::string(source), "at least one row and one column", fmt::format("{} x {}", rows, columns));
}

/// Checks that every row of a feature table (N, D) is finite and not all zero, so that it has a direction.
///
/// Throws: DataError naming `source`, the row and, where there is one, the column.
inline void check_features(const Array2<float>& features, std::string_view source = "features") {
  check_feature_table(features.shape(0), features.shape(1), source);
  for (std::size_t row = 0; row < features.shape(0); ++row) {
    const std::span<const float> values = feature_row(features, row);
    const double square = detail::dot(values, values);
    if (std::isfinite(square) && square > 0) // squares of floats neither overflow nor vanish in double
      continue;
    const auto broken = std::ranges::find_if(values, [](float value) { return !std::isfinite(value); });
    if (broken != values.end())
      throw DataError(std::string(source), "finite numbers",
                      fmt::format("{} in row {}, column {}", *broken, row, broken - values.begin()));
    if (std::ranges::all_of(values, [](float value) { return value == 0.0F; }))
      throw DataError(std::string(source), "a number other than zero in each row",
                      fmt::format("zeros alone in row {}", row));
  }
}

} // namespace sparseann
