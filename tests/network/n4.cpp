#include "sparseann/network/n4.hpp"

#include "support/catch.hpp"
#include "support/network_suite.hpp"

using sparseann::N4;
using sparseann::N4Options;
using namespace sparseann::test;

namespace {
N4Options tiny_n4() { return {.in_channels = 2, .channels = {3, 4, 3, 5}, .last_channels = 6}; }
} // namespace

TEST_CASE("N4 has the published network's parameters and field of view") {
  CHECK(parameter_count(*N4()) == 219290);
  CHECK(N4()->layers->field_of_view() == 95);
}

TEST_CASE("N4 labels every pixel of images of any extents") {
  N4 network(tiny_n4());
  network->eval();
  const torch::NoGradGuard no_gradient;
  const auto output = network->forward(torch::randn({2, 2, 9, 14}));
  CHECK(output.logits.sizes() == torch::IntArrayRef({2, 2, 9, 14}));
  CHECK(output.auxiliary.empty());
}

TEST_CASE("gradients reach every parameter of N4") {
  auto network = sparseann::make_network<N4>(tiny_n4(), sparseann::Generator(1));
  torch::manual_seed(1);
  check_gradient_reaches_all(*network, network->forward(torch::randn({2, 2, 12, 12})).logits.square().mean());
}

TEST_CASE("N4's weights come from the generator") { check_initialisation_is_seeded<N4>(tiny_n4()); }

TEST_CASE("N4 refuses widths that do not fit and other channels") {
  CHECK_THROWS_WITH(N4(N4Options{.channels = {1, 2}}), Catch::Contains("channels: expected four numbers"));
  CHECK_THROWS_WITH(N4(tiny_n4())->forward(torch::randn({1, 1, 8, 8})), Catch::Contains("image"));
}
