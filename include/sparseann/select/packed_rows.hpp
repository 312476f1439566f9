#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "sparseann/core/memory.hpp"
#include "sparseann/core/parallel.hpp"

namespace sparseann {

namespace detail {
/// to(j, i) = from(i, j) for 4 x 4 values, whose rows are the strides apart.
inline void transpose4(const float* from, std::size_t from_stride, float* to, std::size_t to_stride) noexcept {
  using Four = float __attribute__((vector_size(16)));
  std::array<Four, 4> rows;
  for (std::size_t i = 0; i < 4; ++i)
    std::memcpy(&rows[i], from + i * from_stride, sizeof(Four));
  const Four low01 = __builtin_shufflevector(rows[0], rows[1], 0, 4, 1, 5);
  const Four high01 = __builtin_shufflevector(rows[0], rows[1], 2, 6, 3, 7);
  const Four low23 = __builtin_shufflevector(rows[2], rows[3], 0, 4, 1, 5);
  const Four high23 = __builtin_shufflevector(rows[2], rows[3], 2, 6, 3, 7);
  const std::array<Four, 4> columns{
      __builtin_shufflevector(low01, low23, 0, 1, 4, 5), __builtin_shufflevector(low01, low23, 2, 3, 6, 7),
      __builtin_shufflevector(high01, high23, 0, 1, 4, 5), __builtin_shufflevector(high01, high23, 2, 3, 6, 7)};
  for (std::size_t j = 0; j < 4; ++j)
    std::memcpy(to + j * to_stride, &columns[j], sizeof(Four));
}

} // namespace detail

/// Rows of a table in the order in which vector instructions read them: panels of sixteen rows, component by component.
///
/// Shapes: (panels, depth, 16); rows beyond the last one are zero.
/// Cost: one copy of the table. Copies share it.
class PackedRows {
public:
  static constexpr std::size_t width = 16;
  struct alignas(64) Lanes {
    std::array<float, width> values;
  };

  /// Packs `rows` rows of `depth` components. source(row, values) writes a row's components to the span `values`.
  template <class Source>
  PackedRows(std::size_t rows, std::size_t depth, const Source& source, std::size_t threads = 1)
      : rows_(rows), depth_(depth) {
    const std::shared_ptr<Lanes[]> lanes = std::make_shared_for_overwrite<Lanes[]>(panels() * depth);
    prefer_large_pages(std::span(lanes.get(), panels() * depth));
    parallel_for(panels(), threads, [&](std::size_t panel) {
      const std::size_t first = panel * width;
      const std::size_t stride = depth + width; // rows a power of two apart would share few lines of the cache
      const std::size_t taken = std::min(rows - first, width);
      thread_local std::vector<float> values;
      values.resize(width * stride);
      for (std::size_t lane = 0; lane < taken; ++lane)
        source(first + lane, std::span(values).subspan(lane * stride, depth));
      std::fill(values.begin() + static_cast<std::ptrdiff_t>(taken * stride), values.end(), 0.0F);
      interleave(values, stride, {lanes.get() + panel * depth, depth});
    });
    lanes_ = lanes;
  }

  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::size_t depth() const noexcept { return depth_; }
  [[nodiscard]] std::size_t panels() const noexcept { return (rows_ + width - 1) / width; }
  [[nodiscard]] std::span<const Lanes> panel(std::size_t index) const noexcept {
    return {lanes_.get() + index * depth_, depth_};
  }
  [[nodiscard]] float operator()(std::size_t row, std::size_t component) const noexcept {
    return panel(row / width)[component].values[row % width];
  }

private:
  static void interleave(std::span<const float> values, std::size_t stride, std::span<Lanes> panel) noexcept {
    const std::size_t whole = panel.size() / 4 * 4;
    for (std::size_t k = 0; k < whole; k += 4)
      for (std::size_t lane = 0; lane < width; lane += 4)
        detail::transpose4(values.data() + lane * stride + k, stride, panel[k].values.data() + lane, width);
    for (std::size_t k = whole; k < panel.size(); ++k)
      for (std::size_t lane = 0; lane < width; ++lane)
        panel[k].values[lane] = values[lane * stride + k];
  }

  std::size_t rows_;
  std::size_t depth_;
  std::shared_ptr<const Lanes[]> lanes_;
};

/// Packs chosen rows of a packed table.
[[nodiscard]] inline PackedRows gather(const PackedRows& table, std::span<const std::size_t> rows) {
  return {rows.size(), table.depth(), [&](std::size_t row, std::span<float> values) {
            for (std::size_t k = 0; k < values.size(); ++k)
              values[k] = table(rows[row], k);
          }};
}

} // namespace sparseann
