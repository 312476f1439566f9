#include "sparseann/encode/slice_inputs.hpp"

#include <limits>
#include <numeric>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

constexpr std::size_t edge = 16;

/// A case of `channels` cubes whose voxels `value(channel, z, y, x)` gives.
Case cube(std::size_t channels, auto&& value) {
  Image image{.voxels = xt::zeros<float>({channels, edge, edge, edge}),
              .geometry = isotropic_geometry({edge, edge, edge})};
  for (std::size_t c = 0; c < channels; ++c)
    for (std::size_t z = 0; z < edge; ++z)
      for (std::size_t y = 0; y < edge; ++y)
        for (std::size_t x = 0; x < edge; ++x)
          image.voxels(c, z, y, x) = static_cast<float>(
              value(static_cast<int>(c), static_cast<int>(z), static_cast<int>(y), static_cast<int>(x)));
  return {.name = "cube", .image = std::move(image)};
}

torch::Tensor pictures_of(const std::vector<Case>& cases, const IntensityWindowOptions& window, std::size_t to = edge,
                          SliceIndex index = {0, Plane::xy, 5}) {
  const SliceSource slices(cases, {index});
  const std::vector<std::int64_t> first{0};
  return SliceInputs(slices, window, to, {}).pictures(first);
}

const IntensityWindowOptions extremes{.low_percentile = 0, .high_percentile = 100};

} // namespace

TEST_CASE("the volume's percentiles become 0 and 1, and what lies beyond them is clamped") {
  // Slice z holds z in all voxels: 0 to 15, each one in sixteen.
  const std::vector<Case> cases{cube(1, [](auto, auto z, auto, auto) { return z; })};
  CHECK(pictures_of(cases, extremes)[0][0][3][4].item<float>() == Approx(5.0 / 15));
  const IntensityWindowOptions inner{.low_percentile = 20, .high_percentile = 60}; // 3 and 9
  CHECK(pictures_of(cases, inner)[0][0][3][4].item<float>() == Approx(2.0 / 6));
  CHECK(pictures_of(cases, inner, edge, {0, Plane::xy, 1}).max().item<float>() == 0.0F);
  CHECK(pictures_of(cases, inner, edge, {0, Plane::xy, 12}).min().item<float>() == Approx(1));
}

TEST_CASE("each channel has its own percentiles, and three stay red, green and blue") {
  const std::vector<Case> cases{cube(3, [](auto c, auto z, auto, auto) { return 100.0 * (c + 1.0) * z - 7.0; })};
  const torch::Tensor pictures = pictures_of(cases, extremes);
  REQUIRE(pictures.sizes() == torch::IntArrayRef({1, 3, edge, edge}));
  for (int c = 0; c < 3; ++c)
    CHECK(pictures[0][c][0][0].item<float>() == Approx(5.0 / 15).epsilon(1e-5));
}

TEST_CASE("slices are resized to the edge, rows and columns in their places") {
  const std::vector<Case> cases{cube(1, [](auto, auto, auto y, auto x) { return y < 8 && x >= 8 ? 1 : 0; })};
  const torch::Tensor half = pictures_of(cases, extremes, 8)[0][0];
  REQUIRE(half.sizes() == torch::IntArrayRef({8, 8}));
  CHECK(half[1][6].item<float>() == Approx(1));
  CHECK(half[1][1].item<float>() == 0.0F);
  CHECK(half[6][6].item<float>() == 0.0F);
  CHECK(half.mean().item<float>() == Approx(0.25));
  const torch::Tensor twice = pictures_of(cases, extremes, 32)[0][0];
  CHECK(twice[2][30].item<float>() == Approx(1));
  CHECK(twice[30][30].item<float>() == 0.0F);
}

TEST_CASE("a network's input has its range, mean and divisor; one channel becomes three") {
  const std::vector<Case> cases{cube(1, [](auto, auto z, auto, auto) { return z; })};
  const SliceSource slices(cases, {{0, Plane::xy, 0}, {0, Plane::xy, 15}});
  const SliceInputs inputs(slices, extremes, edge,
                           {.low = 0, .high = 255, .mean = {100, 50, 5}, .divisor = {1, 2, 0.5}});
  const std::vector<std::int64_t> both{1, 0};
  const torch::Tensor batch = inputs.inputs(inputs.pictures(both));
  REQUIRE(batch.sizes() == torch::IntArrayRef({2, 3, edge, edge}));
  CHECK(torch::allclose(batch[0].amax({1, 2}), torch::tensor({155.0F, 102.5F, 500.0F})));
  CHECK(torch::allclose(batch[1].amin({1, 2}), torch::tensor({-100.0F, -25.0F, -10.0F})));
}

TEST_CASE("constant slices and volumes stay finite") {
  const std::vector<Case> constant{cube(1, [](auto, auto, auto, auto) { return 3; })};
  CHECK(torch::equal(pictures_of(constant, {}), torch::zeros({1, 1, edge, edge})));
  // One voxel of 4096 is above the rest: both percentiles are equal, so the extremes stand in.
  const std::vector<Case> spot{
      cube(1, [](auto, auto z, auto y, auto x) { return z == 5 && y == 2 && x == 9 ? 8 : 4; })};
  const torch::Tensor pictures = pictures_of(spot, {});
  CHECK(pictures[0][0][2][9].item<float>() == Approx(1));
  CHECK(pictures.sum().item<float>() == Approx(1));
}

TEST_CASE("the cases' voxels are left as they are") {
  const std::vector<Case> cases{cube(1, [](auto, auto z, auto, auto) { return z; })};
  (void)pictures_of(cases, {});
  CHECK(cases[0].image.voxels(0, 5, 1, 1) == 5.0F);
}

TEST_CASE("other numbers of channels, voxels that are not finite and empty windows are refused") {
  const std::vector<Case> two{cube(2, [](auto, auto z, auto, auto) { return z; })};
  CHECK_THROWS_WITH(pictures_of(two, {}), "case cube: expected one channel in all cases, which is spread to three, or "
                                          "three, which are red, green and blue, got 2");
  const std::vector<Case> mixed{cube(1, [](auto, auto z, auto, auto) { return z; }),
                                cube(3, [](auto, auto z, auto, auto) { return z; })};
  CHECK_THROWS_AS(pictures_of(mixed, {}, edge, {1, Plane::xy, 0}), DataError);
  const std::vector<Case> broken{cube(1, [](auto, auto z, auto, auto) {
    return z == 3 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(z);
  })};
  CHECK_THROWS_WITH(pictures_of(broken, {}), "case cube: expected finite voxels, got some that are not");
  CHECK_THROWS_WITH(validate(IntensityWindowOptions{.low_percentile = 50, .high_percentile = 50}, "intensities"),
                    "intensities.low_percentile: expected less than high_percentile, 50, got 50");
}
