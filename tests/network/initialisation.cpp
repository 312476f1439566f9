#include "sparseann/network/initialisation.hpp"

#include <cmath>

#include "support/catch.hpp"

using sparseann::Generator;
using sparseann::Initialisation;
using sparseann::initialise;

namespace {

struct LayersImpl : torch::nn::Module {
  torch::nn::Conv3d convolution = register_module("convolution", torch::nn::Conv3d(40, 50, 3));
  torch::nn::ConvTranspose3d deconvolution = register_module(
      "deconvolution", torch::nn::ConvTranspose3d(torch::nn::ConvTranspose3dOptions(32, 24, 4).stride(2).padding(1)));
  torch::nn::Conv2d plane = register_module("plane", torch::nn::Conv2d(64, 48, 3));
  torch::nn::BatchNorm3d norm = register_module("norm", torch::nn::BatchNorm3d(50));
};
TORCH_MODULE(Layers);

double deviation(const torch::Tensor& weight) { return weight.std().item<double>(); }

} // namespace

TEST_CASE("gaussian weights have the given standard deviation and mean 0, biases are 0, BN is untouched") {
  Layers layers;
  initialise(*layers, Initialisation::gaussian, 0.01, Generator(3));
  for (const torch::Tensor& weight :
       {layers->convolution->weight, layers->deconvolution->weight, layers->plane->weight}) {
    CHECK(deviation(weight) == Approx(0.01).epsilon(0.03));
    CHECK(std::abs(weight.mean().item<double>()) < 4 * 0.01 / std::sqrt(static_cast<double>(weight.numel())));
  }
  CHECK(layers->convolution->bias.abs().max().item<double>() == 0);
  CHECK(layers->deconvolution->bias.abs().max().item<double>() == 0);
  CHECK(layers->norm->weight.min().item<double>() == 1);
  CHECK(layers->norm->bias.abs().max().item<double>() == 0);
}

TEST_CASE("He's standard deviation is sqrt(2 / fan-in)") {
  Layers layers;
  initialise(*layers, Initialisation::he, 0.01, Generator(3));
  CHECK(deviation(layers->convolution->weight) == Approx(std::sqrt(2.0 / (40 * 27))).epsilon(0.02));
  CHECK(deviation(layers->plane->weight) == Approx(std::sqrt(2.0 / (64 * 9))).epsilon(0.02));
}

TEST_CASE("He's weights keep the second moment through ReLU and a strided deconvolution") {
  Layers layers;
  initialise(*layers, Initialisation::he, 0.01, Generator(4));
  const torch::NoGradGuard no_gradient;
  torch::manual_seed(1);
  const torch::Tensor input = torch::randn({4, 32, 8, 8, 8});
  const torch::Tensor output = layers->deconvolution(input.relu());
  const torch::Tensor interior = output.slice(2, 2, -2).slice(3, 2, -2).slice(4, 2, -2);
  CHECK(interior.square().mean().item<double>() == Approx(1.0).epsilon(0.15));
}

TEST_CASE("a layer's weights depend on the stream and its name, not on LibTorch's generator") {
  Layers one;
  Layers two;
  torch::manual_seed(1);
  initialise(*one, Initialisation::he, 0.01, Generator(3));
  torch::manual_seed(2);
  initialise(*two, Initialisation::he, 0.01, Generator(3));
  CHECK(torch::equal(one->convolution->weight, two->convolution->weight));
  CHECK(torch::equal(one->deconvolution->weight, two->deconvolution->weight));
  initialise(*two, Initialisation::he, 0.01, Generator(4));
  CHECK_FALSE(torch::equal(one->convolution->weight, two->convolution->weight));
}
