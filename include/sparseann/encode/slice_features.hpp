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
#include "sparseann/encode/slice_source.hpp"

namespace sparseann {

/// Which slice stands at `position`, as messages say it: "case heart_001, plane xz, slice 3".
[[nodiscard]] inline std::string slice_text(const SliceSource& slices, std::size_t position) {
  const SliceIndex& index = slices.index(position);
  return fmt::format("case {}, plane {}, slice {}", slices.case_of(position).name, name_of(index.plane), index.slice);
}

/// Checks that every slice's features are finite and not all zero: zeros have no direction, so no cosine to others.
///
/// Shapes: features (N, D), one row per slice. Throws: DataError naming `encoder`, case, plane and slice.
inline void check_slice_features(const SliceSource& slices, const Array2<float>& features, std::string_view encoder) {
  const std::size_t length = features.shape(1);
  const auto source = [&](std::size_t row) { return fmt::format("{}, {}", encoder, slice_text(slices, row)); };
  for (std::size_t row = 0; row < features.shape(0); ++row) {
    const std::span<const float> values = elements(features).subspan(row * length, length);
    const auto broken = std::ranges::find_if_not(values, [](float value) { return std::isfinite(value); });
    if (broken != values.end())
      throw DataError(source(row), "finite features", fmt::format("{} in column {}", *broken, broken - values.begin()));
    if (std::ranges::all_of(values, [](float value) { return value == 0.0F; }))
      throw DataError(source(row), "features that are not all zero", "zeros alone");
  }
}

} // namespace sparseann
