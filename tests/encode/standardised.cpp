#include "sparseann/encode/standardised.hpp"

#include <cmath>
#include <vector>

#include "sparseann/core/options.hpp"
#include "sparseann/encode/pixel_features.hpp"
#include "sparseann/encode/precomputed_features.hpp"
#include "support/catch.hpp"
#include "support/encoder_suite.hpp"
#include "support/stacked_slices.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

namespace {
Standardised<PixelFeatures> standardised_pixels(std::size_t input) {
  Standardised<PixelFeatures> encoder;
  encoder.options.encoder.input = input;
  return encoder;
}
} // namespace

TEST_CASE("Standardised is a feature encoder") {
  const LabelledCohort data = test::toy_cohort(2, 0, 8);
  test::check_encoder(standardised_pixels(4), data.cohort.training);
}

TEST_CASE("every feature gets mean zero and variance 1, a constant one zero") {
  // the last column has mean 1 and variance (1 + 1 + 1 + 9) / 4
  const std::vector<Case> cases{
      test::case_of_rows({{5, 1e6F, 0.1F, 0}, {1, 1e6F + 2, 0.1F, 0}, {5, 1e6F, 0.1F, 0}, {1, 1e6F + 2, 0.1F, 4}}, 2)};
  auto encoder = standardised_pixels(2);
  encoder.fit(test::xy_slices(cases), {});
  const Array2<float> features = encoder.encode(test::xy_slices(cases), {});
  const float below = -1 / std::sqrt(3.0F);
  const Array2<float> expected{{1, -1, 0, below}, {-1, 1, 0, below}, {1, -1, 0, below}, {-1, 1, 0, std::sqrt(3.0F)}};
  for (std::size_t i = 0; i < features.size(); ++i)
    CHECK(elements(features)[i] == Approx(elements(expected)[i]).margin(1e-6));
}

TEST_CASE("other slices are standardised by those that it was fitted on") {
  const std::vector<Case> cases{test::case_of_rows({{0}, {4}, {10}}, 1)};
  auto encoder = standardised_pixels(1);
  encoder.options.encoder.input = 1;
  const std::vector<Case> shifted{test::case_of_rows({{1}, {5}}, 1)}; // mean 3, deviation 2
  encoder.fit(test::xy_slices(shifted), {});
  const Array2<float> features = encoder.encode(SliceSource(cases, {{0, Plane::xy, 2}, {0, Plane::xy, 1}}), {});
  CHECK(features(0, 0) == Approx(3.5));
  CHECK(features(1, 0) == Approx(0.5));
}

TEST_CASE("the inner encoder's name and options are within its own") {
  STATIC_REQUIRE(Standardised<PixelFeatures>::name == "standardised_pixels");
  STATIC_REQUIRE(Standardised<Standardised<PixelFeatures>>::name == "standardised_standardised_pixels");
  auto encoder = standardised_pixels(0);
  const std::vector<Case> cases{test::case_of_rows({{1}, {5}}, 1)};
  CHECK_THROWS_WITH(encoder.fit(test::xy_slices(cases), {}),
                    "standardised_pixels.encoder.input: expected a number of at least 1, got 0");
  CHECK_THROWS_WITH(standardised_pixels(1).encode(test::xy_slices(cases), {}),
                    "standardised_pixels: expected fit() before encode(), got encode() first");
}

TEST_CASE("features that no slice differs in leave no direction") {
  const std::vector<Case> cases{test::case_of_rows({{7}, {7}}, 1)};
  auto encoder = standardised_pixels(1);
  encoder.fit(test::xy_slices(cases), {});
  CHECK_THROWS_WITH(encoder.encode(test::xy_slices(cases), {}),
                    "standardised_pixels, case case, plane xy, slice 0: expected features that are not all zero, got "
                    "zeros alone");
}
