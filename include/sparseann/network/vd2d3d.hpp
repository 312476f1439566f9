#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/network/data_shape.hpp"
#include "sparseann/network/dropout.hpp"
#include "sparseann/network/image_check.hpp"
#include "sparseann/network/initialisation.hpp"
#include "sparseann/network/network.hpp"
#include "sparseann/network/pixel_layers.hpp"
#include "sparseann/network/segmentation_output.hpp"
#include "sparseann/tensor/reflection.hpp"

namespace sparseann {

/// Widths of Vd2d3d; the defaults are the publication's. `in_channels` and `classes` are the data's, of which the last
/// classes - 1 channels are another network's map.
struct Vd2d3dOptions {
  std::int64_t in_channels = 2;
  std::int64_t classes = 2;
  std::vector<std::int64_t> channels{24, 36, 48, 60};
  std::int64_t last_channels = 100;
  double dropout = 0.5;

  friend void visit(Vd2d3dOptions& options, auto&& visitor) {
    visitor(field("channels", options.channels, "channels of the three pooled stages and of the 3D one", at_least(1)));
    visitor(field("last_channels", options.last_channels, "channels of the last hidden layer", at_least(1)));
    visitor(field("dropout", options.dropout, "share of the last hidden layer dropped in training", between(0, 0.99)));
  }

  friend void check_together(const Vd2d3dOptions& options, const std::string& prefix) {
    check_data_shape(options, prefix);
    check_four_stages(options.channels, prefix);
    if (options.in_channels < options.classes)
      throw InvalidArgument(
          field_name(prefix, "in_channels"),
          fmt::format("at least {}, an image's and one per class but the background", options.classes),
          fmt::format("{}", options.in_channels));
  }
};

/// The first three convolutions of a tower: 3^2, 3^2, 2^2, ReLU between. Shapes: (N, in_channels, z, y, x) to (N,
/// channels, z, y - 5, x - 5).
struct Vd2d3dTowerImpl : torch::nn::Module {
  Vd2d3dTowerImpl(std::int64_t in_channels, std::int64_t channels, bool last_bias)
      : first(register_module("first", convolution(in_channels, channels, 3, true))),
        second(register_module("second", convolution(channels, channels, 3, true))),
        third(register_module("third", convolution(channels, channels, 2, last_bias))) {}

  torch::Tensor forward(const torch::Tensor& input) { return third(torch::relu(second(torch::relu(first(input))))); }

  torch::nn::Conv3d first;
  torch::nn::Conv3d second;
  torch::nn::Conv3d third;

private:
  [[nodiscard]] static torch::nn::Conv3d convolution(std::int64_t in, std::int64_t out, std::int64_t edge, bool bias) {
    return torch::nn::Conv3d(torch::nn::Conv3dOptions(in, out, {1, edge, edge}).bias(bias));
  }
};
TORCH_MODULE(Vd2d3dTower);

/// A voxel classifier of neuronal boundaries that reads, beside the image, the map that a 2D network made of it, a
/// baseline; see RecursiveModel.
///
/// Two towers, of the image and of the map, are summed; then as Vd2d in plane, with pooling over two slices after the
/// third stage and convolutions 2 x 3 x 3 from there.
///
/// Shapes: image (N, in_channels, z, y, x), of which the last classes - 1 channels are the map, to logits (N, classes,
/// z, y, x), of any extents, by a reflected margin; no auxiliary. Field of view 5 x 85 x 85. Parameters: 296,486 at one
/// channel, one of the map and two classes. Throws: InvalidArgument for options out of range and for images of other
/// shapes. Source: Lee et al., "Recursive Training of 2D-3D Convolutional Networks for Neuronal Boundary Detection",
/// NIPS 2015, layer by layer as released (torms3/znn-release at 898798f), a scaled tanh before each pooling and ReLU
/// elsewhere. Deviates: all weights start as He's, where the image's tower and the 2D layers start from a trained Vd2d.
struct Vd2d3dImpl : torch::nn::Module {
  using options_type = Vd2d3dOptions;
  static constexpr std::size_t spatial_dimensions = 3;
  static constexpr bool has_fixed_operations = true;
  static constexpr std::array<std::int64_t, 3> field_of_view{5, 85, 85};

  explicit Vd2d3dImpl(const Vd2d3dOptions& options = {})
      : options_(validated(options)),
        image_tower(register_module("image_tower", Vd2d3dTower(image_channels(), options_.channels[0], true))),
        map_tower(register_module("map_tower", Vd2d3dTower(options_.classes - 1, options_.channels[0], false))),
        head(register_module(
            "head", torch::nn::Conv3d(torch::nn::Conv3dOptions(options_.last_channels, options_.classes, 1)))) {
    const std::vector<std::int64_t>& c = options_.channels;
    add_layer(c[0], c[1], 1, 2);
    add_layer(c[1], c[1], 1, 2);
    add_layer(c[1], c[2], 1, 4);
    add_layer(c[2], c[2], 1, 4);
    add_layer(c[2], c[3], 2, 8);
    add_layer(c[3], c[3], 2, 8);
    add_layer(c[3], options_.last_channels, 2, 8);
    register_module("layers", layers);
  }

  SegmentationOutput forward(const torch::Tensor& image) {
    detail::check_image("image", image, options_.in_channels, spatial_dimensions, required_multiple());
    torch::Tensor padded = image;
    for (std::size_t axis = 0; axis < spatial_dimensions; ++axis)
      padded = extended_by_reflection(padded, static_cast<std::int64_t>(axis) + 2, field_of_view[axis] / 2,
                                      field_of_view[axis] / 2);
    torch::Tensor features = image_tower(padded.narrow(1, 0, image_channels())) +
                             map_tower(padded.narrow(1, image_channels(), options_.classes - 1));
    features = pooled(features, 1, 1);
    features = pooled(layer(1, torch::relu(layer(0, features))), 1, 2);
    features = pooled(layer(3, torch::relu(layer(2, features))), 2, 4);
    for (std::size_t i = 4; i < layers->size(); ++i)
      features = torch::relu(layer(i, features));
    const bool drops = options_.dropout > 0 && is_training();
    return {.logits = head(drops ? dropout(features, options_.dropout) : features), .auxiliary = {}};
  }

  [[nodiscard]] const Vd2d3dOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::int64_t required_multiple() const noexcept { return 1; }
  void initialise(const Generator& generator) { initialise_as_he(*this, generator); }

private:
  [[nodiscard]] std::int64_t image_channels() const noexcept { return options_.in_channels - options_.classes + 1; }

  void add_layer(std::int64_t in, std::int64_t out, std::int64_t depth, std::int64_t dilation) {
    layers->push_back(
        torch::nn::Conv3d(torch::nn::Conv3dOptions(in, out, {depth, 3, 3}).dilation({1, dilation, dilation})));
  }

  [[nodiscard]] torch::Tensor layer(std::size_t index, const torch::Tensor& input) {
    return layers[index]->as<torch::nn::Conv3d>()->forward(input);
  }

  /// The scaled tanh, then the maximum over `depth` slices and 2 x 2 pixels `dilation` apart.
  [[nodiscard]] static torch::Tensor pooled(const torch::Tensor& input, std::int64_t depth, std::int64_t dilation) {
    return torch::max_pool3d(scaled_tanh(input), {depth, 2, 2}, {1, 1, 1}, {0, 0, 0}, {1, dilation, dilation});
  }

  Vd2d3dOptions options_;

public:
  Vd2d3dTower image_tower;
  Vd2d3dTower map_tower;
  torch::nn::ModuleList layers;
  torch::nn::Conv3d head;
};
TORCH_MODULE(Vd2d3d);

static_assert(SegmentationNetwork<Vd2d3d>);

} // namespace sparseann
