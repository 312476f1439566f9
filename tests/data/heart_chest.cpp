#include "sparseann/data/heart_chest.hpp"

#include "support/catch.hpp"

using namespace sparseann;
using namespace sparseann::heart;

TEST_CASE("left, anterior and superior are orthonormal") {
  const Frame& axes = heart::detail::body_axes;
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      CHECK(dot(axes[i], axes[j]) == Approx(i == j ? 1.0 : 0.0).margin(2e-3));
}

TEST_CASE("the heart lies inside the chest, between breast bone and spine, above the liver") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const ChestAnatomy chest = draw_chest_anatomy({}, 4, Generator(seed));
    const HeartAnatomy heart = draw_heart_anatomy({}, Generator(seed).split("heart"));
    for (const Point p : {heart.left_cavity.centre, heart.right_cavity.centre, heart.left_atrium.centre}) {
      CHECK(chest.cavity.distance(p) < 0.0);
      CHECK(chest.liver.distance(p) > 0.0);
      for (const Segment& piece : segments(chest.spine))
        CHECK(piece.distance(p) > 0.0);
    }
    CHECK(chest.skin.radii.x > chest.muscle.radii.x);
    CHECK(chest.muscle.radii.x > chest.cavity.radii.x);
  }
}

TEST_CASE("the number of background vessels is an option") {
  const ChestAnatomy chest = draw_chest_anatomy({}, 7, Generator(1));
  CHECK(chest.lung_vessels.size() == 7);
  CHECK(chest.liver_vessels.size() == 7);
  CHECK(draw_chest_anatomy({}, 0, Generator(1)).lung_vessels.empty());
}
