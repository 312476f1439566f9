#include "sparseann/network/pixel_layers.hpp"

#include "support/catch.hpp"

using sparseann::PixelActivation;
using sparseann::PixelLayer;
using sparseann::PixelLayers;

namespace {

const std::vector<PixelLayer> small_layers{
    {.kernel = 2, .channels = 3, .activation = PixelActivation::tanh, .pooled = true},
    {.kernel = 3, .channels = 4},
    {.kernel = 2, .channels = 4, .pooled = true},
    {.kernel = 2, .channels = 5}};

/// The network as it is defined: one pixel's scores from the patch around it, by poolings that halve the resolution.
torch::Tensor scores_of_patch(PixelLayers& layers, torch::Tensor patch) {
  for (std::size_t i = 0; i < small_layers.size(); ++i) {
    const auto* const convolution = layers->convolutions[i]->as<torch::nn::Conv2d>();
    patch = torch::conv2d(patch, convolution->weight, convolution->bias);
    patch = small_layers[i].activation == PixelActivation::relu ? patch.relu() : 1.7159 * torch::tanh(2 * patch / 3);
    if (small_layers[i].pooled)
      patch = torch::max_pool2d(patch, 2);
  }
  return patch;
}

} // namespace

TEST_CASE("pixel layers at once give every pixel what its patch alone gives it") {
  torch::manual_seed(4);
  const torch::NoGradGuard no_gradient;
  PixelLayers layers(2, small_layers);
  const std::int64_t view = 1 + 1 + 1 + 2 * (2 + 1 + 1) + 4 * 1; // kernels less one and poolings, by their dilations
  REQUIRE(layers->field_of_view() == view);
  const torch::Tensor image = torch::randn({1, 2, 19, 17});
  const torch::Tensor at_once = layers(image);
  REQUIRE(at_once.sizes() == torch::IntArrayRef({1, 5, 19, 17}));
  const torch::Tensor padded = sparseann::reflected_margin(image, (view - 1) / 2, view - 1 - (view - 1) / 2);
  for (const auto& [y, x] : {std::pair{0, 0}, {18, 16}, {7, 3}, {4, 11}}) {
    const torch::Tensor alone = scores_of_patch(layers, padded.narrow(2, y, view).narrow(3, x, view));
    REQUIRE(alone.sizes() == torch::IntArrayRef({1, 5, 1, 1}));
    CHECK(torch::allclose(alone.flatten(), at_once.select(3, x).select(2, y).flatten(), 1e-5, 1e-6));
  }
}
