#include "sparseann/core/geometry.hpp"

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("diagonal and anisotropy use the spacing of each axis") {
  const Geometry geometry{.shape = {3, 4, 12}, .spacing_mm = {4.0, 1.0, 1.0}, .orientation = {}};
  CHECK(geometry.diagonal_mm() == Approx(std::sqrt(144.0 + 16.0 + 144.0)));
  CHECK(geometry.anisotropy() == Approx(4.0));
  CHECK(voxel_count(geometry.shape) == 144);
}

TEST_CASE("an isotropic geometry has an affine that scales") {
  const Geometry geometry = isotropic_geometry({2, 3, 4}, 0.5);
  CHECK(geometry.anisotropy() == 1.0);
  CHECK(geometry.orientation.affine[1] == std::array<double, 4>{0.0, 0.5, 0.0, 0.0});
}
