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
    describe_values();
  }

  /// A matrix that is symmetric and finite by the way it was made, with no value below `lowest`; see row_sum_bounds().
  [[nodiscard]] static SimilarityMatrix symmetric(Array2<float> values, float lowest,
                                                  std::vector<double> row_sum_bounds = {}) {
    return SimilarityMatrix(std::move(values), lowest, std::move(row_sum_bounds));
  }

  [[nodiscard]] std::size_t size() const noexcept { return values_.shape(0); }
  [[nodiscard]] const Array2<float>& values() const noexcept { return values_; }
  [[nodiscard]] std::span<const float> row(std::size_t item) const noexcept {
    return elements(values_).subspan(item * size(), size());
  }
  /// No value is below it.
  [[nodiscard]] float lowest() const noexcept { return lowest_; }
  [[nodiscard]] bool is_symmetric() const noexcept { return is_symmetric_; }
  /// What the sums of the rows do not exceed, or nothing where that is not known.
  [[nodiscard]] std::span<const double> row_sum_bounds() const noexcept { return row_sum_bounds_; }

private:
  SimilarityMatrix(Array2<float> values, float lowest, std::vector<double> row_sum_bounds)
      : values_(std::move(values)), lowest_(lowest), is_symmetric_(true), row_sum_bounds_(std::move(row_sum_bounds)) {}

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

  void describe_values() noexcept {
    lowest_ = *std::ranges::min_element(elements(values_));
    is_symmetric_ = compare_halves();
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
  std::vector<double> row_sum_bounds_;
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
  constexpr double always_there = 1e8; // asking the system takes as long as a selection from a few hundred items
  const double needed = 4.0 * static_cast<double>(items) * static_cast<double>(items);
  if (needed <= always_there)
    return;
  const auto available = static_cast<double>(available_memory());
  if (needed > available)
    throw InvalidArgument(
        std::string(argument),
        fmt::format("a similarity matrix that fits the {} of memory that are free; {}", to_gibibytes(available),
                    advice),
        fmt::format("{} items, {} x {} similarities of {}", items, items, items, to_gibibytes(needed)));
}

namespace detail {

inline void store(Array2<float>& matrix, RowRange rows, RowRange columns, const float* tile,
                  std::size_t stride) noexcept {
  for (std::size_t i = 0; i < rows.count; ++i)
    std::copy_n(tile + i * stride, columns.count, &matrix(rows.first + i, columns.first));
}

/// matrix(columns, rows) = transposed tile, by blocks whose lines the nearest cache keeps until they are full.
inline void store_transposed(Array2<float>& matrix, RowRange rows, RowRange columns, const float* tile,
                             std::size_t stride) noexcept {
  constexpr std::size_t block = 16; // floats of a line
  const std::size_t size = matrix.shape(1);
  float* const corner = &matrix(columns.first, rows.first);
  for (std::size_t begin = 0; begin < rows.count; begin += block) {
    const std::size_t end = std::min(begin + block, rows.count);
    const std::size_t whole_rows = begin + (end - begin) / 4 * 4;
    const std::size_t whole_columns = columns.count / 4 * 4;
    for (std::size_t j = 0; j < whole_columns; j += 4)
      for (std::size_t i = begin; i < whole_rows; i += 4)
        transpose4(tile + i * stride + j, stride, corner + j * size + i, size);
    for (std::size_t j = 0; j < columns.count; ++j)
      for (std::size_t i = j < whole_columns ? whole_rows : begin; i < end; ++i)
        corner[j * size + i] = tile[i * stride + j];
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
  const detail::Triangle triangle = detail::triangle(size);
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
    const std::lock_guard lock(mutex);
    task.advance();
  });
  task.finish();
  std::vector<double> row_sum_bounds;
  constexpr double seconds_per_stored = 1e-10;
  if constexpr (SummedTable<Table>)
    if (16 * table.seconds_per_value() < seconds_per_stored * static_cast<double>(size))
      row_sum_bounds = table.row_sum_bounds();
  return SimilarityMatrix::symmetric(std::move(matrix), table.lowest(), std::move(row_sum_bounds));
}

} // namespace sparseann
