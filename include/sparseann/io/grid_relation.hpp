#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/io/nifti_header.hpp"

namespace sparseann {

/// How a file's voxels are those of another grid: the same points of the body, stored along other axes perhaps.
struct GridRelation {
  std::array<std::size_t, 3> axes{0, 1, 2};          ///< for each axis of the grid, (z, y, x), the file's
  std::array<bool, 3> reversed{false, false, false}; ///< whether the file counts the other way along it
  double largest_shift_mm = 0.0;                     ///< of a voxel's centre, by what the two headers say

  [[nodiscard]] bool reoriented() const noexcept { return *this != GridRelation{.largest_shift_mm = largest_shift_mm}; }
  bool operator==(const GridRelation&) const = default;
};

namespace detail {

/// A map from voxel (i, j, k) to mm, (x, y, z).
using Affine = std::array<std::array<double, 4>, 3>;

[[nodiscard]] inline std::optional<Affine> affine_in_mm(const Geometry& geometry) {
  std::optional<Affine> affine = stated_affine(geometry);
  const double unit = millimetres_per_unit(geometry.orientation.spatial_unit);
  if (affine)
    for (auto& row : *affine)
      for (double& value : row)
        value *= unit;
  return affine;
}

[[nodiscard]] inline double determinant(const Affine& a) {
  return a[0][0] * (a[1][1] * a[2][2] - a[1][2] * a[2][1]) - a[0][1] * (a[1][0] * a[2][2] - a[1][2] * a[2][0]) +
         a[0][2] * (a[1][0] * a[2][1] - a[1][1] * a[2][0]);
}

[[nodiscard]] inline std::array<double, 3> mapped(const Affine& affine, const std::array<double, 3>& point) {
  std::array<double, 3> result{};
  for (std::size_t row = 0; row < 3; ++row)
    result[row] = affine[row][0] * point[0] + affine[row][1] * point[1] + affine[row][2] * point[2] + affine[row][3];
  return result;
}

/// The direction, in voxels of `file`, of one step along axis `column` (i, j, k) of `grid`, by Cramer's rule.
[[nodiscard]] inline std::array<double, 3> step_in_file(const Affine& file, const Affine& grid, std::size_t column) {
  std::array<double, 3> step{};
  for (std::size_t unknown = 0; unknown < 3; ++unknown) {
    Affine replaced = file;
    for (std::size_t row = 0; row < 3; ++row)
      replaced[row][unknown] = grid[row][column];
    step[unknown] = determinant(replaced) / determinant(file);
  }
  return step;
}

/// The signed permutation of axes that is nearest to what the affines say; none where that is no permutation.
[[nodiscard]] inline std::optional<GridRelation> nearest_relation(const Affine& file, const Affine& grid) {
  if (!std::isnormal(determinant(file)))
    return std::nullopt;
  GridRelation relation;
  std::array<bool, 3> taken{};
  for (std::size_t column = 0; column < 3; ++column) { // in (i, j, k), which is our (z, y, x) from behind
    const std::array<double, 3> step = step_in_file(file, grid, column);
    const auto largest = std::ranges::max_element(step, {}, [](double component) { return std::abs(component); });
    const auto axis = static_cast<std::size_t>(largest - step.begin());
    if (taken[axis])
      return std::nullopt;
    taken[axis] = true;
    relation.axes[2 - column] = 2 - axis;
    relation.reversed[2 - column] = *largest < 0;
  }
  return relation;
}

/// The file's voxel (z, y, x) that is the grid's.
[[nodiscard]] inline Shape3 voxel_in_file(const GridRelation& relation, const Shape3& file_shape, const Shape3& voxel) {
  Shape3 place{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::size_t of_file = relation.axes[axis];
    place[of_file] = relation.reversed[axis] ? file_shape[of_file] - 1 - voxel[axis] : voxel[axis];
  }
  return place;
}

[[nodiscard]] inline std::array<double, 3> as_ijk(const Shape3& voxel) {
  return {static_cast<double>(voxel[2]), static_cast<double>(voxel[1]), static_cast<double>(voxel[0])};
}

/// The largest distance between a corner of the grid and the file's voxel that stands for it. Both maps are affine, so
/// no voxel in between is further off.
[[nodiscard]] inline double largest_shift(const GridRelation& relation, const Geometry& file, const Geometry& grid,
                                          const Affine& file_affine, const Affine& grid_affine) {
  double largest = 0;
  for (std::size_t corner = 0; corner < 8; ++corner) {
    Shape3 voxel{};
    for (std::size_t axis = 0; axis < 3; ++axis)
      voxel[axis] = (corner >> axis & 1U) != 0 ? grid.shape[axis] - 1 : 0;
    const auto expected = mapped(grid_affine, as_ijk(voxel));
    const auto found = mapped(file_affine, as_ijk(voxel_in_file(relation, file.shape, voxel)));
    largest = std::max(largest, std::hypot(found[0] - expected[0], found[1] - expected[1], found[2] - expected[2]));
  }
  return largest;
}

[[nodiscard]] inline Shape3 shape_on_grid(const GridRelation& relation, const Shape3& file_shape) {
  return {file_shape[relation.axes[0]], file_shape[relation.axes[1]], file_shape[relation.axes[2]]};
}

} // namespace detail

/// How the voxels of `file` are those of `grid`: an editor may store a volume along other axes, and it rounds headers.
///
/// Formula: the signed permutation of axes nearest to A_file^-1 A_grid; the shift is the largest distance of two voxel
/// centres that it pairs. Where either states no affine, the axes must be the same. Units: mm.
/// Throws: DataError naming the file where extents differ, the affines are of no such permutation, or a centre is more
/// than `tolerance` of the grid's finest spacing from where it should be.
[[nodiscard]] inline GridRelation relation_to_grid(const std::filesystem::path& path, const Geometry& file,
                                                   const Geometry& grid, double tolerance = 0.01) {
  const std::string expected_shape = fmt::format("the image's {} voxels (z, y, x)", to_string(grid.shape));
  const auto file_affine = detail::affine_in_mm(file);
  const auto grid_affine = detail::affine_in_mm(grid);
  if (!file_affine || !grid_affine) {
    if (file.shape != grid.shape)
      throw DataError(path.string(), expected_shape, to_string(file.shape));
    if (!same_spacing(file.spacing_mm, grid.spacing_mm))
      throw DataError(path.string(), fmt::format("the image's spacing {} mm (z, y, x)", grid.spacing_mm),
                      fmt::format("{}", file.spacing_mm));
    return {};
  }
  std::optional<GridRelation> relation = detail::nearest_relation(*file_affine, *grid_affine);
  if (!relation)
    throw DataError(path.string(), "voxels along the image's axes", "an affine along others");
  if (detail::shape_on_grid(*relation, file.shape) != grid.shape)
    throw DataError(path.string(), expected_shape,
                    fmt::format("{}{}", to_string(file.shape),
                                std::ranges::is_permutation(file.shape, grid.shape)
                                    ? ", the same in another order than its affine says"
                                    : ""));
  relation->largest_shift_mm = detail::largest_shift(*relation, file, grid, *file_affine, *grid_affine);
  const double allowed = tolerance * std::ranges::min(grid.spacing_mm);
  if (!(relation->largest_shift_mm <= allowed))
    throw DataError(path.string(), fmt::format("voxels where the image has them, to {:.3g} mm", allowed),
                    fmt::format("some {:.3g} mm off, by the two affines", relation->largest_shift_mm));
  return *relation;
}

/// A file's voxels along the axes of the grid that it is related to.
///
/// Shapes: the file's (z, y, x) to the grid's. Cost: one pass.
template <class T> [[nodiscard]] Array3<T> on_grid(Array3<T> voxels, const GridRelation& relation) {
  if (!relation.reoriented())
    return voxels;
  const Shape3 file_shape = shape_of(voxels);
  const Shape3 shape = detail::shape_on_grid(relation, file_shape);
  Array3<T> result({shape[0], shape[1], shape[2]});
  for (std::size_t z = 0; z < shape[0]; ++z)
    for (std::size_t y = 0; y < shape[1]; ++y)
      for (std::size_t x = 0; x < shape[2]; ++x) {
        const Shape3 place = detail::voxel_in_file(relation, file_shape, {z, y, x});
        result(z, y, x) = voxels(place[0], place[1], place[2]);
      }
  return result;
}

} // namespace sparseann
