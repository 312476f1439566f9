#pragma once

#include <algorithm>
#include <cstddef>

namespace sparseann {

/// Where the rows of a plane lie in memory when a column of zeros follows each row and a row of zeros lies before and
/// after all of them: then a convolution of 3 x 3 reads its whole surroundings at fixed distances, and a plane is one
/// line of positions, which vectors go along whatever the columns are.
///
/// Shapes: planes (rows, columns); position y * pitch + x, of which x = columns is a zero that nobody needs.
struct PaddedPlanes {
  static constexpr std::size_t widest = 32; ///< numbers of the longest vector

  std::size_t rows;
  std::size_t columns;

  [[nodiscard]] constexpr std::size_t pitch() const noexcept { return columns + 1; }
  /// Of all rows, up to whole vectors.
  [[nodiscard]] constexpr std::size_t positions() const noexcept { return rounded(rows * pitch()); }
  /// From one plane to the next: what lies up to a row and a column beyond any position is within it.
  [[nodiscard]] constexpr std::size_t size() const noexcept {
    return rounded(widest + (rows + 2) * pitch() + 1 + widest);
  }
  /// Of position 0 in a plane.
  [[nodiscard]] constexpr std::size_t origin() const noexcept { return widest + pitch(); }
  /// Of what the first of the nine taps reads for position 0: one row up, one column to the left.
  [[nodiscard]] constexpr std::size_t first_tap() const noexcept { return widest - 1; }

private:
  [[nodiscard]] static constexpr std::size_t rounded(std::size_t count) noexcept {
    return (count + widest - 1) / widest * widest;
  }
};

} // namespace sparseann
