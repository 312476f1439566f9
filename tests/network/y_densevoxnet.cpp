#include "sparseann/network/y_densevoxnet.hpp"

#include "support/catch.hpp"
#include "support/network_suite.hpp"

using sparseann::YDenseVoxNet;
using sparseann::YDenseVoxNetOptions;
using namespace sparseann::test;

namespace {

YDenseVoxNetOptions tiny_y_densevoxnet() {
  return {.densevoxnet = {.in_channels = 2,
                          .stem_channels = 4,
                          .growth = 3,
                          .layers = {2, 2},
                          .decoder_channels = {6, 4},
                          .dropout = 0.0,
                          .initialisation = sparseann::Initialisation::he},
          .pseudo_label_layers = 1};
}

/// The layers of the meta-model one by one, at one image channel and three classes.
std::int64_t y_densevoxnet_parameters_by_hand(std::int64_t growth, std::int64_t layers,
                                              std::int64_t pseudo_label_layers, std::int64_t up1, std::int64_t up2) {
  const std::int64_t image = 16 + layers * growth;
  const std::int64_t pseudo_label = 16 + pseudo_label_layers * growth;
  const std::int64_t deep = image + layers * growth;
  const auto branch = [&](std::int64_t in, std::int64_t depth, std::int64_t out) {
    return 27 * in * 16 + dense_block_parameters(16, depth, growth) + norm_parameters(out) + out * out;
  };
  const std::int64_t fusion = norm_parameters(image + pseudo_label) + (image + pseudo_label) * image;
  const std::int64_t tail = dense_block_parameters(image, layers, growth) + norm_parameters(deep) + deep * deep;
  const std::int64_t decoder = (64 * deep * up1 + up1) + (64 * up1 * up2 + up2) + (3 * up2 + 3);
  const std::int64_t auxiliary = (3 * image + 3) + 3 * 64;
  return branch(1, layers, image) + branch(3, pseudo_label_layers, pseudo_label) + fusion + tail + decoder + auxiliary;
}

} // namespace

TEST_CASE("the meta-model's parameters are those of its layers") {
  CHECK(parameter_count(*YDenseVoxNet()) == y_densevoxnet_parameters_by_hand(12, 12, 5, 128, 64));
  CHECK(parameter_count(*YDenseVoxNet()) == 4449971 + 675);
  const YDenseVoxNetOptions small{.densevoxnet = {.growth = 8, .layers = {4, 4}, .decoder_channels = {32, 16}},
                                  .pseudo_label_layers = 2};
  CHECK(parameter_count(*YDenseVoxNet(small)) == y_densevoxnet_parameters_by_hand(8, 4, 2, 32, 16));
}

TEST_CASE("every stage of the meta-model has the shape of the authors' slides") {
  YDenseVoxNet network;
  network->eval();
  const torch::NoGradGuard no_gradient;
  const torch::Tensor image = torch::randn({1, 1, 8, 16, 8});
  const torch::Tensor average = torch::rand({1, 3, 8, 16, 8});
  const torch::Tensor of_image = network->image_branch->forward(image);
  CHECK(of_image.sizes() == torch::IntArrayRef({1, 160, 4, 8, 4}));
  const torch::Tensor of_average = network->pseudo_label_branch->forward(average);
  CHECK(of_average.sizes() == torch::IntArrayRef({1, 76, 4, 8, 4}));
  const torch::Tensor fused = network->fusion->forward(torch::cat({of_image, of_average}, 1));
  CHECK(fused.sizes() == torch::IntArrayRef({1, 160, 4, 8, 4}));
  CHECK(network->trunk->block->forward(torch::max_pool3d(fused, 2)).sizes() == torch::IntArrayRef({1, 304, 2, 4, 2}));
  const auto output = network->forward(image, average);
  CHECK(output.logits.sizes() == torch::IntArrayRef({1, 3, 8, 16, 8}));
  CHECK(output.auxiliary.at(0).sizes() == torch::IntArrayRef({1, 3, 8, 16, 8}));
}

TEST_CASE("both inputs of the meta-model change its output") {
  auto network = sparseann::make_network<YDenseVoxNet>(tiny_y_densevoxnet(), sparseann::Generator(1));
  network->eval();
  const torch::NoGradGuard no_gradient;
  torch::manual_seed(2);
  const torch::Tensor image = torch::randn({1, 2, 8, 8, 8});
  const torch::Tensor average = torch::rand({1, 3, 8, 8, 8});
  const torch::Tensor logits = network->forward(image, average).logits;
  CHECK_FALSE(torch::allclose(logits, network->forward(torch::zeros_like(image), average).logits));
  CHECK_FALSE(torch::allclose(logits, network->forward(image, torch::zeros_like(average)).logits));
}

TEST_CASE("gradients reach every parameter of the meta-model") {
  auto network = sparseann::make_network<YDenseVoxNet>(tiny_y_densevoxnet(), sparseann::Generator(1));
  torch::manual_seed(1);
  const auto output = network->forward(torch::randn({2, 2, 8, 8, 8}), torch::rand({2, 3, 8, 8, 8}));
  check_gradient_reaches_all(*network, (output.logits.square() + output.auxiliary.at(0).square()).mean());
}

TEST_CASE("the meta-model's weights come from the generator") {
  check_initialisation_is_seeded<YDenseVoxNet>(tiny_y_densevoxnet());
}

TEST_CASE("the meta-model refuses inputs that do not fit each other") {
  YDenseVoxNet network(tiny_y_densevoxnet());
  CHECK_THROWS_WITH(network->forward(torch::zeros({1, 2, 8, 8, 8}), torch::zeros({1, 3, 8, 8, 4})),
                    "average: expected the samples and extents of the image (1, 2, 8, 8, 8), got (1, 3, 8, 8, 4)");
  CHECK_THROWS_AS(network->forward(torch::zeros({1, 2, 8, 8, 8}), torch::zeros({2, 3, 8, 8, 8})),
                  sparseann::InvalidArgument);
  CHECK_THROWS_WITH(
      network->forward(torch::zeros({1, 2, 8, 8, 8}), torch::zeros({1, 2, 8, 8, 8})),
      "average: expected shape (N, 3, z, y, x) with spatial extents that are multiples of 4, got (1, 2, 8, 8, 8)");
  CHECK_THROWS_AS(network->forward(torch::zeros({1, 2, 8, 8, 6}), torch::zeros({1, 3, 8, 8, 6})),
                  sparseann::InvalidArgument);
}

TEST_CASE("the meta-model names nested options that are out of range") {
  CHECK_THROWS_WITH(YDenseVoxNet(YDenseVoxNetOptions{.densevoxnet = {.growth = 0}}),
                    "densevoxnet.growth: expected a number of at least 1, got 0");
}
