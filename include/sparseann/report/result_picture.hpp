#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/io/png.hpp"
#include "sparseann/report/overlay.hpp"
#include "sparseann/report/report_data.hpp"

namespace sparseann {

namespace detail {

/// Copies `picture` into the middle of the cell whose upper left pixel is `corner`.
inline void place(Array3<std::uint8_t>& grid, const Array3<std::uint8_t>& picture,
                  const std::array<std::size_t, 2>& corner, const std::array<std::size_t, 2>& cell) {
  const std::size_t top = corner[0] + (cell[0] - picture.shape(0)) / 2;
  const std::size_t left = corner[1] + (cell[1] - picture.shape(1)) / 2;
  for (std::size_t y = 0; y < picture.shape(0); ++y)
    for (std::size_t x = 0; x < picture.shape(1); ++x)
      for (std::size_t channel = 0; channel < 3; ++channel)
        grid(top + y, left + x, channel) = picture(y, x, channel);
}

} // namespace detail

/// Pictures in a grid on white, 6 px apart, each in the middle of its cell; all cells are as large as the largest
/// picture. One row per row, one column per panel.
///
/// Shape: (height, width, 3), 8-bit RGB. Throws: InvalidArgument for no rows or rows of different lengths.
[[nodiscard]] inline Array3<std::uint8_t> picture_grid(std::span<const OverlayRow> rows,
                                                       const OverlayOptions& options = {}) {
  constexpr std::size_t gap_px = 6;
  if (rows.empty() || rows.front().panels.empty())
    throw InvalidArgument("picture rows", "at least one row of at least one panel", "none");
  const std::size_t columns = rows.front().panels.size();
  std::vector<Array3<std::uint8_t>> pictures;
  std::array<std::size_t, 2> cell{0, 0};
  for (const OverlayRow& row : rows) {
    if (row.panels.size() != columns)
      throw InvalidArgument("picture row '" + row.case_name + "'", fmt::format("{} panels", columns),
                            std::to_string(row.panels.size()));
    for (const OverlayPanel& panel : row.panels) {
      pictures.push_back(overlay(panel, options));
      cell = {std::max(cell[0], pictures.back().shape(0)), std::max(cell[1], pictures.back().shape(1))};
    }
  }
  Array3<std::uint8_t> grid = 255 * xt::ones<std::uint8_t>({rows.size() * (cell[0] + gap_px) - gap_px,
                                                            columns * (cell[1] + gap_px) - gap_px, std::size_t{3}});
  for (std::size_t i = 0; i < pictures.size(); ++i)
    detail::place(grid, pictures[i], {i / columns * (cell[0] + gap_px), i % columns * (cell[1] + gap_px)}, cell);
  return grid;
}

/// One picture of a result, for a README: the bytes of a PNG file with `picture_grid` of a few test cases (rows) and
/// of image, reference and predictions (columns). It carries no text: the page that shows it names rows and columns.
///
/// Throws: as `picture_grid`.
[[nodiscard]] inline std::string result_picture(std::span<const OverlayRow> rows, const OverlayOptions& options = {}) {
  return encode_png(picture_grid(rows, options));
}

} // namespace sparseann
