#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/io/nifti_header.hpp"

namespace sparseann {

/// Refuses a file that is not on another's voxel grid: its extents, its spacing, and its place in the scanner where
/// both files state one.
///
/// Throws: DataError naming both files, what differs, and how.
inline void check_same_grid(const std::filesystem::path& file, const Geometry& grid,
                            const std::filesystem::path& reference_file, const Geometry& reference) {
  const auto refuse = [&](std::string_view what, const auto& expected, const auto& got) {
    throw DataError(file.string(), fmt::format("{} {} as in {}", what, expected, reference_file.string()),
                    fmt::format("{}", got));
  };
  if (grid.shape != reference.shape)
    refuse("shape (z, y, x)", to_string(reference.shape), to_string(grid.shape));
  if (!same_spacing(grid.spacing_mm, reference.spacing_mm))
    refuse("spacing in mm (z, y, x)", reference.spacing_mm, grid.spacing_mm);
  const auto affine = stated_affine(grid);
  const auto expected = stated_affine(reference);
  if (!affine || !expected) // a file that states no place in the scanner contradicts none
    return;
  const double tolerance = 1e-3 * std::ranges::max(reference.spacing_mm);
  const auto nearly_equal = [tolerance](double a, double b) { return std::abs(a - b) <= tolerance; };
  for (std::size_t row = 0; row < 3; ++row)
    if (!std::ranges::equal((*affine)[row], (*expected)[row], nearly_equal))
      refuse(fmt::format("affine row {}", row), (*expected)[row], (*affine)[row]);
}

} // namespace sparseann
