#include "sparseann/annotate/annotated_slices.hpp"

#include <vector>

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("a slice is annotated where all its voxels are") {
  Array3<std::uint8_t> voxels({3, 3, 4}, std::uint8_t{2});
  for (std::size_t y = 0; y < 3; ++y)
    for (std::size_t x = 0; x < 4; ++x)
      voxels(1, y, x) = 1;
  for (std::size_t z = 0; z < 3; ++z)
    for (std::size_t x = 0; x < 3; ++x)
      voxels(z, 2, x) = 0;
  const SparseLabels labels(voxels, 2, isotropic_geometry({3, 3, 4}));
  CHECK(annotated_slices(labels, Plane::xy) == std::vector<std::size_t>{1});
  CHECK(annotated_slices(labels, Plane::xz).empty()); // one voxel of row 2 lacks a label
  CHECK(annotated_slices(labels, Plane::yz).empty());
}

TEST_CASE("a slice is drawn where more of it is annotated than the slices that cross it leave there") {
  Array3<std::uint8_t> voxels({4, 10, 10}, std::uint8_t{2});
  for (std::size_t y = 0; y < 10; ++y)
    for (std::size_t x = 0; x < 10; ++x)
      voxels(1, y, x) = x < 6 ? 1 : 2; // four columns were left open
  for (std::size_t z = 0; z < 4; ++z)
    for (std::size_t y = 0; y < 10; ++y)
      voxels(z, y, 3) = 0; // all of yz 3
  const SparseLabels labels(voxels, 2, isotropic_geometry({4, 10, 10}));
  CHECK(drawn_slices(labels, Plane::xy) == std::vector<std::size_t>{1});
  CHECK(drawn_slices(labels, Plane::yz) == std::vector<std::size_t>{3});
  CHECK(drawn_slices(labels, Plane::xz).empty());
  Array3<std::uint8_t> all({2, 2, 2}, std::uint8_t{1});
  CHECK(drawn_slices({all, 2, isotropic_geometry({2, 2, 2})}, Plane::xz) == std::vector<std::size_t>{0, 1});
}
