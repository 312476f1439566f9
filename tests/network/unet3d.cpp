#include "sparseann/network/unet3d.hpp"

#include "support/catch.hpp"
#include "support/network_suite.hpp"

using sparseann::Unet3d;
using sparseann::Unet3dOptions;
using namespace sparseann::test;

namespace {

Unet3dOptions tiny_unet3d(bool valid) {
  return {.in_channels = 2, .first_channels = 2, .levels = 3, .valid_convolutions = valid};
}

std::int64_t norm_parameters_of(const torch::nn::Module& network) {
  std::int64_t count = 0;
  for (const auto& module : network.modules())
    if (const auto* norm = module->as<torch::nn::BatchNorm3d>())
      count += norm->weight.numel() + norm->bias.numel();
  return count;
}

} // namespace

TEST_CASE("the 3D U-Net has the published network's parameters, batch norms apart") {
  const Unet3d three_channels(Unet3dOptions{.in_channels = 3});
  CHECK(parameter_count(*three_channels) - norm_parameters_of(*three_channels) == 19069955);
  const Unet3d one_channel;
  CHECK(parameter_count(*one_channel) - norm_parameters_of(*one_channel) == 19068227);
  CHECK(norm_parameters_of(*one_channel) == 4672);
}

TEST_CASE("every stage of the 3D U-Net has the published extents for its patch of 132 x 132 x 116") {
  torch::NoGradGuard no_gradient;
  Unet3d network(Unet3dOptions{.first_channels = 1, .levels = 4});
  torch::Tensor features = torch::zeros({1, 1, 132, 132, 116});
  std::vector<std::int64_t> extents;
  for (std::size_t level = 0; level < 4; ++level) {
    features = network->down[level]->as<sparseann::DoubleConvolution>()->forward(
        level == 0 ? features : torch::max_pool3d(features, 2));
    extents.push_back(features.size(2));
    CHECK(features.size(1) == 2 << level);
  }
  CHECK((extents == std::vector<std::int64_t>{128, 60, 26, 9}));
  CHECK(features.size(4) == 7);
}

TEST_CASE("the 3D U-Net's logits have the image's extents, with valid and with padded convolutions") {
  const torch::NoGradGuard no_gradient;
  for (const bool valid : {true, false}) {
    Unet3d network(tiny_unet3d(valid));
    network->eval();
    CHECK(network->forward(torch::randn({1, 2, 8, 4, 12})).logits.sizes() == torch::IntArrayRef({1, 3, 8, 4, 12}));
  }
  for (const std::int64_t levels : {1, 2, 4, 5}) {
    Unet3d network(Unet3dOptions{.first_channels = 1, .levels = levels});
    network->eval();
    const std::int64_t extent = network->required_multiple();
    CHECK(network->forward(torch::randn({1, 1, extent, extent, extent})).logits.size(4) == extent);
  }
}

TEST_CASE("a voxel's scores from valid convolutions move with the image") {
  torch::manual_seed(2);
  const torch::NoGradGuard no_gradient;
  Unet3d network(Unet3dOptions{.first_channels = 2, .levels = 2});
  network->eval();
  const torch::Tensor image = torch::randn({1, 1, 24, 24, 24});
  const torch::Tensor scores = network->forward(image).logits;
  const torch::Tensor moved = network->forward(image.roll(2, 4)).logits; // by a multiple of the pooling
  const auto middle = [](const torch::Tensor& tensor, std::int64_t first) {
    return tensor.slice(2, 10, 14).slice(3, 10, 14).slice(4, first, first + 4);
  };
  CHECK(torch::allclose(middle(scores, 10), middle(moved, 12), 1e-4, 1e-5));
}

TEST_CASE("gradients reach every parameter of the 3D U-Net") {
  auto network = sparseann::make_network<Unet3d>(tiny_unet3d(true), sparseann::Generator(1));
  torch::manual_seed(1);
  check_gradient_reaches_all(*network, network->forward(torch::randn({2, 2, 4, 4, 4})).logits.square().mean());
}

TEST_CASE("the 3D U-Net's weights come from the generator") {
  check_initialisation_is_seeded<Unet3d>(tiny_unet3d(false));
}

TEST_CASE("the 3D U-Net refuses levels out of range and extents that do not fit") {
  CHECK_THROWS_WITH(Unet3d(Unet3dOptions{.levels = 0}), "levels: expected a number of at least 1 and at most 8, got 0");
  CHECK_THROWS_WITH(Unet3d(tiny_unet3d(true))->forward(torch::randn({1, 2, 4, 6, 4})),
                    Catch::Contains("multiples of 4"));
}
