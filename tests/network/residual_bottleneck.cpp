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

// A strided convolution in its place, channels-last and with few channels, got wrong gradients or crashed in oneDNN.
TEST_CASE("a strided block's shortcut and its gradient are what a matrix product says, channels-last") {
  for (const std::int64_t channels : {3, 4, 8, 20}) {
    torch::manual_seed(3);
    sparseann::ResidualBottleneck block(channels, 2, 5, 2);
    const torch::Tensor x = torch::randn({2, channels, 6, 8}).contiguous(torch::MemoryFormat::ChannelsLast);
    const torch::Tensor factor = torch::randn({2, 5, 3, 4});
    (block(x) * factor).sum().backward();
    const torch::Tensor read = x.slice(2, 0, {}, 2).slice(3, 0, {}, 2);
    const torch::Tensor expected = torch::einsum("nopq,ncpq->oc", {factor, read});
    CHECK(torch::allclose(block->shortcut->weight.grad().view({5, channels}), expected, 1e-5, 1e-5));
    const torch::NoGradGuard no_gradient;
    block->eval();
    const torch::Tensor residual = block->expand(block->spatial(block->reduce(x)));
    const torch::Tensor shortcut = torch::einsum("oc,ncpq->nopq", {block->shortcut->weight.view({5, channels}), read});
    CHECK(torch::allclose(block(x), residual + shortcut, 1e-5, 1e-5));
  }
}
