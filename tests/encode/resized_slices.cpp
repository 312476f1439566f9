#include "sparseann/encode/resized_slices.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "support/catch.hpp"
#include "support/numbered.hpp"
#include "support/stacked_slices.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

namespace {
std::vector<Case> one_case(const Array3<float>& slices) { return {test::case_of_slices(slices)}; }
} // namespace

TEST_CASE("slices of the wanted extents stay as they are, in the order of the source") {
  const auto cases = one_case(test::numbered<float, 3>({3, 4, 4}));
  const SliceSource slices(cases, {{0, Plane::xy, 2}, {0, Plane::xy, 0}});
  const Array4<float> resized = to_array<float, 4>(resized_slices(slices, 4));
  REQUIRE(resized.shape() == Array4<float>::shape_type{2, 1, 4, 4});
  for (std::size_t i = 0; i < 16; ++i) {
    CHECK(elements(resized)[i] == static_cast<float>(32 + i));
    CHECK(elements(resized)[16 + i] == static_cast<float>(i));
  }
}

TEST_CASE("enlarged slices are interpolated, with half a pixel of the border repeated") {
  const auto cases = one_case({{{0, 4}, {8, 12}}});
  // output pixel i lies at (i + 1/2) / 2 - 1/2 of the input: -1/4 (which is 0), 1/4, 3/4, 5/4 (which is 1)
  const std::array<float, 4> places{0, 0.25F, 0.75F, 1};
  const Array4<float> resized = to_array<float, 4>(resized_slices(test::xy_slices(cases), 4));
  for (std::size_t y = 0; y < 4; ++y)
    for (std::size_t x = 0; x < 4; ++x)
      CHECK(resized(0, 0, y, x) == Approx(8 * places[y] + 4 * places[x]));
}

TEST_CASE("reduced slices are averaged by a triangle over twice the ratio, and not sampled") {
  // pixel 7 lies 1.5 from the middle of output pixel 1 and 2.5 from that of 2; the weights 1 - distance / 4 sum up to 4
  Array3<float> point = xt::zeros<float>({1, 16, 16});
  point(0, 7, 7) = 16;
  const auto cases = one_case(point);
  const std::array<float, 4> weights{0, 0.625F, 0.375F, 0};
  const Array4<float> resized = to_array<float, 4>(resized_slices(test::xy_slices(cases), 4));
  for (std::size_t y = 0; y < 4; ++y)
    for (std::size_t x = 0; x < 4; ++x)
      CHECK(resized(0, 0, y, x) == Approx(weights[y] * weights[x]).margin(1e-6));
}

TEST_CASE("planes of different extents get one size") {
  const LabelledCohort data = test::toy_cohort(1, 0, 8); // 8 x 9 x 10
  const SliceSource slices(data.cohort.training, all_slices(data.cohort.training, all_planes));
  CHECK(resized_slices(slices, 5).sizes() == torch::IntArrayRef({27, 1, 5, 5}));
  CHECK(torch::equal(resized_slices(slices, 5, 7, 20), resized_slices(slices, 5).slice(0, 7, 20)));
}

TEST_CASE("batches of any size give the same rows") {
  const LabelledCohort data = test::toy_cohort(1, 0, 8);
  const SliceSource slices(data.cohort.training, all_slices(data.cohort.training, all_planes));
  const Array2<float> whole = to_array<float, 2>(resized_slices(slices, 4).flatten(1));
  for (const std::size_t batch : {1U, 4U, 27U, 100U}) {
    std::size_t largest = 0;
    const Array2<float> rows = encode_in_batches(slices, 4, batch, [&](const torch::Tensor& resized) {
      largest = std::max(largest, static_cast<std::size_t>(resized.size(0)));
      return resized.flatten(1);
    });
    CHECK((rows == whole));
    CHECK(largest == std::min<std::size_t>(batch, 27));
  }
}

TEST_CASE("rows that become longer are refused") {
  const LabelledCohort data = test::toy_cohort(1, 0, 8);
  const SliceSource slices(data.cohort.training, all_slices(data.cohort.training, all_planes));
  std::int64_t length = 2;
  CHECK_THROWS_WITH(
      encode_in_batches(slices, 4, 3,
                        [&](const torch::Tensor& resized) { return torch::ones({resized.size(0), ++length}); }),
      "case training_0, plane xy, slice 3: expected 3 features, as of slices before, got 4");
}
