#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "sparseann/core/memory.hpp"
#include "sparseann/core/parallel.hpp"

namespace sparseann {

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
      std::vector<float> values(width * depth, 0.0F);
      for (std::size_t lane = 0; lane < std::min(rows - first, width); ++lane)
        source(first + lane, std::span(values).subspan(lane * depth, depth));
      interleave(values, {lanes.get() + panel * depth, depth});
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
  static void interleave(std::span<const float> values, std::span<Lanes> panel) noexcept {
    for (std::size_t k = 0; k < panel.size(); ++k)
      for (std::size_t lane = 0; lane < width; ++lane)
        panel[k].values[lane] = values[lane * panel.size() + k];
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
