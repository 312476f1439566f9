#include "sparseann/encode/slice_features.hpp"

#include <limits>

#include "support/catch.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

TEST_CASE("features that are not finite or all zero are named with case, plane and slice") {
  const LabelledCohort data = test::toy_cohort(2, 0, 8);
  const SliceSource slices(data.cohort.training, {{0, Plane::xy, 1}, {1, Plane::yz, 6}});
  CHECK(slice_text(slices, 1) == "case training_1, plane yz, slice 6");
  CHECK_NOTHROW(check_slice_features(slices, {{0, 1}, {-1, 0}}, "mine"));
  CHECK_THROWS_WITH(
      check_slice_features(slices, {{0, 1}, {0, 0}}, "mine"),
      "mine, case training_1, plane yz, slice 6: expected features that are not all zero, got zeros alone");
  CHECK_THROWS_WITH(check_slice_features(slices, {{0, std::numeric_limits<float>::infinity()}, {0, 1}}, "mine"),
                    "mine, case training_0, plane xy, slice 1: expected finite features, got inf in column 1");
}
