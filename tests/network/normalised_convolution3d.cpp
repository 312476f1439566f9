#include "sparseann/network/normalised_convolution3d.hpp"

#include <cmath>

#include "support/catch.hpp"

TEST_CASE("a layer is BN, ReLU and a convolution, and leaves its input as it was") {
  sparseann::NormalisedConvolution3d layer(3, 2, 3);
  layer->eval();
  const torch::Tensor input = torch::randn({1, 3, 4, 4, 4});
  const torch::Tensor before = input.clone();
  const torch::NoGradGuard no_gradient;
  const torch::Tensor output = layer(input);
  CHECK(torch::equal(input, before));
  const torch::Tensor normalised = input / std::sqrt(1 + 1e-5); // fresh running statistics: mean 0, variance 1
  const torch::Tensor expected =
      torch::conv3d(normalised.clamp_min(0), layer->convolution->weight, {}, 1, torch::IntArrayRef({1, 1, 1}));
  CHECK(torch::allclose(output, expected, 1e-4, 1e-5));
}
