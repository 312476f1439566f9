#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/network/batch_norm.hpp"
#include "sparseann/network/data_shape.hpp"
#include "sparseann/network/image_check.hpp"
#include "sparseann/network/initialisation.hpp"
#include "sparseann/network/network.hpp"
#include "sparseann/network/residual_bottleneck.hpp"
#include "sparseann/network/segmentation_output.hpp"

namespace sparseann {

/// Widths and depths of Fcn2d. `in_channels` and `classes` are the data's, see set_data_shape.
struct Fcn2dOptions {
  std::int64_t in_channels = 1;
  std::int64_t classes = 3;
  std::vector<std::int64_t> widths{32, 64, 128, 256, 512, 512};
  std::int64_t blocks_per_scale = 2;
  std::int64_t bottleneck_divisor = 2;
  std::int64_t scale_channels = 32;
  std::int64_t head_channels = 64;

  friend void visit(Fcn2dOptions& options, auto&& visitor) {
    visitor(field("widths", options.widths, "channels of each scale, the finest first", at_least(1)));
    visitor(field("blocks_per_scale", options.blocks_per_scale, "residual bottlenecks of each scale", at_least(1)));
    visitor(field("bottleneck_divisor", options.bottleneck_divisor,
                  "by how much a bottleneck's 3 x 3 convolution is narrower than its scale", at_least(1)));
    visitor(field("scale_channels", options.scale_channels, "channels that each scale hands to the head", at_least(1)));
    visitor(field("head_channels", options.head_channels, "channels of the head's 3 x 3 convolution", at_least(1)));
  }

  friend void check_together(const Fcn2dOptions& options, const std::string& prefix) {
    check_data_shape(options, prefix);
    if (options.widths.empty() || options.widths.size() > 12)
      throw InvalidArgument(field_name(prefix, "widths"), "1 to 12 scales", fmt::format("{}", options.widths.size()));
  }
};

/// One resolution of Fcn2d: residual bottlenecks, the first with a stride, and the 1^2 convolution towards the head.
struct Fcn2dScaleImpl : torch::nn::Module {
  Fcn2dScaleImpl(const Fcn2dOptions& options, std::int64_t in_channels, std::int64_t width, std::int64_t stride)
      : lateral(register_module("lateral", NormalisedConvolution2d(width, options.scale_channels, 1))) {
    const std::int64_t inner = std::max<std::int64_t>(width / options.bottleneck_divisor, 1);
    blocks->push_back(ResidualBottleneck(in_channels, inner, width, stride));
    for (std::int64_t i = 1; i < options.blocks_per_scale; ++i)
      blocks->push_back(ResidualBottleneck(width, inner, width, 1));
    register_module("blocks", blocks);
  }

  torch::Tensor forward(torch::Tensor features) {
    for (const auto& block : *blocks)
      features = block->as<ResidualBottleneck>()->forward(features);
    return features;
  }

  torch::nn::ModuleList blocks;
  NormalisedConvolution2d lateral;
};
TORCH_MODULE(Fcn2dScale);

/// A fully convolutional network of residual bottlenecks in several scales, the 2D base model.
///
/// Conv 3^2 -> per scale residual bottlenecks, each scale but the first begins with stride 2 -> of every scale
/// BN -> ReLU -> Conv 1^2 to scale_channels, upsampled bilinearly to the image's extents -> concatenate -> BN -> ReLU
/// -> Conv 3^2 to head_channels -> BN -> ReLU -> Conv 1^2 to the classes.
///
/// Shapes: image (N, in_channels, y, x) to logits (N, classes, y, x); y, x multiples of 2^(scales - 1). No auxiliary.
/// Parameters: 4,496,611 with the defaults at three classes; 242,691 with widths {32, 64, 96, 128}, scale_channels 16
/// and head_channels 32. Throws: InvalidArgument for options out of range and for images of other shapes. Source: the
/// FCN of Yang et al., "Suggestive Annotation", MICCAI 2017, as far as it is described: residual bottlenecks with batch
/// norm, feature maps of several scales upsampled and concatenated before the head. Deviates: the number of blocks,
/// pre-activation, and all widths are ours; each scale is narrowed before it is upsampled, which makes the full
/// resolution cheap. Weights start as He's.
struct Fcn2dImpl : torch::nn::Module {
  using options_type = Fcn2dOptions;
  static constexpr std::size_t spatial_dimensions = 2;
  static constexpr bool has_fixed_operations = true;

  explicit Fcn2dImpl(const Fcn2dOptions& options = {}) : options_(options) {
    validate(options_);
    const std::int64_t finest = options_.widths.front();
    stem = register_module(
        "stem", torch::nn::Conv2d(torch::nn::Conv2dOptions(options_.in_channels, finest, 3).padding(1).bias(false)));
    std::int64_t channels = finest;
    for (const std::int64_t width : options_.widths) {
      scales->push_back(Fcn2dScale(options_, channels, width, scales->is_empty() ? 1 : 2));
      channels = width;
    }
    register_module("scales", scales);
    const std::int64_t joined = options_.scale_channels * static_cast<std::int64_t>(options_.widths.size());
    merge = register_module("merge", NormalisedConvolution2d(joined, options_.head_channels, 3));
    norm = register_module("norm", torch::nn::BatchNorm2d(options_.head_channels));
    head = register_module("head",
                           torch::nn::Conv2d(torch::nn::Conv2dOptions(options_.head_channels, options_.classes, 1)));
  }

  SegmentationOutput forward(const torch::Tensor& image) {
    detail::check_image("image", image, options_.in_channels, spatial_dimensions, required_multiple());
    torch::Tensor features = stem(image);
    if (features.device().is_cpu()) // oneDNN's convolutions are faster so, and all that follows keeps the layout
      features = features.contiguous(at::MemoryFormat::ChannelsLast);
    std::vector<torch::Tensor> maps;
    double factor = 1; // between this scale's extents and the image's
    for (const auto& module : *scales) {
      auto& scale = *module->as<Fcn2dScale>();
      features = scale.forward(features);
      maps.push_back(upsampled(scale.lateral(features), factor));
      factor *= 2;
    }
    return {.logits = head(batch_norm(norm, merge(torch::cat(maps, 1))).relu_()), .auxiliary = {}};
  }

  [[nodiscard]] const Fcn2dOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::int64_t required_multiple() const noexcept {
    return std::int64_t{1} << (options_.widths.size() - 1);
  }
  void initialise(const Generator& generator) { initialise_as_he(*this, generator); }

  torch::nn::Conv2d stem{nullptr};
  torch::nn::ModuleList scales;
  NormalisedConvolution2d merge{nullptr};
  torch::nn::BatchNorm2d norm{nullptr};
  torch::nn::Conv2d head{nullptr};

private:
  /// By a factor and not to the image's extents, as TorchScript would record these.
  [[nodiscard]] static torch::Tensor upsampled(const torch::Tensor& map, double factor) {
    if (factor == 1)
      return map;
    return torch::upsample_bilinear2d(map, std::nullopt, false, std::vector<double>{factor, factor});
  }

  Fcn2dOptions options_;
};
TORCH_MODULE(Fcn2d);

static_assert(SegmentationNetwork<Fcn2d>);

} // namespace sparseann
