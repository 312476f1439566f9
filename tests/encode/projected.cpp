#include "sparseann/encode/projected.hpp"

#include <cmath>
#include <vector>

#include "sparseann/encode/pixel_features.hpp"
#include "sparseann/encode/principal_components.hpp"
#include "sparseann/encode/standardised.hpp"
#include "support/catch.hpp"
#include "support/encoder_suite.hpp"
#include "support/stacked_slices.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

namespace {
Projected<PixelFeatures> projected_pixels(std::size_t input, std::size_t components) {
  Projected<PixelFeatures> encoder;
  encoder.options.encoder.input = input;
  encoder.options.components = components;
  return encoder;
}
} // namespace

TEST_CASE("Projected is a feature encoder") {
  const LabelledCohort data = test::toy_cohort(2, 0, 8);
  test::check_encoder(projected_pixels(4, 5), data.cohort.training);
}

TEST_CASE("points on the sides of a box become points at equal distances along the axes") {
  const std::vector<Case> cases{
      test::case_of_rows({{0, 3, 0, 0}, {0, -3, 0, 0}, {0, 0, 2, 0}, {0, 0, -2, 0}, {1, 0, 0, 0}, {-1, 0, 0, 0}}, 2)};
  auto encoder = projected_pixels(2, 3);
  encoder.fit(test::xy_slices(cases), {});
  const Array2<float> whitened = encoder.encode(test::xy_slices(cases), {});
  encoder.options.whiten = false;
  encoder.fit(test::xy_slices(cases), {});
  const Array2<float> plain = encoder.encode(test::xy_slices(cases), {});
  const float root = std::sqrt(3.0F);
  for (std::size_t i = 0; i < 6; ++i)
    for (std::size_t d = 0; d < 3; ++d) {
      const float side = i / 2 != d ? 0.0F : i % 2 == 0 ? 1.0F : -1.0F;
      CHECK(whitened(i, d) == Approx(side * root).margin(1e-6));
      CHECK(plain(i, d) == Approx(side * static_cast<float>(3 - d)).margin(1e-6));
    }
}

TEST_CASE("whitened features have mean zero, variance 1 and no correlation") {
  const LabelledCohort data = test::toy_cohort(2, 0, 8);
  const SliceSource slices(data.cohort.training, all_slices(data.cohort.training, all_planes));
  auto encoder = projected_pixels(5, 7);
  encoder.fit(slices, {});
  const Array2<float> features = encoder.encode(slices, {});
  const torch::Tensor rows = from_array(features).to(torch::kDouble);
  CHECK(rows.mean(0).abs().max().item<double>() < 1e-5);
  const torch::Tensor covariance = rows.t().matmul(rows) / rows.size(0);
  CHECK((covariance - torch::eye(7)).abs().max().item<double>() < 1e-5);
}

TEST_CASE("projected pixels that are not whitened are the pixels' principal components") {
  const LabelledCohort data = test::toy_cohort(2, 0, 8);
  const SliceSource slices(data.cohort.training, all_slices(data.cohort.training, all_planes));
  auto encoder = projected_pixels(5, 4);
  encoder.options.whiten = false;
  PrincipalComponents components;
  components.options = {.input = 5, .components = 4};
  encoder.fit(slices, {});
  components.fit(slices, {});
  CHECK((encoder.encode(slices, {}) == components.encode(slices, {})));
}

TEST_CASE("wrappers nest, and errors name them") {
  STATIC_REQUIRE(Projected<Standardised<PixelFeatures>>::name == "projected_standardised_pixels");
  Projected<Standardised<PixelFeatures>> encoder;
  encoder.options.encoder.encoder.input = 2;
  encoder.options.components = 5;
  const LabelledCohort data = test::toy_cohort(1, 0, 8);
  const SliceSource slices(data.cohort.training, all_slices(data.cohort.training, all_planes));
  CHECK_THROWS_WITH(encoder.encode(slices, {}),
                    "projected_standardised_pixels: expected fit() before encode(), got encode() first");
  CHECK_THROWS_WITH(encoder.fit(slices, {}), "projected_standardised_pixels.components: expected at most 4, the "
                                             "directions in which 27 rows vary, got 5");
  encoder.options.components = 4;
  encoder.fit(slices, {});
  CHECK(encoder.encode(slices, {}).shape(1) == 4);
}
