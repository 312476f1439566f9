#include "sparseann/encode/principal_components.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "support/catch.hpp"
#include "support/encoder_suite.hpp"
#include "support/stacked_slices.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

namespace {
PrincipalComponents components_of(std::size_t input, std::size_t components) {
  PrincipalComponents encoder;
  encoder.options = {.input = input, .components = components};
  return encoder;
}
} // namespace

TEST_CASE("PrincipalComponents is a feature encoder") {
  const LabelledCohort data = test::toy_cohort(2, 0, 8);
  test::check_encoder(components_of(7, 5), data.cohort.training); // 54 slices of 49 pixels
}

TEST_CASE("PrincipalComponents is a feature encoder also with more pixels than slices") {
  const LabelledCohort data = test::toy_cohort(1, 0, 8);
  test::check_encoder(components_of(16, 5), data.cohort.training); // 27 slices of 256 pixels
}

TEST_CASE("slices that are multiples of one picture have one component: which multiple") {
  // 1 + t (1, -1, 1, 1) / 2
  const std::vector<Case> cases{
      test::case_of_rows({{-1, 3, -1, -1}, {2, 0, 2, 2}, {3, -1, 3, 3}, {0, 2, 0, 0}}, 2)}; // t = -4, 2, 4, -2
  PrincipalComponents encoder = components_of(2, 1);
  const SliceSource slices = test::xy_slices(cases);
  encoder.fit(slices, {});
  const Array2<float> features = encoder.encode(slices, {});
  const std::array<float, 4> expected{-4, 2, 4, -2};
  // all entries of the axis have the size 1/2, so rounding may choose its sign
  const float sign = features(0, 0) < 0 ? 1.0F : -1.0F;
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(sign * features(i, 0) == Approx(expected[i]));
  CHECK(encoder.variances().front() == Approx(10));
}

TEST_CASE("reconstructions miss the variances of the components left out") {
  const LabelledCohort data = test::toy_cohort(2, 0, 8);
  const SliceSource slices(data.cohort.training, all_slices(data.cohort.training, all_planes));
  const torch::Tensor resized = resized_slices(slices, 6);
  for (const std::size_t components : {1U, 10U, 36U}) {
    PrincipalComponents encoder = components_of(6, components);
    encoder.fit(slices, {});
    const torch::Tensor reconstructed = encoder.reconstruct(encoder.encode(slices, {}));
    REQUIRE(reconstructed.sizes() == resized.sizes());
    const double error =
        (reconstructed - resized).to(torch::kDouble).square().sum().item<double>() / static_cast<double>(slices.size());
    const std::vector<double>& variances = encoder.variances();
    REQUIRE(variances.size() == 36);
    const double left_out =
        std::accumulate(variances.begin() + static_cast<std::ptrdiff_t>(components), variances.end(), 0.0);
    CHECK(error == Approx(left_out).margin(1e-9));
  }
}

TEST_CASE("the order of the slices does not matter") {
  const LabelledCohort data = test::toy_cohort(2, 0, 8);
  const SliceSource slices(data.cohort.training, all_slices(data.cohort.training, all_planes));
  std::vector<SliceIndex> reversed = all_slices(data.cohort.training, all_planes);
  std::ranges::reverse(reversed);
  PrincipalComponents encoder = components_of(6, 4);
  PrincipalComponents other = encoder;
  encoder.fit(slices, {});
  other.fit(SliceSource(data.cohort.training, reversed), {});
  const Array2<float> features = encoder.encode(slices, {});
  const Array2<float> same = other.encode(slices, {});
  for (std::size_t i = 0; i < features.size(); ++i)
    CHECK(elements(same)[i] == Approx(elements(features)[i]).margin(1e-5));
}

TEST_CASE("too many components and encoding before fitting are refused") {
  const LabelledCohort data = test::toy_cohort(1, 0, 8);
  const SliceSource slices(data.cohort.training, all_slices(data.cohort.training, all_planes));
  PrincipalComponents encoder = components_of(8, 27);
  CHECK_THROWS_WITH(encoder.encode(slices, {}),
                    "principal_components: expected fit() before encode(), got encode() first");
  CHECK_THROWS_WITH(
      encoder.fit(slices, {}),
      "principal_components.components: expected at most 26, the directions in which 27 rows vary, got 27");
}

TEST_CASE("a slice that is the mean of all has no direction") {
  const std::vector<Case> cases{test::case_of_rows({{1, 0, 0, 0}, {-1, 0, 0, 0}, {0, 0, 0, 0}}, 2)};
  PrincipalComponents encoder = components_of(2, 1);
  encoder.fit(test::xy_slices(cases), {});
  CHECK_THROWS_WITH(encoder.encode(test::xy_slices(cases), {}),
                    "principal_components, case case, plane xy, slice 2: expected features that are not all zero, got "
                    "zeros alone");
}
