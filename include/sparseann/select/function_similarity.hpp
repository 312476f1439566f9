#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/select/features.hpp"
#include "sparseann/select/inner_products.hpp"

namespace sparseann {

/// Compares two rows of features: larger is more alike. It may be called from several threads at once.
template <class F>
concept RowSimilarity = std::copyable<F> && requires(const F function, std::span<const float> row) {
  { function(row, row) } -> std::convertible_to<float>;
};

/// Similarities that a function object computes: a SimilarityTable.
template <RowSimilarity F> class FunctionTable {
public:
  struct Rows {
    std::vector<std::size_t> items; ///< empty: all of them, in order

    [[nodiscard]] std::size_t item(std::size_t row) const { return items.empty() ? row : items[row]; }
  };

  FunctionTable(const Array2<float>& features, F function, float lowest)
      : features_(std::make_shared<const Array2<float>>(features)), function_(std::move(function)), lowest_(lowest) {}

  [[nodiscard]] std::size_t size() const noexcept { return features_->shape(0); }
  [[nodiscard]] Rows all() const { return {}; }
  [[nodiscard]] Rows only(std::span<const std::size_t> items) const { return {{items.begin(), items.end()}}; }

  /// Throws: DataError naming the two items where the function gives no number, or one below what it promised.
  void tile(const Rows& rows, RowRange range, RowRange columns, float* out, std::size_t stride) const {
    for (std::size_t i = 0; i < range.count; ++i)
      for (std::size_t j = 0; j < columns.count; ++j)
        out[i * stride + j] = value(rows.item(range.first + i), columns.first + j);
  }

  [[nodiscard]] float lowest() const noexcept { return lowest_; }
  [[nodiscard]] double seconds_per_value() const noexcept { return 1e-9 * static_cast<double>(features_->shape(1)); }

private:
  /// The lower item comes first, so that a function that is not symmetric to the last bit gives one value all the same.
  [[nodiscard]] float value(std::size_t i, std::size_t j) const {
    const auto result =
        static_cast<float>(function_(feature_row(*features_, std::min(i, j)), feature_row(*features_, std::max(i, j))));
    if (!std::isfinite(result) || result < lowest_)
      throw DataError("similarity", fmt::format("a finite number of at least {}, the option lowest", lowest_),
                      fmt::format("{} for items {} and {}", result, std::min(i, j), std::max(i, j)));
    return result;
  }

  std::shared_ptr<const Array2<float>> features_;
  F function_;
  float lowest_;
};

struct FunctionSimilarityOptions {
  double lowest = 0;

  friend void visit(FunctionSimilarityOptions& options, auto&& visitor) {
    visitor(field("lowest", options.lowest, "the function promises no value below it"));
  }
};

/// A similarity of the user's: any function object of two rows of features.
///
///     const auto overlap = [](std::span<const float> a, std::span<const float> b) { ... };
///     const FunctionSimilarity similarity{.options = {.lowest = 0}, .function = overlap};
///
/// Cost: one call per value; every call sees the lower item first, so the result is symmetric.
/// Throws: DataError where features are not finite or a row is all zero; as FunctionTable.
template <RowSimilarity F> struct FunctionSimilarity {
  using Options = FunctionSimilarityOptions;
  static constexpr std::string_view name = "function";

  Options options;
  F function;

  [[nodiscard]] FunctionTable<F> operator()(const Array2<float>& features, const Execution& = {}) const {
    validate(options);
    check_features(features);
    return {features, function, static_cast<float>(options.lowest)};
  }
};
template <class F> FunctionSimilarity(FunctionSimilarityOptions, F) -> FunctionSimilarity<F>;

} // namespace sparseann
