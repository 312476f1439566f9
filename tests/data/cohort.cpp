#include "sparseann/data/cohort.hpp"

#include <limits>

#include "support/catch.hpp"

using sparseann::Case;
using sparseann::check;
using sparseann::Cohort;
using sparseann::DataError;
using sparseann::LabelledCohort;

namespace {

Case ramp_case(const std::string& name, std::size_t channels = 2) {
  Case scan{.name = name,
            .image = {.voxels = sparseann::Array4<float>({channels, 2, 3, 4}),
                      .geometry = sparseann::isotropic_geometry({2, 3, 4})}};
  for (std::size_t i = 0; i < scan.image.voxels.size(); ++i)
    scan.image.voxels.data()[i] = static_cast<float>(i);
  return scan;
}

LabelledCohort valid_cohort() {
  LabelledCohort labelled;
  labelled.cohort = {.name = "toy",
                     .class_names = {"background", "heart"},
                     .training = {ramp_case("a"), ramp_case("b")},
                     .test = {ramp_case("c")}};
  const auto zeros = sparseann::zeros_on<std::uint8_t>(sparseann::isotropic_geometry({2, 3, 4}));
  labelled.training_labels = {zeros, zeros};
  labelled.test_labels = {zeros};
  labelled.training_labels[1].voxels(1, 2, 3) = 1;
  return labelled;
}

/// What `check` says after `change` to a valid cohort.
template <class Change> std::string message_after(Change change) {
  LabelledCohort labelled = valid_cohort();
  change(labelled);
  try {
    check(labelled);
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

} // namespace

TEST_CASE("a valid cohort passes and knows its channels and classes") {
  const LabelledCohort labelled = valid_cohort();
  CHECK_NOTHROW(check(labelled));
  CHECK(labelled.cohort.channels() == 2);
  CHECK(labelled.cohort.classes() == 2);
  CHECK_THROWS_AS(Cohort{}.channels(), sparseann::InvalidArgument);
  CHECK(message_after([](LabelledCohort& l) { l.test_labels.clear(); }).empty());
}

TEST_CASE("check names the case and what is wrong with it") {
  using L = LabelledCohort;
  CHECK(message_after([](L& l) { l.cohort.training.clear(); }) ==
        "cohort toy: expected at least one training case, got none");
  CHECK(message_after([](L& l) { l.cohort.class_names.pop_back(); }) ==
        "cohort toy: expected 2 to 255 classes, background included, got 1");
  CHECK(message_after([](L& l) { l.cohort.class_names.resize(256); }) ==
        "cohort toy: expected 2 to 255 classes, background included, got 256");
  CHECK(message_after([](L& l) { l.cohort.test[0].name = "b"; }) ==
        "case b: expected a name of its own, got two cases of that name");
  CHECK(message_after([](L& l) { l.cohort.test[0] = ramp_case("c", 1); }) ==
        "case c: expected 2 channels as in case a, got 1");
  CHECK(message_after([](L& l) {
          l.cohort.training[1].image.voxels(1, 0, 2, 3) = std::numeric_limits<float>::quiet_NaN();
        }) == "case b, channel 1: expected finite voxels, got nan at (z, y, x) = (0, 2, 3)");
  CHECK(message_after([](L& l) {
          l.cohort.test[0].image.voxels(0, 1, 0, 0) = -std::numeric_limits<float>::infinity();
        }) == "case c, channel 0: expected finite voxels, got -inf at (z, y, x) = (1, 0, 0)");
  CHECK(message_after([](L& l) { xt::view(l.cohort.training[0].image.voxels, 1) = 7.0F; }) ==
        "case a, channel 1: expected an image that is not constant, got 7 everywhere");
  CHECK(message_after([](L& l) { l.cohort.training[0].image.geometry.shape = {2, 4, 3}; }) ==
        "case a: expected voxels of the geometry's shape, 2 x 4 x 3, got 2 channels of 2 x 3 x 4");
}

TEST_CASE("check names the labels that do not belong to the cohort") {
  using L = LabelledCohort;
  CHECK(message_after([](L& l) { l.training_labels.pop_back(); }) ==
        "training labels: expected 2 label volumes, one per case, got 1");
  CHECK(message_after([](L& l) { l.test_labels.push_back(l.test_labels[0]); }) ==
        "test labels: expected 1 label volumes, one per case, got 2");
  CHECK(message_after([](L& l) { l.training_labels[1].voxels(1, 2, 3) = 2; }) ==
        "labels of case b: expected labels of 0 to 1, got 2 at (z, y, x) = (1, 2, 3)");
  CHECK(message_after([](L& l) {
          l.test_labels[0] = sparseann::zeros_on<std::uint8_t>(sparseann::isotropic_geometry({2, 3, 5}));
        }) == "labels of case c: expected the image's shape, 2 x 3 x 4, got 2 x 3 x 5");
}

TEST_CASE("held-out training cases take the place of the test cases") {
  const LabelledCohort labelled = sparseann::hold_out(valid_cohort(), 1);
  REQUIRE(labelled.cohort.training.size() == 1);
  REQUIRE(labelled.cohort.test.size() == 1);
  CHECK(labelled.cohort.training[0].name == "a");
  CHECK(labelled.cohort.test[0].name == "b");
  CHECK(labelled.test_labels.at(0).voxels(1, 2, 3) == 1);
  CHECK_NOTHROW(check(labelled));
  CHECK_THROWS_WITH(sparseann::hold_out(valid_cohort(), 2),
                    "--validation-cases: expected fewer than 2, the number of training cases, got 2");
}
