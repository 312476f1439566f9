#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <mutex>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/memory.hpp"
#include "sparseann/core/parallel.hpp"
#include "sparseann/core/progress.hpp"
#include "sparseann/select/packed_rows.hpp"
#include "sparseann/select/similarity.hpp"

namespace sparseann {

namespace detail {
/// Eight partial sums, which compilers keep in vector registers.
[[nodiscard]] inline double sum_of(std::span<const float> values) noexcept {
  constexpr std::size_t lanes = 8;
  std::array<double, lanes> sums{};
  const std::size_t whole = values.size() / lanes * lanes;
  for (std::size_t i = 0; i < whole; i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane)
      sums[lane] += static_cast<double>(values[i + lane]);
  for (std::size_t i = whole; i < values.size(); ++i)
    sums[i - whole] += static_cast<double>(values[i]);
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}
} // namespace detail

/// A square matrix of finite similarities, with what is known about it.
///
/// Shapes: values (N, N); row i says how well i represents each item; it need not be symmetric.
/// Cost: O(N^2) to check a matrix that comes from elsewhere.
/// Throws: InvalidArgument where the matrix is not square or empty; DataError where a value is not finite.
class SimilarityMatrix {
public:
  explicit(false) SimilarityMatrix(Array2<float> values) : values_(std::move(values)) {
    check_shape();
    check_values();
    lowest_ = *std::ranges::min_element(elements(values_));
    for (std::size_t item = 0; item < size(); ++item)
      row_sums_.push_back(detail::sum_of(row(item)));
    is_symmetric_ = compare_halves();
  }

  /// A matrix that is symmetric and finite by the way it was made, with no value below `lowest`, and its rows' sums.
  [[nodiscard]] static SimilarityMatrix symmetric(Array2<float> values, float lowest, std::vector<double> row_sums) {
    return SimilarityMatrix(std::move(values), lowest, std::move(row_sums));
  }

  [[nodiscard]] std::size_t size() const noexcept { return values_.shape(0); }
  [[nodiscard]] const Array2<float>& values() const noexcept { return values_; }
  [[nodiscard]] std::span<const float> row(std::size_t item) const noexcept {
    return elements(values_).subspan(item * size(), size());
  }
  /// No value is below it.
  [[nodiscard]] float lowest() const noexcept { return lowest_; }
  [[nodiscard]] bool is_symmetric() const noexcept { return is_symmetric_; }
  [[nodiscard]] std::span<const double> row_sums() const noexcept { return row_sums_; }

private:
  SimilarityMatrix(Array2<float> values, float lowest, std::vector<double> row_sums)
      : values_(std::move(values)), lowest_(lowest), is_symmetric_(true), row_sums_(std::move(row_sums)) {}

  void check_shape() const {
    if (values_.shape(0) == 0 || values_.shape(0) != values_.shape(1))
      throw InvalidArgument("similarity", "a square matrix of at least one item",
                            fmt::format("{} x {}", values_.shape(0), values_.shape(1)));
  }

  void check_values() const {
    const std::span<const float> all = elements(values_);
    const auto broken = std::ranges::find_if(all, [](float value) { return !std::isfinite(value); });
    if (broken == all.end())
      return;
    const auto at = static_cast<std::size_t>(broken - all.begin());
    throw DataError("similarity", "finite numbers",
                    fmt::format("{} in row {}, column {}", *broken, at / size(), at % size()));
  }

  /// Tile by tile, as whole columns would leave the cache between two rows.
  [[nodiscard]] bool compare_halves() const noexcept {
    constexpr std::size_t tile = 64;
    for (std::size_t rows = 0; rows < size(); rows += tile)
      for (std::size_t columns = 0; columns <= rows; columns += tile)
        for (std::size_t i = rows; i < std::min(rows + tile, size()); ++i)
          for (std::size_t j = columns; j < std::min(columns + tile, size()); ++j)
            if (values_(i, j) != values_(j, i))
              return false;
    return true;
  }

  Array2<float> values_;
  float lowest_ = 0;
  bool is_symmetric_ = false;
  std::vector<double> row_sums_;
};

namespace detail {

/// Square tiles of a symmetric matrix on and below its diagonal, in any order.
struct Triangle {
  std::size_t size;
  std::size_t tile;

  [[nodiscard]] std::size_t side() const noexcept { return (size + tile - 1) / tile; }
  [[nodiscard]] std::size_t tiles() const noexcept { return side() * (side() + 1) / 2; }
  /// Row and column of tile `index`, in tiles.
  [[nodiscard]] std::pair<std::size_t, std::size_t> place(std::size_t index) const noexcept {
    auto row = static_cast<std::size_t>((std::sqrt(8 * static_cast<double>(index) + 1) - 1) / 2);
    row -= row * (row + 1) / 2 > index ? 1U : 0U;
    row += (row + 1) * (row + 2) / 2 <= index ? 1U : 0U;
    return {row, index - row * (row + 1) / 2};
  }
  [[nodiscard]] RowRange range(std::size_t place) const noexcept {
    return {place * tile, std::min(tile, size - place * tile)};
  }
};

/// Tiles that stay in a core's second cache with what they are computed from, or that keep several cores busy.
[[nodiscard]] inline Triangle triangle(std::size_t size) noexcept { return {size, size > 2000 ? 240U : 48U}; }

} // namespace detail

/// Throws InvalidArgument naming `argument`, with `advice` on what takes less, where a similarity matrix of so many
/// items does not fit memory.
inline void check_room(std::size_t items, std::string_view argument = "items",
                       std::string_view advice = "facility location in tiles (TiledFacilityLocation) needs none") {
  const double needed = 4.0 * static_cast<double>(items) * static_cast<double>(items);
  const auto available = static_cast<double>(available_memory());
  if (needed > available)
    throw InvalidArgument(
        std::string(argument),
        fmt::format("a similarity matrix that fits the {} of memory that are free; {}", to_gibibytes(available),
                    advice),
        fmt::format("{} items, {} x {} similarities of {}", items, items, items, to_gibibytes(needed)));
}

namespace detail {

/// Sums of a symmetric matrix's rows, from the tiles on and below its diagonal.
class RowSums {
public:
  explicit RowSums(std::size_t size) : sums_(size, 0.0) {}

  void add(std::span<const float> tile, std::size_t stride, RowRange rows, RowRange columns) {
    std::vector<double> by_row(rows.count);
    std::vector<double> by_column(columns.count, 0.0);
    for (std::size_t i = 0; i < rows.count; ++i) {
      const std::span<const float> row = tile.subspan(i * stride, columns.count);
      by_row[i] = sum_of(row);
      for (std::size_t j = 0; j < columns.count; ++j)
        by_column[j] += static_cast<double>(row[j]);
    }
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < rows.count; ++i)
      sums_[rows.first + i] += by_row[i];
    for (std::size_t j = 0; rows.first != columns.first && j < columns.count; ++j)
      sums_[columns.first + j] += by_column[j];
  }

  [[nodiscard]] std::vector<double> take() && { return std::move(sums_); }

private:
  std::vector<double> sums_;
  std::mutex mutex_;
};

inline void store(Array2<float>& matrix, RowRange rows, RowRange columns, const float* tile,
                  std::size_t stride) noexcept {
  for (std::size_t i = 0; i < rows.count; ++i)
    std::copy_n(tile + i * stride, columns.count, &matrix(rows.first + i, columns.first));
}

/// matrix(columns, rows) = transposed tile, in blocks that fit the nearest cache.
inline void store_transposed(Array2<float>& matrix, RowRange rows, RowRange columns, const float* tile,
                             std::size_t stride) noexcept {
  constexpr std::size_t block = 16;
  for (std::size_t begin = 0; begin < rows.count; begin += block)
    for (std::size_t j = 0; j < columns.count; ++j) {
      float* const to = &matrix(columns.first + j, rows.first);
      for (std::size_t i = begin; i < std::min(begin + block, rows.count); ++i)
        to[i] = tile[i * stride + j];
    }
}

} // namespace detail

/// All similarities of a table at once.
///
/// Cost: N^2 / 2 values of the table and 4 N^2 bytes.
/// Throws: InvalidArgument where the memory for them is not there; as the table.
template <SimilarityTable Table>
[[nodiscard]] SimilarityMatrix similarity_matrix(const Table& table, const Execution& execution = {}) {
  const std::size_t size = table.size();
  check_room(size);
  auto matrix = Array2<float>::from_shape({size, size});
  prefer_large_pages(elements(matrix));
  const detail::Triangle triangle = detail::triangle(size);
  detail::RowSums sums(size);
  const double seconds = 0.5 * static_cast<double>(size) * static_cast<double>(size) * table.seconds_per_value();
  std::mutex mutex;
  Progress::Task task = execution.progress.start("comparing all items", triangle.tiles());
  parallel_for(triangle.tiles(), worthwhile_threads(execution, seconds), [&](std::size_t index) {
    const auto [row, column] = triangle.place(index);
    const RowRange rows = triangle.range(row);
    const RowRange columns = triangle.range(column);
    thread_local std::vector<float> tile;
    tile.resize(triangle.tile * triangle.tile);
    table.tile(table.all(), rows, columns, tile.data(), triangle.tile);
    detail::store(matrix, rows, columns, tile.data(), triangle.tile);
    if (row != column)
      detail::store_transposed(matrix, rows, columns, tile.data(), triangle.tile);
    sums.add(tile, triangle.tile, rows, columns);
    const std::lock_guard lock(mutex);
    task.advance();
  });
  task.finish();
  return SimilarityMatrix::symmetric(std::move(matrix), table.lowest(), std::move(sums).take());
}

} // namespace sparseann
