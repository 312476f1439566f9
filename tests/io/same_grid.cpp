#include "sparseann/io/same_grid.hpp"

#include "support/catch.hpp"

using namespace sparseann;

namespace {

void check(const Geometry& grid, const Geometry& reference) { check_same_grid("a.nii", grid, "b.nii", reference); }

} // namespace

TEST_CASE("grids are the same where extents, spacing and affine are, but for rounding") {
  const Geometry reference = isotropic_geometry({4, 5, 6}, 1.5);
  CHECK_NOTHROW(check(reference, reference));
  Geometry rounded = reference;
  rounded.spacing_mm[1] += 1e-4;
  rounded.orientation.affine[0][3] += 1e-4;
  CHECK_NOTHROW(check(rounded, reference));
  Geometry nowhere = reference;
  nowhere.orientation = {};
  CHECK_NOTHROW(check(nowhere, reference));
}

TEST_CASE("what differs is told, with both files") {
  const Geometry reference = isotropic_geometry({4, 5, 6}, 1.5);
  Geometry longer = reference;
  longer.shape[0] = 7;
  CHECK_THROWS_WITH(check(longer, reference), "a.nii: expected shape (z, y, x) 4 x 5 x 6 as in b.nii, got 7 x 5 x 6");
  Geometry coarser = reference;
  coarser.spacing_mm[2] = 2;
  CHECK_THROWS_WITH(check(coarser, reference),
                    "a.nii: expected spacing in mm (z, y, x) [1.5, 1.5, 1.5] as in b.nii, got [1.5, 1.5, 2]");
  Geometry flipped = reference;
  flipped.orientation.affine[1][1] = -1.5;
  CHECK_THROWS_WITH(check(flipped, reference),
                    "a.nii: expected affine row 1 [0, 1.5, 0, 0] as in b.nii, got [0, -1.5, 0, 0]");
}
