#include "sparseann/io/grid_relation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

/// An oblique grid: rotated about z by `degrees`, spacing (z, y, x) of 3, 0.8, 0.7 mm.
Geometry oblique(const Shape3& shape, double degrees = 20) {
  Geometry geometry{.shape = shape, .spacing_mm = {3, 0.8, 0.7}, .orientation = {}};
  const double angle = degrees * std::acos(-1.0) / 180;
  geometry.orientation.sform_code = 1;
  geometry.orientation.affine = {{{0.7 * std::cos(angle), -0.8 * std::sin(angle), 0, -80},
                                  {0.7 * std::sin(angle), 0.8 * std::cos(angle), 0, 35},
                                  {0, 0, 3, 210}}};
  return geometry;
}

/// The same points stored along other axes: column `column` of (i, j, k) becomes `columns[column]`, from the other end
/// where `reversed`.
Geometry stored_otherwise(const Geometry& grid, const std::array<std::size_t, 3>& columns,
                          const std::array<bool, 3>& reversed) {
  Geometry file = grid;
  for (std::size_t column = 0; column < 3; ++column) {
    const std::size_t from = columns[column];
    const std::size_t extent = grid.shape[2 - from];
    file.shape[2 - column] = extent;
    file.spacing_mm[2 - column] = grid.spacing_mm[2 - from];
    for (std::size_t row = 0; row < 3; ++row) {
      const double step = grid.orientation.affine[row][from];
      file.orientation.affine[row][column] = reversed[column] ? -step : step;
      if (reversed[column])
        file.orientation.affine[row][3] += step * static_cast<double>(extent - 1);
    }
  }
  return file;
}

/// The file's voxels of a volume on `grid`, by where they lie in the scanner.
Array3<std::uint8_t> sampled(const Array3<std::uint8_t>& voxels, const Geometry& grid, const Geometry& file) {
  Array3<std::uint8_t> stored({file.shape[0], file.shape[1], file.shape[2]});
  for (std::size_t z = 0; z < grid.shape[0]; ++z)
    for (std::size_t y = 0; y < grid.shape[1]; ++y)
      for (std::size_t x = 0; x < grid.shape[2]; ++x) {
        const auto wanted = detail::mapped(grid.orientation.affine, detail::as_ijk({z, y, x}));
        for (std::size_t a = 0; a < file.shape[0]; ++a)
          for (std::size_t b = 0; b < file.shape[1]; ++b)
            for (std::size_t c = 0; c < file.shape[2]; ++c) {
              const auto there = detail::mapped(file.orientation.affine, detail::as_ijk({a, b, c}));
              if (std::hypot(there[0] - wanted[0], there[1] - wanted[1], there[2] - wanted[2]) < 1e-6)
                stored(a, b, c) = voxels(z, y, x);
            }
      }
  return stored;
}

} // namespace

TEST_CASE("a grid is related to itself without a change") {
  const Geometry grid = oblique({3, 4, 5});
  const GridRelation relation = relation_to_grid("labels", grid, grid);
  CHECK_FALSE(relation.reoriented());
  CHECK(relation.largest_shift_mm == 0);
}

TEST_CASE("voxels stored along other axes come back to the image's, as their places in the scanner say") {
  const Geometry grid = oblique({3, 4, 5});
  Array3<std::uint8_t> voxels({3, 4, 5});
  std::iota(voxels.begin(), voxels.end(), std::uint8_t{1});
  std::array<std::size_t, 3> columns{0, 1, 2};
  do {
    for (unsigned signs = 0; signs < 8; ++signs) {
      const Geometry file = stored_otherwise(grid, columns, {(signs & 1U) != 0, (signs & 2U) != 0, (signs & 4U) != 0});
      const Array3<std::uint8_t> stored = sampled(voxels, grid, file);
      const GridRelation relation = relation_to_grid("labels", file, grid);
      CHECK(relation.largest_shift_mm < 1e-9);
      CHECK(relation.reoriented() == (signs != 0 || columns != std::array<std::size_t, 3>{0, 1, 2}));
      CHECK((on_grid(stored, relation) == voxels));
    }
  } while (std::ranges::next_permutation(columns).found);
}

TEST_CASE("a header's rounding is accepted and measured, a shift is refused with its size") {
  const Geometry grid = oblique({3, 4, 5});
  Geometry file = grid;
  file.orientation.affine[0][3] += 0.006;
  CHECK(relation_to_grid("labels", file, grid).largest_shift_mm == Approx(0.006));
  file.orientation.affine[0][3] = grid.orientation.affine[0][3] + 0.35; // half a voxel, as after resampling
  CHECK_THROWS_WITH(relation_to_grid("drawn.nii.gz", file, grid),
                    "drawn.nii.gz: expected voxels where the image has them, to 0.007 mm, got some 0.35 mm off, by the "
                    "two affines");
  CHECK(relation_to_grid("labels", file, grid, 0.6).largest_shift_mm == Approx(0.35));
}

TEST_CASE("volumes that are not the image's are refused") {
  const Geometry grid = oblique({3, 4, 5});
  Geometry resampled = oblique({6, 4, 5});
  resampled.orientation.affine[2][2] = 1.5;
  CHECK_THROWS_WITH(relation_to_grid("drawn", resampled, grid),
                    "drawn: expected the image's 3 x 4 x 5 voxels (z, y, x), got 6 x 4 x 5");
  Geometry swapped = grid; // the voxels of another order under the old affine
  swapped.shape = {5, 4, 3};
  CHECK_THROWS_WITH(relation_to_grid("drawn", swapped, grid),
                    "drawn: expected the image's 3 x 4 x 5 voxels (z, y, x), got 5 x 4 x 3, the same in another order "
                    "than its affine says");
  CHECK_THROWS_AS(relation_to_grid("drawn", oblique({3, 4, 5}, 25), grid), DataError); // turned by 5 degrees
  Geometry flat = grid;
  flat.orientation.affine[2] = {0, 0, 0, 0};
  CHECK_THROWS_WITH(relation_to_grid("drawn", flat, grid),
                    "drawn: expected voxels along the image's axes, got an affine along others");
}

TEST_CASE("without an affine the axes must be the image's") {
  const Geometry grid = oblique({3, 4, 5});
  Geometry bare{.shape = {3, 4, 5}, .spacing_mm = {3, 0.8, 0.7}, .orientation = {}};
  CHECK_FALSE(relation_to_grid("drawn", bare, grid).reoriented());
  bare.spacing_mm = {1, 1, 1};
  CHECK_THROWS_AS(relation_to_grid("drawn", bare, grid), DataError);
  bare.shape = {5, 4, 3};
  CHECK_THROWS_AS(relation_to_grid("drawn", bare, grid), DataError);
}
