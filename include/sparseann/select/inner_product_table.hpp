#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sparseann/core/execution.hpp"
#include "sparseann/select/inner_products.hpp"
#include "sparseann/select/packed_rows.hpp"

namespace sparseann {

/// What turns the inner product of two items into their similarity, in place: finish(row of products, count, item of
/// the row, first item of the columns).
template <class F>
concept InnerProductFinish =
    std::copyable<F> && requires(const F finish, std::span<float> products, std::size_t item, std::size_t first) {
      { finish(products, item, first) } -> std::same_as<void>;
      { finish.lowest() } -> std::same_as<float>;
      { finish.seconds_per_value() } -> std::same_as<double>;
    };

/// Similarities that follow from the inner product of two rows: a SimilarityTable.
///
/// Cost: O(D) per value at the speed of a matrix product; one packed copy of the rows, shared by copies of the table.
template <InnerProductFinish Finish> class InnerProductTable {
public:
  /// Items as rows of a tile.
  struct Rows {
    PackedRows packed;
    std::optional<std::vector<std::size_t>> items; ///< none: all of them, in order

    [[nodiscard]] std::size_t item(std::size_t row) const { return items ? (*items)[row] : row; }
  };

  InnerProductTable(PackedRows rows, Finish finish, InstructionSet set)
      : all_{.packed = std::move(rows), .items = std::nullopt}, finish_(std::move(finish)), set_(set) {}

  [[nodiscard]] std::size_t size() const noexcept { return all_.packed.rows(); }
  [[nodiscard]] const Rows& all() const noexcept { return all_; }
  [[nodiscard]] InstructionSet instruction_set() const noexcept { return set_; }
  [[nodiscard]] Rows only(std::span<const std::size_t> items) const {
    return {.packed = gather(all_.packed, items), .items = std::vector(items.begin(), items.end())};
  }

  void tile(const Rows& rows, RowRange range, RowRange columns, float* out, std::size_t stride) const {
    inner_products(rows.packed, range, all_.packed, columns, out, stride, set_);
    for (std::size_t i = 0; i < range.count; ++i)
      finish_(std::span(out + i * stride, columns.count), rows.item(range.first + i), columns.first);
  }

  [[nodiscard]] float lowest() const noexcept { return finish_.lowest(); }
  [[nodiscard]] double seconds_per_value() const noexcept {
    constexpr double seconds_per_component = 2e-11; // a multiply-add of an AVX-512 core
    return seconds_per_component * static_cast<double>(all_.packed.depth()) + finish_.seconds_per_value();
  }

private:
  Rows all_;
  Finish finish_;
  InstructionSet set_;
};

} // namespace sparseann
