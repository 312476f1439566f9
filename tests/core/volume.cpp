#include "sparseann/core/volume.hpp"

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("zeros_on fills the grid with zeros in (z, y, x) order") {
  const auto volume = zeros_on<std::uint8_t>(isotropic_geometry({2, 3, 5}));
  CHECK(shape_of(volume.voxels) == Shape3{2, 3, 5});
  CHECK(xt::sum(volume.voxels)() == 0);
  CHECK(&volume.voxels(0, 0, 1) == &volume.voxels(0, 0, 0) + 1);
}
