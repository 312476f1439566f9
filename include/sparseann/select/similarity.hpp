#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "sparseann/core/array.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/select/inner_products.hpp"
#include "sparseann/select/packed_rows.hpp"

namespace sparseann {

/// Similarities of items that are computed where they are asked for, tile by tile. Symmetric; larger is more alike.
///
/// `all()` are all items, `only(items)` a few of them, as rows of a tile. tile(rows, range, columns, out, stride)
/// writes the similarity of the rows in `range` to the items in `columns`; ranges begin at multiples of 16, and out has
/// room for rows rounded up to a multiple of 16 and as many columns. No value is below lowest(). seconds_per_value()
/// says roughly what one costs. The same two items give the same bits in every tile.
template <class T>
concept SimilarityTable =
    std::copyable<T> && requires(const T table, std::span<const std::size_t> items, const typename T::Rows& rows,
                                 RowRange range, float* out, std::size_t stride) {
      { table.size() } -> std::same_as<std::size_t>;
      { table.all() } -> std::convertible_to<typename T::Rows>;
      { table.only(items) } -> std::same_as<typename T::Rows>;
      { table.tile(rows, range, range, out, stride) } -> std::same_as<void>;
      { table.lowest() } -> std::same_as<float>;
      { table.seconds_per_value() } -> std::same_as<double>;
    };

/// A table that knows, without its N^2 values, numbers a little above their sums over rows. Such a number costs about
/// as much as sixteen values.
template <class T>
concept SummedTable = SimilarityTable<T> && requires(const T table) {
  { table.row_sum_bounds() } -> std::same_as<std::vector<double>>;
};

/// How alike the rows of a feature table (N, D) are: makes a SimilarityTable of N items.
template <class S>
concept Similarity =
    std::copyable<S> && requires(const S similarity, const Array2<float>& features, Execution execution) {
      { similarity(features, execution) } -> SimilarityTable;
    };

template <Similarity S>
using TableOf = decltype(std::declval<const S&>()(std::declval<const Array2<float>&>(), Execution{}));

} // namespace sparseann
