#include "sparseann/network/vd2d3d.hpp"

#include "support/catch.hpp"
#include "support/network_suite.hpp"

using sparseann::Vd2d3d;
using sparseann::Vd2d3dOptions;
using namespace sparseann::test;

namespace {
Vd2d3dOptions tiny_vd2d3d() {
  return {.in_channels = 3, .classes = 3, .channels = {3, 4, 3, 5}, .last_channels = 6, .dropout = 0.0};
}
} // namespace

TEST_CASE("Vd2d3d has the published network's parameters") { CHECK(parameter_count(*Vd2d3d()) == 296486); }

TEST_CASE("Vd2d3d labels every voxel of images of any extents") {
  Vd2d3d network(tiny_vd2d3d());
  network->eval();
  const torch::NoGradGuard no_gradient;
  const auto output = network->forward(torch::randn({2, 3, 3, 9, 14}));
  CHECK(output.logits.sizes() == torch::IntArrayRef({2, 3, 3, 9, 14}));
  CHECK(output.auxiliary.empty());
}

TEST_CASE("a voxel's logits depend on its field of view alone, and reach its ends") {
  auto network = sparseann::make_network<Vd2d3d>(tiny_vd2d3d(), sparseann::Generator(1));
  network->eval();
  auto image = torch::randn({1, 3, 9, 100, 100}, torch::TensorOptions().requires_grad(true));
  network->forward(image).logits.index({0, 0, 4, 50, 50}).backward();
  const auto reached = image.grad().abs().sum(torch::IntArrayRef{0, 1}) > 0;
  const auto first_and_last = [&](std::int64_t axis) {
    auto along = reached;
    for (std::int64_t other = 2; other >= 0; --other)
      if (other != axis)
        along = along.any(other);
    const auto places = along.nonzero();
    return std::pair(places.min().item<std::int64_t>(), places.max().item<std::int64_t>());
  };
  CHECK(first_and_last(0).first >= 4 - 2);
  CHECK(first_and_last(0).second <= 4 + 2);
  CHECK(first_and_last(1).first >= 50 - 42);
  CHECK(first_and_last(1).second <= 50 + 42);
  CHECK(first_and_last(2).second <= 50 + 42);
  CHECK(first_and_last(2).second - first_and_last(2).first > 40); // maxima leave some paths without a gradient
}

TEST_CASE("gradients reach every parameter of Vd2d3d") {
  auto network = sparseann::make_network<Vd2d3d>(tiny_vd2d3d(), sparseann::Generator(1));
  torch::manual_seed(1);
  check_gradient_reaches_all(*network, network->forward(torch::randn({2, 3, 4, 12, 12})).logits.square().mean());
}

TEST_CASE("Vd2d3d's weights come from the generator") { check_initialisation_is_seeded<Vd2d3d>(tiny_vd2d3d()); }

TEST_CASE("Vd2d3d refuses data without a map") {
  CHECK_THROWS_WITH(Vd2d3d(Vd2d3dOptions{.in_channels = 1}),
                    "in_channels: expected at least 2, an image's and one per class but the background, got 1");
}
