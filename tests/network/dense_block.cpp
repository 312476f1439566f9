#include "sparseann/network/dense_block.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/network_suite.hpp"

using sparseann::DenseBlock;

TEST_CASE("a dense block adds growth channels per layer and keeps what it read") {
  DenseBlock block(5, 3, 4, 0.0);
  const torch::Tensor input = torch::randn({2, 5, 4, 6, 8});
  const torch::Tensor output = block(input);
  REQUIRE(output.sizes() == torch::IntArrayRef({2, 17, 4, 6, 8}));
  CHECK(block->out_channels == 17);
  CHECK(torch::equal(output.narrow(1, 0, 5), input));
  CHECK(sparseann::test::parameter_count(*block) == sparseann::test::dense_block_parameters(5, 3, 4));
}

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

TEST_CASE("dropout drops in training at its rate and never in evaluation") {
  DenseBlock block(2, 1, 1, 0.25);
  torch::manual_seed(3);
  const torch::Tensor input = torch::randn({1, 2, 16, 16, 16});
  const torch::Tensor added = block(input).narrow(1, 2, 1);
  CHECK((added == 0).to(torch::kDouble).mean().item<double>() == Approx(0.25).margin(0.03));
  block->eval();
  CHECK(torch::equal(block(input), block(input)));
  CHECK((block(input).narrow(1, 2, 1) == 0).sum().item<std::int64_t>() == 0);
}
