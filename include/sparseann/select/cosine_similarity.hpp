#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>

#include "sparseann/core/array.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/parallel.hpp"
#include "sparseann/select/features.hpp"
#include "sparseann/select/inner_product_table.hpp"
#include "sparseann/select/packed_rows.hpp"

namespace sparseann {

namespace detail {
struct CosineFinish {
  void operator()(std::span<float> products, std::size_t item, std::size_t first) const noexcept {
    for (float& product : products)
      product = std::min(std::max(product, -1.0F), 1.0F);
    if (item >= first && item - first < products.size())
      products[item - first] = 1.0F;
  }
  [[nodiscard]] static float lowest() noexcept { return -1.0F; }
  [[nodiscard]] static double seconds_per_value() noexcept { return 5e-10; }
};
} // namespace detail

/// Cosine similarity of the rows of a feature table (Eq. 5).
///
/// Formula: s(i, j) = <f_i, f_j> / (|f_i| |f_j|), kept within [-1, 1].
/// Shapes: features (N, D).
/// Cost: O(D) per value. Norms are taken in double, products of the normalised rows in float32 as inner_products does.
/// Throws: DataError where a row is not finite or all zero, naming the row and the column.
/// Source: Zheng et al., AAAI 2020, Eq. 5.
struct CosineSimilarity {
  using Options = NoOptions;
  static constexpr std::string_view name = "cosine";

  Options options;

  [[nodiscard]] InnerProductTable<detail::CosineFinish> operator()(const Array2<float>& features,
                                                                   const Execution& execution = {}) const {
    std::atomic<bool> all_have_directions = features.size() > 0;
    PackedRows rows(
        features.shape(0), features.shape(1),
        [&](std::size_t i, std::span<float> values) {
          if (!normalise(feature_row(features, i), values))
            all_have_directions = false;
        },
        worthwhile_threads(execution, 1e-9 * static_cast<double>(features.size())));
    if (!all_have_directions)
      check_features(features); // says where
    return {std::move(rows), {}, resolve(execution.instruction_set)};
  }

private:
  /// Whether the row is finite and not all zero: squares of floats neither overflow nor vanish in double.
  [[nodiscard]] static bool normalise(std::span<const float> row, std::span<float> values) noexcept {
    const double square = detail::dot(row, row);
    const double scale = 1 / std::sqrt(square);
    constexpr std::size_t lanes = 16; // a known number of iterations, which compilers vectorise
    const std::size_t whole = row.size() / lanes * lanes;
    for (std::size_t k = 0; k < whole; k += lanes) {
      std::array<float, lanes> part;
      std::copy_n(row.data() + k, lanes, part.data());
      for (float& value : part)
        value = static_cast<float>(static_cast<double>(value) * scale);
      std::copy_n(part.data(), lanes, values.data() + k);
    }
    for (std::size_t k = whole; k < row.size(); ++k)
      values[k] = static_cast<float>(static_cast<double>(row[k]) * scale);
    return std::isfinite(square) && square > 0;
  }
};

} // namespace sparseann
