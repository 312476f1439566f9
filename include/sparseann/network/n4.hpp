#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sparseann/core/options.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/network/data_shape.hpp"
#include "sparseann/network/image_check.hpp"
#include "sparseann/network/initialisation.hpp"
#include "sparseann/network/network.hpp"
#include "sparseann/network/pixel_layers.hpp"
#include "sparseann/network/segmentation_output.hpp"

namespace sparseann {

/// Widths of N4; the defaults are the publication's. `in_channels` and `classes` are the data's.
struct N4Options {
  std::int64_t in_channels = 1;
  std::int64_t classes = 2;
  std::vector<std::int64_t> channels{48, 48, 48, 48};
  std::int64_t last_channels = 200;

  friend void visit(N4Options& options, auto&& visitor) {
    visitor(field("channels", options.channels, "channels of the four pooled convolutions", at_least(1)));
    visitor(field("last_channels", options.last_channels, "channels of the last hidden layer", at_least(1)));
  }

  friend void check_together(const N4Options& options, const std::string& prefix) {
    check_data_shape(options, prefix);
    check_four_stages(options.channels, prefix);
  }
};

/// The pixel classifier that won the ISBI 2012 challenge of neuronal boundaries, a baseline: convolutions 4^2, 5^2, 4^2
/// and 4^2 with max pooling after each, 3^2 and, to the classes, 1^2.
///
/// Shapes: image (N, in_channels, y, x) to logits (N, classes, y, x), of any extents; no auxiliary. Field of view 95 x
/// 95. Parameters: 219,290 at one channel and two classes. Randomness: weights are uniform in +-0.05. Throws:
/// InvalidArgument for options out of range and for images of other shapes. Source: Ciresan et al., "Deep Neural
/// Networks Segment Neuronal Membranes in Electron Microscopy Images", NIPS 2012, as Lee et al. ran it in 2015
/// (torms3/znn-release at 898798f): scaled tanh after every hidden layer.
struct N4Impl : torch::nn::Module {
  using options_type = N4Options;
  static constexpr std::size_t spatial_dimensions = 2;
  static constexpr bool has_fixed_operations = true;

  explicit N4Impl(const N4Options& options = {})
      : options_(validated(options)), layers(register_module("layers", hidden_layers(options_))),
        head(register_module(
            "head", torch::nn::Conv2d(torch::nn::Conv2dOptions(options_.last_channels, options_.classes, 1)))) {}

  SegmentationOutput forward(const torch::Tensor& image) {
    detail::check_image("image", image, options_.in_channels, spatial_dimensions, required_multiple());
    return {.logits = head(layers(image)), .auxiliary = {}};
  }

  [[nodiscard]] const N4Options& options() const noexcept { return options_; }
  [[nodiscard]] std::int64_t required_multiple() const noexcept { return 1; }
  void initialise(const Generator& generator) { initialise_uniformly(*this, 0.05, generator); }

private:
  [[nodiscard]] static PixelLayers hidden_layers(const N4Options& options) {
    constexpr std::array<std::int64_t, 4> kernels{4, 5, 4, 4};
    std::vector<PixelLayer> layers;
    for (std::size_t i = 0; i < kernels.size(); ++i)
      layers.push_back(
          {.kernel = kernels[i], .channels = options.channels[i], .activation = PixelActivation::tanh, .pooled = true});
    layers.push_back({.kernel = 3, .channels = options.last_channels, .activation = PixelActivation::tanh});
    return PixelLayers(options.in_channels, layers);
  }

  N4Options options_;

public:
  PixelLayers layers;
  torch::nn::Conv2d head;
};
TORCH_MODULE(N4);

static_assert(SegmentationNetwork<N4>);

} // namespace sparseann
