#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseann/core/array.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/select/features.hpp"
#include "sparseann/select/inner_product_table.hpp"
#include "sparseann/select/inner_products.hpp"
#include "sparseann/select/packed_rows.hpp"

namespace sparseann {

struct GaussianSimilarityOptions {
  double bandwidth = 0;

  friend void visit(GaussianSimilarityOptions& options, auto&& visitor) {
    visitor(field("bandwidth", options.bandwidth,
                  "distance at which similarity is exp(-1/2); 0: the root mean square distance of two items",
                  at_least(0)));
  }
};

namespace detail {
struct GaussianFinish {
  std::shared_ptr<const std::vector<float>> squares; ///< the inner product of each item with itself
  float factor;                                      ///< -1 / (2 bandwidth^2)

  void operator()(std::span<float> products, std::size_t item, std::size_t first) const noexcept {
    for (std::size_t j = 0; j < products.size(); ++j) {
      const float square = (*squares)[item] + (*squares)[first + j] - 2 * products[j];
      products[j] = std::exp(factor * std::max(square, 0.0F));
    }
  }
  [[nodiscard]] static float lowest() noexcept { return 0.0F; }
  [[nodiscard]] static double seconds_per_value() noexcept { return 5e-9; }
};

/// The inner products of rows with themselves, as inner_products rounds them: equal rows are then at distance zero.
[[nodiscard]] inline std::vector<float> squares_of(const PackedRows& rows, InstructionSet set) {
  constexpr std::size_t width = PackedRows::width;
  std::vector<float> squares(rows.rows());
  std::array<float, width * width> tile;
  for (std::size_t first = 0; first < rows.rows(); first += width) {
    const RowRange range{first, std::min(width, rows.rows() - first)};
    inner_products(rows, range, rows, range, tile.data(), width, set);
    for (std::size_t i = 0; i < range.count; ++i)
      squares[first + i] = tile[i * width + i];
  }
  return squares;
}
} // namespace detail

/// Gaussian of the Euclidean distance of the rows of a feature table.
///
/// Formula: s(i, j) = exp(-|f_i - f_j|^2 / (2 bandwidth^2)).
/// Shapes: features (N, D).
/// Units: the bandwidth has those of the features.
/// Cost: O(D) per value, and an exponential. Features are centred first, and distances follow from inner products in
/// float32: their squares are off by some 1e-7 of the largest squared distance from the mean.
/// Throws: DataError where a row is not finite or all zero, naming the row and the column; InvalidArgument for a
/// negative bandwidth, or none given where all rows are equal.
struct GaussianSimilarity {
  using Options = GaussianSimilarityOptions;
  static constexpr std::string_view name = "gaussian";

  Options options;

  [[nodiscard]] InnerProductTable<detail::GaussianFinish> operator()(const Array2<float>& features,
                                                                     const Execution& execution = {}) const {
    ScaledRows rows = scaled(features, execution);
    const double width = bandwidth(rows.squares, rows.scale);
    // The factor stays a finite float: minus infinity times a distance of zero would be no number.
    const auto factor = static_cast<float>(-0.5 / std::max(width * width, 1e-38));
    const detail::GaussianFinish finish{std::make_shared<const std::vector<float>>(std::move(rows.squares)), factor};
    return {std::move(rows.packed), finish, resolve(execution.instruction_set)};
  }

  /// The bandwidth that these features are compared with: given as an option, it makes the same table.
  ///
  /// Cost: O(N D). Throws: as the table.
  [[nodiscard]] double bandwidth_for(const Array2<float>& features, const Execution& execution = {}) const {
    const ScaledRows rows = scaled(features, execution);
    return bandwidth(rows.squares, rows.scale) / rows.scale; // exact, as the scale is a power of two
  }

private:
  /// Centred rows, times a scale.
  struct ScaledRows {
    PackedRows packed;
    std::vector<float> squares;
    double scale;
  };

  [[nodiscard]] ScaledRows scaled(const Array2<float>& features, const Execution& execution) const {
    validate(options);
    check_features(features);
    const std::vector<double> mean = mean_of(features);
    const double scale = scale_of(features, mean);
    PackedRows rows(
        features.shape(0), features.shape(1),
        [&](std::size_t i, std::span<float> values) {
          for (std::size_t k = 0; k < values.size(); ++k)
            values[k] = static_cast<float>((static_cast<double>(features(i, k)) - mean[k]) * scale);
        },
        worthwhile_threads(execution, 1e-9 * static_cast<double>(features.size())));
    std::vector<float> squares = detail::squares_of(rows, resolve(execution.instruction_set));
    return {std::move(rows), std::move(squares), scale};
  }

  [[nodiscard]] static std::vector<double> mean_of(const Array2<float>& features) {
    std::vector<double> mean(features.shape(1), 0.0);
    for (std::size_t i = 0; i < features.shape(0); ++i)
      for (std::size_t k = 0; k < mean.size(); ++k)
        mean[k] += static_cast<double>(features(i, k));
    for (double& value : mean)
      value /= static_cast<double>(features.shape(0));
    return mean;
  }

  /// A power of two that brings the largest centred feature to 1 or 2, so that squares neither overflow nor vanish.
  [[nodiscard]] static double scale_of(const Array2<float>& features, std::span<const double> mean) {
    double largest = 0;
    for (std::size_t i = 0; i < features.shape(0); ++i)
      for (std::size_t k = 0; k < mean.size(); ++k)
        largest = std::max(largest, std::abs(static_cast<double>(features(i, k)) - mean[k]));
    return largest > 0 ? std::ldexp(1.0, -std::ilogb(largest)) : 1.0;
  }

  /// In units of scaled features. The mean squared distance of two items, drawn with replacement, is twice their mean
  /// squared distance from the mean.
  [[nodiscard]] double bandwidth(std::span<const float> squares, double scale) const {
    if (options.bandwidth > 0)
      return options.bandwidth * scale;
    double sum = 0;
    for (const float square : squares)
      sum += static_cast<double>(square);
    if (!(sum > 0))
      throw InvalidArgument("bandwidth", "a number above 0, as all rows of the features are equal", "0");
    return std::sqrt(2 * sum / static_cast<double>(squares.size()));
  }
};

} // namespace sparseann
