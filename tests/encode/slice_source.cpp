#include "sparseann/encode/slice_source.hpp"

#include "support/catch.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

TEST_CASE("all_slices runs by case, plane and position") {
  const LabelledCohort data = test::toy_cohort(2, 0, 8); // 8 x 9 x 10
  const auto slices = all_slices(data.cohort.training, all_planes);
  REQUIRE(slices.size() == 2 * (8 + 9 + 10));
  CHECK(slices[0] == SliceIndex{0, Plane::xy, 0});
  CHECK(slices[8] == SliceIndex{0, Plane::xz, 0});
  CHECK(slices[26] == SliceIndex{0, Plane::yz, 9});
  CHECK(slices[27] == SliceIndex{1, Plane::xy, 0});
}

TEST_CASE("a slice shows the voxels of its plane") {
  const LabelledCohort data = test::toy_cohort(1, 0, 8);
  const SliceSource source(data.cohort.training, {{0, Plane::xz, 4}, {0, Plane::yz, 9}});
  const auto& voxels = data.cohort.training[0].image.voxels;
  CHECK(source.slice(0).sizes() == torch::IntArrayRef({1, 8, 10}));
  CHECK(source.slice(0)[0][3][6].item<float>() == voxels(0, 3, 4, 6));
  CHECK(source.slice(1).sizes() == torch::IntArrayRef({1, 8, 9}));
  CHECK(source.slice(1)[0][3][6].item<float>() == voxels(0, 3, 6, 9));
}
