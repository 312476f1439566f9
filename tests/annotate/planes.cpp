#include "sparseann/annotate/planes.hpp"

#include <limits>

#include "support/catch.hpp"

using namespace sparseann;

static_assert(Options<PlanesOptions>);
static_assert(NamedEnum<Plane>);

namespace {
std::vector<Geometry> cases(std::initializer_list<std::array<double, 3>> spacings_mm) {
  std::vector<Geometry> geometries;
  for (const auto& spacing_mm : spacings_mm)
    geometries.push_back({.shape = {8, 8, 8}, .spacing_mm = spacing_mm, .orientation = {}});
  return geometries;
}
const std::vector<Plane> all{Plane::xy, Plane::xz, Plane::yz};
} // namespace

TEST_CASE("about isotropic scans get all planes") {
  CHECK(planes_for(cases({{1, 1, 1}})) == all);
  CHECK(planes_for(cases({{3, 1, 1}})) == all); // at the limit, not above
  CHECK(planes_for(cases({{0.8, 0.65, 1.15}})) == all);
}

TEST_CASE("strongly anisotropic scans get the plane stacked along the coarse axis") {
  CHECK(planes_for(cases({{5, 1, 1}})) == std::vector{Plane::xy});
  CHECK(planes_for(cases({{1, 5, 1}})) == std::vector{Plane::xz});
  CHECK(planes_for(cases({{1, 1, 5}})) == std::vector{Plane::yz});
  CHECK(planes_for(cases({{5, 5, 1}})) == std::vector{Plane::xy, Plane::xz});
  CHECK(planes_for(cases({{2, 1, 1}}), {.anisotropy_limit = 1.5}) == std::vector{Plane::xy});
}

TEST_CASE("the cohort's median spacing decides") {
  CHECK(planes_for(cases({{1, 1, 1}, {9, 1, 1}, {1, 1, 1}})) == all);
  CHECK(planes_for(cases({{9, 1, 1}, {1, 1, 1}, {5, 1, 1}})) == std::vector{Plane::xy});
  CHECK(planes_for(cases({{2, 1, 1}, {3.9, 1, 1}})) == all); // mean of the two: 2.95
  CHECK(planes_for(cases({{2, 1, 1}, {4.1, 1, 1}})) == std::vector{Plane::xy});
}

TEST_CASE("planes asked for are used, in their order, whatever the spacing") {
  CHECK(planes_for(cases({{9, 1, 1}}), {.planes = {Plane::yz, Plane::xy}}) == std::vector{Plane::xy, Plane::yz});
  CHECK_THROWS_WITH(planes_for(cases({{1, 1, 1}}), {.planes = {Plane::xz, Plane::xy, Plane::xz}}),
                    "planes: expected each plane once, got xz twice");
}

TEST_CASE("planes cannot be chosen without cases or spacing") {
  CHECK_THROWS_AS(planes_for({}), InvalidArgument);
  CHECK_THROWS_WITH(planes_for(cases({{1, 1, 1}, {1, 0, 1}})),
                    "spacing of case 1: expected positive numbers of mm, got 0");
  CHECK_THROWS_AS(planes_for(cases({{1, std::numeric_limits<double>::quiet_NaN(), 1}})), DataError);
  CHECK_THROWS_AS(planes_for(cases({{1, 1, 1}}), {.anisotropy_limit = 0.5}), InvalidArgument);
}

TEST_CASE("a plane's option names are its names") {
  for (const Plane plane : all_planes)
    CHECK(value_from_name<Plane>("planes", name_of(plane)) == plane);
}

TEST_CASE("a cohort's planes are those of its training cases' spacing") {
  Cohort cohort;
  cohort.training.push_back(
      {.name = "thick", .image = {.voxels = {}, .geometry = {.shape = {1, 1, 1}, .spacing_mm = {9.0, 1.0, 1.0}}}});
  CHECK(planes_of(cohort) == std::vector{Plane::xy});
  CHECK(planes_of(cohort, {.planes = {Plane::yz}}) == std::vector{Plane::yz});
}
