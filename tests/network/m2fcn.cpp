#include "sparseann/network/m2fcn.hpp"

#include "support/catch.hpp"
#include "support/network_suite.hpp"

using sparseann::M2Fcn;
using sparseann::M2FcnOptions;
using namespace sparseann::test;

namespace {
M2FcnOptions tiny_m2fcn() {
  return {.in_channels = 2, .classes = 3, .channels = {4, 5, 6}, .convolutions = {1, 2, 1}, .stages = 2};
}
} // namespace

TEST_CASE("M2Fcn has the published network's parameters and outputs") {
  M2Fcn network(M2FcnOptions{.in_channels = 3});
  CHECK(parameter_count(*network) == 44155429);
  const M2FcnOptions narrow{.channels = {2, 2, 2, 2, 2}};
  CHECK(M2Fcn(narrow)->forward(torch::randn({1, 1, 32, 32})).auxiliary.size() == 18);
}

TEST_CASE("M2Fcn labels every pixel of images whose extents its scales divide") {
  M2Fcn network(tiny_m2fcn());
  network->eval();
  const torch::NoGradGuard no_gradient;
  const auto output = network->forward(torch::randn({2, 2, 8, 12}));
  CHECK(output.logits.sizes() == torch::IntArrayRef({2, 3, 8, 12}));
  REQUIRE(output.auxiliary.size() == 8); // two stages, three sides and a fused map each
  for (const torch::Tensor& map : output.auxiliary)
    CHECK(map.sizes() == output.logits.sizes());
}

TEST_CASE("M2Fcn's background has logit 0, and fusions begin as means") {
  auto network = sparseann::make_network<M2Fcn>(tiny_m2fcn(), sparseann::Generator(1));
  const torch::NoGradGuard no_gradient;
  const auto output = network->forward(torch::randn({1, 2, 8, 8}));
  CHECK(output.logits.select(1, 0).abs().max().item<float>() == 0.0F);
  const auto& maps = output.auxiliary;
  CHECK(torch::allclose(maps[3], (maps[0] + maps[1] + maps[2]) / 3, 1e-5, 1e-6));
  CHECK(torch::allclose(output.logits, (maps[3] + maps[7]) / 2, 1e-5, 1e-6));
}

TEST_CASE("M2Fcn's second stage reads the image and all maps of the first") {
  M2Fcn network(tiny_m2fcn());
  auto* const first = network->stages[1]->as<sparseann::M2FcnStage>()->scales[0]->as<torch::nn::Sequential>();
  CHECK(first->ptr(0)->as<torch::nn::Conv2d>()->weight.size(1) == 2 + 4 * 2);
}

TEST_CASE("gradients reach every parameter of M2Fcn") {
  auto network = sparseann::make_network<M2Fcn>(tiny_m2fcn(), sparseann::Generator(1));
  torch::manual_seed(1);
  check_gradient_reaches_all(*network, network->forward(torch::randn({2, 2, 12, 12})).logits.square().mean());
}

TEST_CASE("M2Fcn's convolutions come from the generator") {
  const auto weight = [](std::uint64_t seed) {
    auto network = sparseann::make_network<M2Fcn>(tiny_m2fcn(), sparseann::Generator(seed));
    return network->stages[1]->as<sparseann::M2FcnStage>()->sides[2]->as<torch::nn::Conv2d>()->weight;
  };
  CHECK(torch::equal(weight(1), weight(1)));
  CHECK_FALSE(torch::equal(weight(1), weight(2)));
}

TEST_CASE("M2Fcn refuses depths that do not fit and other channels") {
  CHECK_THROWS_WITH(M2Fcn(M2FcnOptions{.channels = {1, 2}}),
                    Catch::Contains("convolutions: expected 2 numbers, one per scale as in channels"));
  CHECK_THROWS_WITH(M2Fcn(tiny_m2fcn())->forward(torch::randn({1, 1, 8, 8})), Catch::Contains("image"));
  CHECK_THROWS_WITH(M2Fcn(tiny_m2fcn())->forward(torch::randn({1, 2, 8, 6})), Catch::Contains("multiples of 4"));
}
