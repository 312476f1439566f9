#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sparseann/core/options.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/network/batch_norm.hpp"
#include "sparseann/network/data_shape.hpp"
#include "sparseann/network/image_check.hpp"
#include "sparseann/network/initialisation.hpp"
#include "sparseann/network/network.hpp"
#include "sparseann/network/segmentation_output.hpp"
#include "sparseann/tensor/reflection.hpp"

namespace sparseann {

/// Widths and depth of Unet3d; the defaults are the publication's. `in_channels` and `classes` are the data's.
struct Unet3dOptions {
  std::int64_t in_channels = 1;
  std::int64_t classes = 3;
  std::int64_t first_channels = 32;
  std::int64_t levels = 4;
  bool valid_convolutions = true;

  friend void visit(Unet3dOptions& options, auto&& visitor) {
    visitor(field("first_channels", options.first_channels, "channels of the first convolution", at_least(1)));
    visitor(field("levels", options.levels, "resolutions", between(1, 8)));
    visitor(field("valid_convolutions", options.valid_convolutions,
                  "convolutions read a reflected margin, as published, instead of zeros"));
  }

  friend void check_together(const Unet3dOptions& options, const std::string& prefix) {
    check_data_shape(options, prefix);
  }
};

/// (Conv 3^3 -> BN -> ReLU) twice. Shapes: (N, in_channels, z, y, x) to (N, out_channels, z, y, x), each extent less 4
/// where convolutions are valid.
struct DoubleConvolutionImpl : torch::nn::Module {
  DoubleConvolutionImpl(std::int64_t in_channels, std::int64_t inner_channels, std::int64_t out_channels, bool valid)
      : first(register_module("first", convolution(in_channels, inner_channels, valid))),
        first_norm(register_module("first_norm", torch::nn::BatchNorm3d(inner_channels))),
        second(register_module("second", convolution(inner_channels, out_channels, valid))),
        second_norm(register_module("second_norm", torch::nn::BatchNorm3d(out_channels))) {}

  torch::Tensor forward(const torch::Tensor& input) {
    const torch::Tensor inner = batch_norm(first_norm, first(input)).relu_();
    return batch_norm(second_norm, second(inner)).relu_();
  }

  torch::nn::Conv3d first;
  torch::nn::BatchNorm3d first_norm;
  torch::nn::Conv3d second;
  torch::nn::BatchNorm3d second_norm;

private:
  [[nodiscard]] static torch::nn::Conv3d convolution(std::int64_t in_channels, std::int64_t out_channels, bool valid) {
    return torch::nn::Conv3d(torch::nn::Conv3dOptions(in_channels, out_channels, 3).padding(valid ? 0 : 1));
  }
};
TORCH_MODULE(DoubleConvolution);

/// The 3D U-Net, a baseline.
///
/// Per level two 3^3 convolutions, the second doubling the channels, max pooling by 2 between levels; upwards a
/// deconvolution (kernel 2, stride 2, no bias) that keeps the channels, concatenated with the (cropped) features of its
/// level, and two 3^3 convolutions; last a 1^3 convolution to the classes.
///
/// Shapes: image (N, in_channels, z, y, x) to logits (N, classes, z, y, x); z, y, x multiples of 2^(levels - 1); no
/// auxiliary. With valid convolutions the image gets a reflected margin of 46 voxels on each side (4 levels), which
/// they take away: a patch of 40 x 40 x 24 costs what the publication's of 132 x 132 x 116 does. Parameters: with 3
/// input channels and 3 classes 19,069,955 without the batch norms' 4,672 (19,068,227 at one channel). Throws:
/// InvalidArgument for options out of range and for images of other shapes. Source: Cicek et al., "3D U-Net", MICCAI
/// 2016; batch norm before each ReLU and no bias of the deconvolutions as in its released form. Deviates: weights start
/// as He's.
struct Unet3dImpl : torch::nn::Module {
  using options_type = Unet3dOptions;
  static constexpr std::size_t spatial_dimensions = 3;
  static constexpr bool has_fixed_operations = true;

  explicit Unet3dImpl(const Unet3dOptions& options = {}) : options_(options) {
    validate(options_);
    const bool valid = options_.valid_convolutions;
    std::int64_t channels = options_.in_channels;
    for (std::int64_t level = 0; level < options_.levels; ++level) {
      const std::int64_t width = options_.first_channels << level;
      down->push_back(DoubleConvolution(level == 0 ? channels : width, width, 2 * width, valid));
      channels = 2 * width;
    }
    for (std::int64_t level = options_.levels - 1; level > 0; --level) {
      const std::int64_t width = options_.first_channels << level; // of the features that skip
      up->push_back(
          torch::nn::ConvTranspose3d(torch::nn::ConvTranspose3dOptions(channels, channels, 2).stride(2).bias(false)));
      joined->push_back(DoubleConvolution(channels + width, width, width, valid));
      channels = width;
    }
    register_module("down", down);
    register_module("up", up);
    register_module("joined", joined);
    head = register_module("head", torch::nn::Conv3d(torch::nn::Conv3dOptions(channels, options_.classes, 1)));
  }

  SegmentationOutput forward(const torch::Tensor& image) {
    detail::check_image("image", image, options_.in_channels, spatial_dimensions, required_multiple());
    torch::Tensor features = options_.valid_convolutions ? reflected_margin(image, margin(), margin()) : image;
    std::vector<torch::Tensor> skipped;
    for (std::size_t level = 0; level < down->size(); ++level) {
      features = down[level]->as<DoubleConvolution>()->forward(level == 0 ? features : torch::max_pool3d(features, 2));
      skipped.push_back(features);
    }
    skipped.pop_back();
    for (std::size_t i = 0; i < up->size(); ++i) {
      features = up[i]->as<torch::nn::ConvTranspose3d>()->forward(features);
      features = joined[i]->as<DoubleConvolution>()->forward(
          torch::cat({middle_of(skipped[skipped.size() - 1 - i], features), features}, 1));
    }
    return {.logits = head(middle_of(features, image)), .auxiliary = {}};
  }

  [[nodiscard]] const Unet3dOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::int64_t required_multiple() const noexcept { return std::int64_t{1} << (options_.levels - 1); }
  void initialise(const Generator& generator) { initialise_as_he(*this, generator); }

  torch::nn::ModuleList down;
  torch::nn::ModuleList up;
  torch::nn::ModuleList joined;
  torch::nn::Conv3d head{nullptr};

private:
  /// Voxels on each side of the image that valid convolutions need: what they take, 4 per level downwards and 4
  /// upwards, of that level's size, and as many more as make every pooled extent even.
  [[nodiscard]] std::int64_t margin() const noexcept {
    std::int64_t taken = 0;
    for (std::int64_t level = 0; level < options_.levels; ++level)
      taken += (level + 1 < options_.levels ? 8 : 4) << level; // the coarsest is passed once
    const std::int64_t multiple = required_multiple();
    const std::int64_t whole = 4 * (multiple - 1); // what an extent that is pooled without a rest has beyond a multiple
    return (taken + ((whole - taken) % multiple + multiple) % multiple) / 2;
  }

  /// The middle of `features` with the spatial extents of `like`.
  [[nodiscard]] static torch::Tensor middle_of(torch::Tensor features, const torch::Tensor& like) {
    for (std::int64_t axis = 2; axis < features.dim(); ++axis)
      features = features.narrow(axis, (features.size(axis) - like.size(axis)) / 2, like.size(axis));
    return features;
  }

  Unet3dOptions options_;
};
TORCH_MODULE(Unet3d);

static_assert(SegmentationNetwork<Unet3d>);

} // namespace sparseann
