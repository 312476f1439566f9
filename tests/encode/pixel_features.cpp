#include "sparseann/encode/pixel_features.hpp"

#include <vector>

#include "support/catch.hpp"
#include "support/encoder_suite.hpp"
#include "support/stacked_slices.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

TEST_CASE("PixelFeatures is a feature encoder") {
  const LabelledCohort data = test::toy_cohort(2, 0, 8);
  test::check_encoder(PixelFeatures{.options = {.input = 6}}, data.cohort.training);
}

TEST_CASE("a slice of the wanted extents is its own feature vector") {
  const Array2<float> pixels{{1, 2, 3, 4}, {5, 5, 5, 5}, {0, 0, -1, 0}};
  const std::vector<Case> cases{test::case_of_rows(pixels, 2)};
  PixelFeatures encoder{.options = {.input = 2}};
  CHECK((encoder.encode(test::xy_slices(cases), {}) == pixels));
}

TEST_CASE("channels follow each other in a row") {
  Case subject = test::case_of_rows({{1, 2, 3, 4}}, 2);
  subject.image.voxels = {{{{1, 2}, {3, 4}}}, {{{5, 6}, {7, 8}}}};
  const std::vector<Case> cases{subject};
  CHECK((PixelFeatures{.options = {.input = 2}}.encode(test::xy_slices(cases), {}) ==
         Array2<float>{{1, 2, 3, 4, 5, 6, 7, 8}}));
}

TEST_CASE("a slice of zeros, which has no direction, is named") {
  const std::vector<Case> cases{test::case_of_rows({{1, 2, 3, 4}, {0, 0, 0, 0}}, 2)};
  PixelFeatures encoder{.options = {.input = 3}};
  CHECK_THROWS_WITH(encoder.encode(test::xy_slices(cases), {}),
                    "pixels, case case, plane xy, slice 1: expected features that are not all zero, got zeros alone");
  encoder.options.input = 0;
  CHECK_THROWS_WITH(encoder.fit(test::xy_slices(cases), {}), "pixels.input: expected a number of at least 1, got 0");
}
