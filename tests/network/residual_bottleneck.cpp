#include "sparseann/network/residual_bottleneck.hpp"

#include "support/catch.hpp"
#include "support/network_suite.hpp"

using sparseann::ResidualBottleneck;
using namespace sparseann::test;

TEST_CASE("a bottleneck has the parameters of its layers and strides by its 3 x 3 convolution") {
  ResidualBottleneck same(8, 4, 8, 1);
  CHECK(parameter_count(*same) ==
        norm_parameters(8) + 8 * 4 + norm_parameters(4) + 9 * 4 * 4 + norm_parameters(4) + 4 * 8);
  CHECK(same(torch::zeros({1, 8, 6, 10})).sizes() == torch::IntArrayRef({1, 8, 6, 10}));
  ResidualBottleneck halved(8, 6, 12, 2);
  CHECK(parameter_count(*halved) ==
        norm_parameters(8) + 8 * 6 + norm_parameters(6) + 9 * 6 * 6 + norm_parameters(6) + 6 * 12 + 8 * 12);
  CHECK(halved(torch::zeros({1, 8, 6, 10})).sizes() == torch::IntArrayRef({1, 12, 3, 5}));
}

TEST_CASE("a bottleneck whose last convolution is zero is the identity") {
  ResidualBottleneck block(5, 3, 5, 1);
  const torch::NoGradGuard no_gradient;
  block->expand->convolution->weight.zero_();
  const torch::Tensor input = torch::randn({2, 5, 4, 4});
  CHECK(torch::equal(block(input), input));
}
