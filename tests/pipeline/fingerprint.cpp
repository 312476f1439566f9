#include "sparseann/pipeline/fingerprint.hpp"

#include "support/catch.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

TEST_CASE("one voxel, one label, one name or another spacing changes the fingerprint") {
  const LabelledCohort data = test::toy_cohort(2, 1, 8);
  CHECK(fingerprint(data) == fingerprint(test::toy_cohort(2, 1, 8)));
  LabelledCohort other = data;
  other.cohort.test[0].image.voxels(0, 1, 2, 3) += 1.0F;
  CHECK(fingerprint(other) != fingerprint(data));
  other = data;
  other.training_labels[1].voxels(0, 0, 0) ^= 1;
  CHECK(fingerprint(other) != fingerprint(data));
  other = data;
  other.cohort.training[0].name = "else";
  CHECK(fingerprint(other) != fingerprint(data));
  other = data;
  other.cohort.class_names[1] = "else";
  CHECK(fingerprint(other) != fingerprint(data));
  other = data;
  other.cohort.test[0].image.geometry.spacing_mm[2] *= 2;
  CHECK(fingerprint(other) != fingerprint(data));
  other = data;
  other.cohort.training[1].image.geometry.orientation.affine[0][3] += 5;
  CHECK(fingerprint(other) != fingerprint(data));
}

TEST_CASE("the same cases, otherwise divided into training and test cases, have another fingerprint") {
  const LabelledCohort data = test::toy_cohort(3, 1, 8);
  CHECK(fingerprint(hold_out(data, 1)) != fingerprint(hold_out(data, 2)));
}
