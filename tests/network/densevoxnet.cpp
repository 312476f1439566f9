#include "sparseann/network/densevoxnet.hpp"

#include "support/catch.hpp"
#include "support/network_suite.hpp"

using sparseann::DenseVoxNet;
using sparseann::DenseVoxNetOptions;
using sparseann::Initialisation;
using namespace sparseann::test;

namespace {
DenseVoxNetOptions tiny_densevoxnet() {
  return {.in_channels = 2,
          .stem_channels = 4,
          .growth = 3,
          .layers = {2, 2},
          .decoder_channels = {6, 4},
          .dropout = 0.0,
          .initialisation = Initialisation::he};
}
} // namespace

TEST_CASE("DenseVoxNet at full width has the released network's parameters") {
  CHECK(parameter_count(*DenseVoxNet(DenseVoxNetOptions{.auxiliary_head = false})) == 4339315);
  CHECK(parameter_count(*DenseVoxNet()) == 4339990);
  std::int64_t affine = 0;
  for (const auto& module : DenseVoxNet()->modules())
    if (const auto* norm = module->as<torch::nn::BatchNorm3d>())
      affine += norm->weight.numel() + norm->bias.numel();
  CHECK(affine == 8320);
}

TEST_CASE("the networks that CPUs train have 282,835 parameters and 339 in the auxiliary head") {
  DenseVoxNetOptions options{.growth = 8, .layers = {4, 4}, .decoder_channels = {32, 16}};
  CHECK(parameter_count(*DenseVoxNet(options)) == 282835 + 339);
  options.auxiliary_head = false;
  CHECK(parameter_count(*DenseVoxNet(options)) == 282835);
  options.decoder_channels = {64, 32}; // 80 channels reach the deconvolutions
  CHECK(parameter_count(*DenseVoxNet(options)) ==
        282835 + 64 * (80 * (64 - 32) + 64 * 32 - 32 * 16) + (64 - 32) + (32 - 16) * (1 + 3));
}

TEST_CASE("every stage of DenseVoxNet has the released network's shape") {
  DenseVoxNet network;
  network->eval();
  const torch::NoGradGuard no_gradient;
  const torch::Tensor image = torch::randn({1, 1, 16, 8, 24});
  auto& encoder = network->encoder;
  auto& trunk = network->trunk;

  const torch::Tensor stem = encoder->stem->forward(image);
  CHECK(stem.sizes() == torch::IntArrayRef({1, 16, 8, 4, 12}));
  const torch::Tensor block1 = encoder->block->forward(stem);
  CHECK(block1.sizes() == torch::IntArrayRef({1, 160, 8, 4, 12}));
  const torch::Tensor transition = encoder->transition->forward(block1);
  CHECK(transition.sizes() == torch::IntArrayRef({1, 160, 8, 4, 12}));
  const torch::Tensor block2 = trunk->block->forward(torch::max_pool3d(transition, 2));
  CHECK(block2.sizes() == torch::IntArrayRef({1, 304, 4, 2, 6}));
  const torch::Tensor tail = trunk->tail->forward(block2);
  CHECK(tail.sizes() == torch::IntArrayRef({1, 304, 4, 2, 6}));
  const torch::Tensor up1 = trunk->up1->forward(tail).relu();
  CHECK(up1.sizes() == torch::IntArrayRef({1, 128, 8, 4, 12}));
  const torch::Tensor up2 = trunk->up2->forward(up1).relu();
  CHECK(up2.sizes() == torch::IntArrayRef({1, 64, 16, 8, 24}));

  const auto output = network->forward(image);
  CHECK(output.logits.sizes() == torch::IntArrayRef({1, 3, 16, 8, 24}));
  CHECK(output.auxiliary.at(0).sizes() == torch::IntArrayRef({1, 3, 16, 8, 24}));
  CHECK(torch::allclose(output.logits, trunk->head->forward(up2), 1e-4, 1e-6));
  CHECK(torch::allclose(output.auxiliary.at(0), trunk->auxiliary_head->forward(transition), 1e-4, 1e-6));
}

TEST_CASE("gradients of both heads together reach every parameter of DenseVoxNet") {
  auto network = sparseann::make_network<DenseVoxNet>(tiny_densevoxnet(), sparseann::Generator(1));
  torch::manual_seed(1);
  const auto output = network->forward(torch::randn({2, 2, 8, 8, 8}));
  check_gradient_reaches_all(*network, (output.logits.square() + output.auxiliary.at(0).square()).mean());
}

TEST_CASE("DenseVoxNet's weights come from the generator") {
  check_initialisation_is_seeded<DenseVoxNet>(tiny_densevoxnet());
  const auto network = sparseann::make_network<DenseVoxNet>({}, sparseann::Generator(1));
  CHECK(network->trunk->up1->weight.std().item<double>() == Approx(0.01).epsilon(0.02));
}

TEST_CASE("the auxiliary upsampling learns slowly, everything else regularly") {
  const DenseVoxNet network(tiny_densevoxnet());
  const auto groups = sparseann::parameter_groups(network);
  REQUIRE(groups.slow.size() == 1);
  CHECK(groups.slow.front().is_same(network->trunk->auxiliary_head->upsampling->weight));
  CHECK(groups.regular.size() + 1 == network->parameters().size());
}

TEST_CASE("DenseVoxNet refuses extents that are no multiples of 4") {
  DenseVoxNet network(tiny_densevoxnet());
  CHECK(network->required_multiple() == 4);
  CHECK_THROWS_WITH(
      network->forward(torch::zeros({1, 2, 8, 30, 8})),
      "image: expected shape (N, 2, z, y, x) with spatial extents that are multiples of 4, got (1, 2, 8, 30, 8)");
}

TEST_CASE("DenseVoxNet refuses options out of range by name") {
  CHECK_THROWS_WITH(DenseVoxNet(DenseVoxNetOptions{.layers = {4}}), "layers: expected two numbers, got [4]");
  CHECK_THROWS_WITH(DenseVoxNet(DenseVoxNetOptions{.decoder_channels = {4, 4, 4}}),
                    "decoder_channels: expected two numbers, got [4, 4, 4]");
  CHECK_THROWS_WITH(DenseVoxNet(DenseVoxNetOptions{.growth = 0}), "growth: expected a number of at least 1, got 0");
  CHECK_THROWS_WITH(DenseVoxNet(DenseVoxNetOptions{.dropout = 1.0}),
                    "dropout: expected a number of at least 0 and at most 0.99, got 1");
}
