#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/tensor/reflection.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// What follows a convolution of PixelLayers: scaled_tanh, or max(x, 0).
enum class PixelActivation { tanh, relu };

/// A convolution of PixelLayers, valid, with bias, and whether 2 x 2 max pooling follows its activation.
struct PixelLayer {
  std::int64_t kernel = 3;
  std::int64_t channels = 1;
  PixelActivation activation = PixelActivation::relu;
  bool pooled = false;
};

/// 1.7159 tanh(2 x / 3). Source: LeCun et al., "Efficient BackProp", 1998.
[[nodiscard]] inline torch::Tensor scaled_tanh(const torch::Tensor& x) { return 1.7159 * torch::tanh(x * (2.0 / 3.0)); }

/// Throws InvalidArgument for another number of widths than the published networks' four pooled stages have.
inline void check_four_stages(const std::vector<std::int64_t>& channels, const std::string& prefix) {
  if (channels.size() != 4)
    throw InvalidArgument(field_name(prefix, "channels"), "four numbers",
                          fmt::format("[{}]", fmt::join(channels, ", ")));
}

/// A network that labels one pixel from the patch around it, applied to all pixels of an image at once.
///
/// Each pooling halves the resolution of what follows. At every pixel that is the same as pooling with stride 1 and
/// dilating all later kernels and poolings by 2, as is done here, so that nothing is computed twice.
///
/// Shapes: (N, in_channels, y, x) to (N, channels of the last layer, y, x); the image gets a reflected margin of half
/// the field of view. Source: Giusti et al., "Fast image scanning with deep max-pooling convolutional neural networks",
/// ICIP 2013 (fragments); dilation gives the same function.
struct PixelLayersImpl : torch::nn::Module {
  PixelLayersImpl(std::int64_t in_channels, std::span<const PixelLayer> layers)
      : layers_(layers.begin(), layers.end()) {
    std::int64_t channels = in_channels;
    std::int64_t dilation = 1;
    for (const PixelLayer& layer : layers_) {
      convolutions->push_back(
          torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, layer.channels, layer.kernel).dilation(dilation)));
      channels = layer.channels;
      reach_ += (layer.kernel - 1) * dilation;
      if (layer.pooled) {
        reach_ += dilation;
        dilation *= 2;
      }
    }
    register_module("convolutions", convolutions);
  }

  torch::Tensor forward(const torch::Tensor& image) {
    torch::Tensor features = reflected_margin(image, reach_ / 2, reach_ - reach_ / 2);
    std::int64_t dilation = 1;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      features = convolutions[i]->as<torch::nn::Conv2d>()->forward(features);
      features = layers_[i].activation == PixelActivation::relu ? features.relu_() : scaled_tanh(features);
      if (layers_[i].pooled) {
        features = torch::max_pool2d(features, 2, 1, 0, dilation);
        dilation *= 2;
      }
    }
    return features;
  }

  /// Edge of the patch that a pixel's label depends on.
  [[nodiscard]] std::int64_t field_of_view() const noexcept { return reach_ + 1; }

  torch::nn::ModuleList convolutions;

private:
  std::vector<PixelLayer> layers_;
  std::int64_t reach_ = 0;
};
TORCH_MODULE(PixelLayers);

} // namespace sparseann
