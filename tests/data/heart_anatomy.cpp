#include "sparseann/data/heart_anatomy.hpp"

#include "support/catch.hpp"

using namespace sparseann;
using namespace sparseann::heart;

TEST_CASE("the left ventricle's wall surrounds its cavity") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const HeartAnatomy heart = draw_heart_anatomy({}, Generator(seed));
    const Ellipsoid& cavity = heart.left_cavity;
    for (const Point direction : {Point{1, 0, 0}, Point{-1, 0, 0}, Point{0, 1, 0}, Point{0, -1, 0}, Point{0, 0, -1}}) {
      const Point scaled{cavity.radii.x * direction.x, cavity.radii.y * direction.y, cavity.radii.z * direction.z};
      const double thickness = -heart.left_wall.distance(cavity.centre + combine(cavity.axes, scaled));
      CHECK(thickness > 4.0);
      CHECK(thickness < 18.0);
    }
  }
}

TEST_CASE("the right ventricle lies beside the left and reaches around it") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const HeartAnatomy heart = draw_heart_anatomy({}, Generator(seed));
    CHECK(heart.right_cavity.centre.x < heart.left_wall.centre.x - heart.left_cavity.radii.x);
    CHECK(heart.right_cavity.distance(heart.left_wall.centre - Point{heart.left_wall.radii.x, 0, 0}) < 0.0);
  }
}

TEST_CASE("without spread and defects every heart is the typical one") {
  const AnatomyOptions typical{.shape_spread = 0.0, .defect_probability = 0.0};
  const HeartAnatomy a = draw_heart_anatomy(typical, Generator(1));
  const HeartAnatomy b = draw_heart_anatomy(typical, Generator(2));
  CHECK(a.left_cavity.radii == b.left_cavity.radii);
  CHECK(a.right_atrium.centre == b.right_atrium.centre);
  REQUIRE(a.left_vessels.size() == b.left_vessels.size());
  for (std::size_t i = 0; i < a.left_vessels.size(); ++i)
    for (std::size_t k = 0; k < a.left_vessels[i].size(); ++k)
      CHECK(a.left_vessels[i][k].position == b.left_vessels[i][k].position);
  const HeartAnatomy other = draw_heart_anatomy({.defect_probability = 0.0}, Generator(2));
  CHECK_FALSE(other.left_cavity.radii == a.left_cavity.radii);
}

TEST_CASE("abnormalities come with their probability") {
  const auto count = [](double probability) {
    std::size_t defects = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed)
      defects += draw_heart_anatomy({.defect_probability = probability}, Generator(seed)).septal_defects.size();
    return static_cast<double>(defects);
  };
  CHECK(count(0.0) == 0.0);
  CHECK(count(1.0) == 800.0);
  const double standard_deviation = std::sqrt(800 * 0.3 * 0.7);
  CHECK(std::abs(count(0.3) - 240.0) < 4 * standard_deviation);
  const HeartAnatomy normal = draw_heart_anatomy({.defect_probability = 0.0}, Generator(5));
  const HeartAnatomy abnormal = draw_heart_anatomy({.defect_probability = 1.0}, Generator(5));
  CHECK(abnormal.right_cavity.radii.x > normal.right_cavity.radii.x);
  CHECK(abnormal.right_wall_mm > normal.right_wall_mm);
  CHECK(abnormal.left_vessels[1][0].radius != normal.left_vessels[1][0].radius);
  CHECK(abnormal.right_vessels.size() == normal.right_vessels.size()); // one artery less, one vein more
}

TEST_CASE("options of the anatomy are checked") {
  CHECK_THROWS_AS(validate(AnatomyOptions{.shape_spread = -0.1}), InvalidArgument);
  CHECK_THROWS_AS(validate(AnatomyOptions{.defect_probability = 1.5}), InvalidArgument);
}
