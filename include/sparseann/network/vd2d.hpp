#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sparseann/core/options.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/network/data_shape.hpp"
#include "sparseann/network/dropout.hpp"
#include "sparseann/network/image_check.hpp"
#include "sparseann/network/initialisation.hpp"
#include "sparseann/network/network.hpp"
#include "sparseann/network/pixel_layers.hpp"
#include "sparseann/network/segmentation_output.hpp"

namespace sparseann {

/// Widths of Vd2d; the defaults are the publication's. `in_channels` and `classes` are the data's.
struct Vd2dOptions {
  std::int64_t in_channels = 1;
  std::int64_t classes = 2;
  std::vector<std::int64_t> channels{24, 36, 48, 60};
  std::int64_t last_channels = 200;
  double dropout = 0.5;

  friend void visit(Vd2dOptions& options, auto&& visitor) {
    visitor(field("channels", options.channels, "channels of the four pooled stages", at_least(1)));
    visitor(field("last_channels", options.last_channels, "channels of the last hidden layer", at_least(1)));
    visitor(field("dropout", options.dropout, "share of the last hidden layer dropped in training", between(0, 0.99)));
  }

  friend void check_together(const Vd2dOptions& options, const std::string& prefix) {
    check_data_shape(options, prefix);
    check_four_stages(options.channels, prefix);
  }
};

/// A very deep pixel classifier of neuronal boundaries, a baseline: convolutions 3^2, 3^2, 2^2, then three times two of
/// 3^2, max pooling after each of the four stages, 3^2 with dropout and, to the classes, 1^2.
///
/// Shapes: image (N, in_channels, y, x) to logits (N, classes, y, x), of any extents; no auxiliary. Field of view 109 x
/// 109. Parameters: 230,714 at one channel and two classes. Throws: InvalidArgument for options out of range and for
/// images of other shapes. Source: Lee et al., "Recursive Training of 2D-3D Convolutional Networks for Neuronal
/// Boundary Detection", NIPS 2015, layer by layer as released (torms3/znn-release at 898798f), the version with a
/// scaled tanh before each pooling and ReLU elsewhere. Deviates: weights start as He's.
struct Vd2dImpl : torch::nn::Module {
  using options_type = Vd2dOptions;
  static constexpr std::size_t spatial_dimensions = 2;
  static constexpr bool has_fixed_operations = true;

  explicit Vd2dImpl(const Vd2dOptions& options = {})
      : options_(validated(options)), layers(register_module("layers", hidden_layers(options_))),
        head(register_module(
            "head", torch::nn::Conv2d(torch::nn::Conv2dOptions(options_.last_channels, options_.classes, 1)))) {}

  SegmentationOutput forward(const torch::Tensor& image) {
    detail::check_image("image", image, options_.in_channels, spatial_dimensions, required_multiple());
    const torch::Tensor features = layers(image);
    const bool drops = options_.dropout > 0 && is_training();
    return {.logits = head(drops ? dropout(features, options_.dropout) : features), .auxiliary = {}};
  }

  [[nodiscard]] const Vd2dOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::int64_t required_multiple() const noexcept { return 1; }
  void initialise(const Generator& generator) { initialise_as_he(*this, generator); }

private:
  [[nodiscard]] static PixelLayers hidden_layers(const Vd2dOptions& options) {
    std::vector<PixelLayer> layers{{.kernel = 3, .channels = options.channels[0]}};
    for (std::size_t stage = 0; stage < options.channels.size(); ++stage) {
      layers.push_back({.kernel = 3, .channels = options.channels[stage]});
      layers.push_back({.kernel = stage == 0 ? 2 : 3,
                        .channels = options.channels[stage],
                        .activation = PixelActivation::tanh,
                        .pooled = true});
    }
    layers.push_back({.kernel = 3, .channels = options.last_channels});
    return PixelLayers(options.in_channels, layers);
  }

  Vd2dOptions options_;

public:
  PixelLayers layers;
  torch::nn::Conv2d head;
};
TORCH_MODULE(Vd2d);

static_assert(SegmentationNetwork<Vd2d>);

} // namespace sparseann
