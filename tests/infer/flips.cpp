#include "sparseann/infer/flips.hpp"

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("a predictor that flips commute with is left as it is") {
  torch::manual_seed(1);
  const torch::Tensor volume = torch::randn({2, 3, 4, 5});
  const auto square = [](const torch::Tensor& image) { return image.square().sum(0, true); };
  CHECK(torch::allclose(mean_over_flips(volume, square), square(volume)));
}

TEST_CASE("a predictor that knows places is averaged over the eight mirror images") {
  const torch::Tensor volume = torch::zeros({1, 2, 2, 3});
  const torch::Tensor places = torch::arange(12, torch::kFloat).view({1, 2, 2, 3});
  int calls = 0;
  const torch::Tensor mean = mean_over_flips(volume, [&](const torch::Tensor&) {
    ++calls;
    return places;
  });
  CHECK(calls == 8);
  CHECK(torch::allclose(mean, torch::full_like(places, 5.5)));
}
