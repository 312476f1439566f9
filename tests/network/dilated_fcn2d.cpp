#include "sparseann/network/dilated_fcn2d.hpp"

#include "support/catch.hpp"
#include "support/network_suite.hpp"

using sparseann::DilatedFcn2d;
using sparseann::DilatedFcn2dOptions;
using namespace sparseann::test;

namespace {
DilatedFcn2dOptions tiny_dilated() {
  return {.in_channels = 2, .channels = 3, .dilations = {1, 2, 4}, .last_channels = 5};
}
} // namespace

TEST_CASE("the dilated network has the published network's parameters") {
  CHECK(parameter_count(*DilatedFcn2d()) == 71971 + 896);
}

TEST_CASE("the dilated network sees 131 x 131 pixels") {
  torch::manual_seed(1);
  DilatedFcn2d network(DilatedFcn2dOptions{.channels = 2, .last_channels = 2});
  network->eval();
  torch::Tensor image = torch::randn({1, 1, 140, 140}).requires_grad_();
  network->forward(image).logits[0][0][68][70].backward();
  const torch::Tensor seen = image.grad()[0][0] != 0;
  const torch::Tensor rows = seen.any(1).nonzero();
  const torch::Tensor columns = seen.any(0).nonzero();
  CHECK(rows.min().item<std::int64_t>() == 68 - 65);
  CHECK(rows.max().item<std::int64_t>() == 68 + 65);
  CHECK(columns.min().item<std::int64_t>() == 70 - 65);
  CHECK(columns.max().item<std::int64_t>() == 70 + 65);
}

TEST_CASE("the dilated network labels every pixel of images of any extents") {
  DilatedFcn2d network(tiny_dilated());
  network->eval();
  const torch::NoGradGuard no_gradient;
  const auto output = network->forward(torch::randn({2, 2, 5, 9}));
  CHECK(output.logits.sizes() == torch::IntArrayRef({2, 3, 5, 9}));
  CHECK(output.auxiliary.empty());
}

TEST_CASE("gradients reach every parameter of the dilated network") {
  auto network = sparseann::make_network<DilatedFcn2d>(tiny_dilated(), sparseann::Generator(1));
  torch::manual_seed(1);
  check_gradient_reaches_all(*network, network->forward(torch::randn({2, 2, 8, 8})).logits.square().mean());
}

TEST_CASE("the dilated network's weights come from the generator") {
  check_initialisation_is_seeded<DilatedFcn2d>(tiny_dilated());
}

TEST_CASE("the dilated network refuses no dilations and other channels") {
  CHECK_THROWS_WITH(DilatedFcn2d(DilatedFcn2dOptions{.dilations = {}}), "dilations: expected at least one, got none");
  CHECK_THROWS_WITH(DilatedFcn2d(tiny_dilated())->forward(torch::randn({1, 1, 8, 8})), Catch::Contains("image"));
}
