#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseann/core/array.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/instruction_set.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/parallel.hpp"
#include "sparseann/select/features.hpp"
#include "sparseann/select/inner_product_table.hpp"
#include "sparseann/select/packed_rows.hpp"
#include "sparseann/select/row_loops.hpp"

namespace sparseann {

namespace detail {
struct CosineFinish {
  void operator()(std::span<float> products, std::size_t item, std::size_t first) const noexcept {
    constexpr std::size_t lanes = 16; // a known number of iterations, which compilers vectorise
    const std::size_t whole = products.size() / lanes * lanes;
    for (std::size_t j = 0; j < whole; j += lanes)
      for (std::size_t lane = 0; lane < lanes; ++lane)
        products[j + lane] = kept_within_one(products[j + lane]);
    for (std::size_t j = whole; j < products.size(); ++j)
      products[j] = kept_within_one(products[j]);
    if (item >= first && item - first < products.size())
      products[item - first] = 1.0F;
  }
  [[nodiscard]] static float lowest() noexcept { return -1.0F; }
  [[nodiscard]] static double seconds_per_value() noexcept { return 2e-10; }

private:
  [[nodiscard]] static float kept_within_one(float product) noexcept {
    const float low = product < -1.0F ? -1.0F : product;
    return low > 1.0F ? 1.0F : low;
  }
};
} // namespace detail

/// The cosines of normalised rows.
class CosineTable : public InnerProductTable<detail::CosineFinish> {
public:
  CosineTable(PackedRows normalised, InstructionSet set) : InnerProductTable(std::move(normalised), {}, set) {}

  /// Numbers that the sums of each item's similarities to all do not exceed, a little above them.
  ///
  /// Formula: <x_i, X> + g (N + |X|), where X is the sum of all rows x_j, and g what rounding may add to an inner
  /// product of rows of length 1: n u / (1 - n u) for n roundings, u = 2^-24 each. Cost: O(N D). Source: Higham,
  /// "Accuracy and Stability of Numerical Algorithms", 2002, section 3.1.
  [[nodiscard]] std::vector<double> row_sum_bounds() const {
    const PackedRows& rows = all().packed;
    const std::vector<double> total = sum_of_rows();
    const PackedRows packed_total(1, rows.depth(), [&](std::size_t, std::span<float> values) {
      std::ranges::transform(total, values.begin(), [](double value) { return static_cast<float>(value); });
    });
    const double slack = rounding() * (static_cast<double>(rows.rows()) +
                                       std::sqrt(std::inner_product(total.begin(), total.end(), total.begin(), 0.0)));
    std::vector<double> bounds(rows.rows());
    constexpr std::size_t block = 4096;
    std::vector<float> products(PackedRows::width * block);
    for (std::size_t first = 0; first < bounds.size(); first += block) {
      const RowRange range{first, std::min(block, bounds.size() - first)};
      inner_products(packed_total, {0, 1}, rows, range, products.data(), block, instruction_set());
      for (std::size_t i = 0; i < range.count; ++i)
        bounds[first + i] = static_cast<double>(products[i]) + slack;
    }
    return bounds;
  }

private:
  [[nodiscard]] std::vector<double> sum_of_rows() const {
    const PackedRows& rows = all().packed;
    constexpr std::size_t width = PackedRows::width;
    std::vector<std::array<double, width>> sums(rows.depth(), std::array<double, width>{});
    for (std::size_t panel = 0; panel < rows.panels(); ++panel)
      for (std::size_t k = 0; k < rows.depth(); ++k)
        for (std::size_t lane = 0; lane < width; ++lane)
          sums[k][lane] += static_cast<double>(rows.panel(panel)[k].values[lane]);
    std::vector<double> total(rows.depth());
    std::ranges::transform(sums, total.begin(), [](const std::array<double, width>& lanes) {
      return std::accumulate(lanes.begin(), lanes.end(), 0.0);
    });
    return total;
  }

  /// One rounding per component of a chain and one per chain; and a few more for what is smaller: lengths that are 1
  /// but for rounding, values brought within [-1, 1], sums taken in double.
  [[nodiscard]] double rounding() const noexcept {
    const std::size_t depth = all().packed.depth();
    const std::size_t roundings = std::min(depth, detail::chain) + (depth + detail::chain - 1) / detail::chain + 8;
    const double all_of_them = 0x1p-24 * static_cast<double>(roundings);
    return all_of_them / (1 - all_of_them);
  }
};

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

  [[nodiscard]] CosineTable operator()(const Array2<float>& features, const Execution& execution = {}) const {
    const InstructionSet set = resolve(execution.instruction_set);
    std::atomic<bool> all_have_directions = features.size() > 0;
    PackedRows rows(
        features.shape(0), features.shape(1),
        [&](std::size_t i, std::span<float> values) {
          if (!normalise(feature_row(features, i), values, set))
            all_have_directions = false;
        },
        worthwhile_threads(execution, 8e-10 * static_cast<double>(features.size())));
    if (!all_have_directions)
      check_features(features); // says where
    return {std::move(rows), set};
  }

private:
  /// Whether the row is finite and not all zero: squares of floats neither overflow nor vanish in double.
  [[nodiscard]] static bool normalise(std::span<const float> row, std::span<float> values,
                                      InstructionSet set) noexcept {
    const double square = row_loops::dot(row, row, set);
    row_loops::scale(row, 1 / std::sqrt(square), values, set);
    return std::isfinite(square) && square > 0;
  }
};

} // namespace sparseann
