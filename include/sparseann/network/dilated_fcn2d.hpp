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

/// Widths and dilations of DilatedFcn2d; the defaults are the publication's. `in_channels` and `classes` are the
/// data's.
struct DilatedFcn2dOptions {
  std::int64_t in_channels = 1;
  std::int64_t classes = 3;
  std::int64_t channels = 32;
  std::vector<std::int64_t> dilations{1, 1, 2, 4, 8, 16, 32, 1};
  std::int64_t last_channels = 192;

  friend void visit(DilatedFcn2dOptions& options, auto&& visitor) {
    visitor(field("channels", options.channels, "channels of the 3 x 3 convolutions", at_least(1)));
    visitor(field("dilations", options.dilations, "dilation of each 3 x 3 convolution", between(1, 256)));
    visitor(field("last_channels", options.last_channels, "channels of the first 1 x 1 convolution", at_least(1)));
  }

  friend void check_together(const DilatedFcn2dOptions& options, const std::string& prefix) {
    check_data_shape(options, prefix);
    if (options.dilations.empty())
      throw InvalidArgument(field_name(prefix, "dilations"), "at least one", "none");
  }
};

/// A 2D network of dilated convolutions without pooling, a baseline: its label of a voxel is the mean over the three
/// planes' probabilities of this one network.
///
/// Conv 3^2 of each dilation -> ELU -> BN, then Conv 1^2 -> ELU -> BN, then Conv 1^2 to the classes; the image gets a
/// reflected margin, which the valid convolutions take away again.
///
/// Shapes: image (N, in_channels, y, x) to logits (N, classes, y, x), of any extents; no auxiliary. Receptive field 131
/// x 131 with the defaults. Parameters: 71,971 at one channel and three classes, and 896 of the batch norms. Throws:
/// InvalidArgument for options out of range and for images of other shapes. Source: Wolterink et al., "Dilated
/// Convolutional Neural Networks for Cardiovascular MR Segmentation in Congenital Heart Disease", 2017 (arXiv
/// 1704.03669). ELU and batch norm after every hidden layer are as in a port of it. Deviates: weights start as He's.
struct DilatedFcn2dImpl : torch::nn::Module {
  using options_type = DilatedFcn2dOptions;
  static constexpr std::size_t spatial_dimensions = 2;
  static constexpr bool has_fixed_operations = true;

  explicit DilatedFcn2dImpl(const DilatedFcn2dOptions& options = {}) : options_(options) {
    validate(options_);
    std::int64_t channels = options_.in_channels;
    const auto add = [&](std::int64_t out_channels, std::int64_t kernel, std::int64_t dilation) {
      convolutions->push_back(
          torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, out_channels, kernel).dilation(dilation)));
      norms->push_back(torch::nn::BatchNorm2d(out_channels));
      channels = out_channels;
    };
    for (const std::int64_t dilation : options_.dilations) {
      add(options_.channels, 3, dilation);
      margin_ += dilation;
    }
    add(options_.last_channels, 1, 1);
    register_module("convolutions", convolutions);
    register_module("norms", norms);
    head = register_module("head", torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, options_.classes, 1)));
  }

  SegmentationOutput forward(const torch::Tensor& image) {
    detail::check_image("image", image, options_.in_channels, spatial_dimensions, required_multiple());
    torch::Tensor features = reflected_margin(image, margin_, margin_);
    for (std::size_t i = 0; i < convolutions->size(); ++i) {
      features = torch::elu(convolutions[i]->as<torch::nn::Conv2d>()->forward(features));
      auto* const norm = norms[i]->as<torch::nn::BatchNorm2d>();
      features = batch_norm(norm, features);
    }
    return {.logits = head(features), .auxiliary = {}};
  }

  [[nodiscard]] const DilatedFcn2dOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::int64_t required_multiple() const noexcept { return 1; }
  void initialise(const Generator& generator) { initialise_as_he(*this, generator); }

  torch::nn::ModuleList convolutions;
  torch::nn::ModuleList norms;
  torch::nn::Conv2d head{nullptr};

private:
  DilatedFcn2dOptions options_;
  std::int64_t margin_ = 0;
};
TORCH_MODULE(DilatedFcn2d);

static_assert(SegmentationNetwork<DilatedFcn2d>);

} // namespace sparseann
