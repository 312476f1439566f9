#include "sparseann/core/plane.hpp"

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("plane xy holds slices along z, xz along y, yz along x") {
  constexpr Shape3 shape{5, 7, 11}; // z, y, x
  CHECK(slice_count(shape, Plane::xy) == 5);
  CHECK(slice_count(shape, Plane::xz) == 7);
  CHECK(slice_count(shape, Plane::yz) == 11);
  CHECK(slice_shape(shape, Plane::xy) == std::array<std::size_t, 2>{7, 11});
  CHECK(slice_shape(shape, Plane::xz) == std::array<std::size_t, 2>{5, 11});
  CHECK(slice_shape(shape, Plane::yz) == std::array<std::size_t, 2>{5, 7});
}

TEST_CASE("a slice's spacing is that of its rows and columns") {
  constexpr std::array<double, 3> spacing{3.0, 2.0, 1.0}; // z, y, x
  CHECK(slice_spacing(spacing, Plane::xy) == std::array<double, 2>{2.0, 1.0});
  CHECK(slice_spacing(spacing, Plane::xz) == std::array<double, 2>{3.0, 1.0});
  CHECK(slice_spacing(spacing, Plane::yz) == std::array<double, 2>{3.0, 2.0});
}

TEST_CASE("planes are named") {
  for (const Plane plane : all_planes)
    CHECK(plane_from_name(name_of(plane)) == plane);
  CHECK_THROWS_WITH(plane_from_name("zy"), "plane: expected xy, xz or yz, got 'zy'");
}
