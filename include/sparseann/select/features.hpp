#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/select/row_loops.hpp"

namespace sparseann {

/// Row `row` of a feature table.
[[nodiscard]] inline std::span<const float> feature_row(const Array2<float>& features, std::size_t row) noexcept {
  return elements(features).subspan(row * features.shape(1), features.shape(1));
}

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
    const double square = row_loops::dot(values, values);
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
