#include "sparseann/network/voxresnet.hpp"

#include "support/catch.hpp"
#include "support/network_suite.hpp"

using sparseann::VoxResNet;
using sparseann::VoxResNetOptions;
using namespace sparseann::test;

namespace {
VoxResNetOptions tiny_voxresnet() {
  return {.in_channels = 2, .first_channels = 3, .channels = 4, .stages = 2, .modules_per_stage = 1};
}
} // namespace

TEST_CASE("VoxResNet's trunk has the published network's convolutions") {
  const VoxResNet network;
  std::int64_t count = 0;
  std::int64_t layers = 0;
  for (const auto& item : network->named_modules())
    if (const auto* convolution = item.value()->as<torch::nn::Conv3d>();
        convolution && !item.key().starts_with("scores")) {
      count += convolution->weight.numel() + convolution->bias.numel();
      ++layers;
    }
  CHECK(count == 1633120);
  CHECK(layers == 2 + 3 * (1 + 2 * 2));
  CHECK(parameter_count(*network) == 6923948);
}

TEST_CASE("VoxResNet's logits are the sum of the scores of its resolutions") {
  torch::manual_seed(1);
  VoxResNet network(tiny_voxresnet());
  network->eval();
  const torch::NoGradGuard no_gradient;
  const torch::Tensor image = torch::randn({2, 2, 8, 4, 12});
  const auto output = network->forward(image);
  REQUIRE(output.auxiliary.size() == 3);
  for (const torch::Tensor& scores : output.auxiliary)
    CHECK(scores.sizes() == torch::IntArrayRef({2, 3, 8, 4, 12}));
  CHECK(torch::allclose(output.logits, output.auxiliary[0] + output.auxiliary[1] + output.auxiliary[2]));

  torch::Tensor features = network->full(network->stem(image));
  CHECK(features.sizes() == torch::IntArrayRef({2, 3, 8, 4, 12}));
  for (std::size_t stage = 0; stage < 2; ++stage) {
    features = network->stages[stage]->as<torch::nn::Sequential>()->forward(features);
    CHECK(features.sizes() == torch::IntArrayRef({2, 4, 4 >> stage, 2 >> stage, 6 >> stage}));
  }
}

TEST_CASE("a residual module adds to its input") {
  const torch::NoGradGuard no_gradient;
  sparseann::VoxResModule module(3);
  module->second->convolution->weight.zero_();
  module->second->convolution->bias.zero_();
  const torch::Tensor input = torch::randn({1, 3, 4, 4, 4});
  CHECK(module(input).equal(input));
}

TEST_CASE("gradients of all heads together reach every parameter of VoxResNet") {
  auto network = sparseann::make_network<VoxResNet>(tiny_voxresnet(), sparseann::Generator(1));
  torch::manual_seed(1);
  check_gradient_reaches_all(*network, network->forward(torch::randn({2, 2, 8, 8, 8})).logits.square().mean());
}

TEST_CASE("VoxResNet's weights come from the generator") {
  check_initialisation_is_seeded<VoxResNet>(tiny_voxresnet());
}

TEST_CASE("VoxResNet refuses stages out of range and extents that do not fit") {
  CHECK_THROWS_WITH(VoxResNet(VoxResNetOptions{.stages = 0}),
                    "stages: expected a number of at least 1 and at most 6, got 0");
  CHECK_THROWS_WITH(VoxResNet(tiny_voxresnet())->forward(torch::randn({1, 2, 4, 6, 4})),
                    Catch::Contains("multiples of 4"));
}
