#include "sparseann/network/vd2d.hpp"

#include "support/catch.hpp"
#include "support/network_suite.hpp"

using sparseann::Vd2d;
using sparseann::Vd2dOptions;
using namespace sparseann::test;

namespace {
Vd2dOptions tiny_vd2d() { return {.in_channels = 2, .channels = {3, 4, 3, 5}, .last_channels = 6}; }
} // namespace

TEST_CASE("Vd2d has the published network's parameters and field of view") {
  CHECK(parameter_count(*Vd2d()) == 230714);
  CHECK(Vd2d()->layers->field_of_view() == 109);
}

TEST_CASE("Vd2d labels every pixel of images of any extents") {
  Vd2d network(tiny_vd2d());
  network->eval();
  const torch::NoGradGuard no_gradient;
  const auto output = network->forward(torch::randn({2, 2, 9, 14}));
  CHECK(output.logits.sizes() == torch::IntArrayRef({2, 2, 9, 14}));
  CHECK(output.auxiliary.empty());
}

TEST_CASE("gradients reach every parameter of Vd2d") {
  auto network = sparseann::make_network<Vd2d>(tiny_vd2d(), sparseann::Generator(1));
  torch::manual_seed(1);
  check_gradient_reaches_all(*network, network->forward(torch::randn({2, 2, 12, 12})).logits.square().mean());
}

TEST_CASE("Vd2d's weights come from the generator") { check_initialisation_is_seeded<Vd2d>(tiny_vd2d()); }

TEST_CASE("Vd2d refuses widths that do not fit and other channels") {
  CHECK_THROWS_WITH(Vd2d(Vd2dOptions{.channels = {1, 2}}), Catch::Contains("channels: expected four numbers"));
  CHECK_THROWS_WITH(Vd2d(tiny_vd2d())->forward(torch::randn({1, 1, 8, 8})), Catch::Contains("image"));
}
