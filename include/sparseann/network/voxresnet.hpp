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
#include "sparseann/network/normalised_convolution3d.hpp"
#include "sparseann/network/segmentation_output.hpp"

namespace sparseann {

/// Widths and depths of VoxResNet; the defaults are the publication's. `in_channels` and `classes` are the data's.
struct VoxResNetOptions {
  std::int64_t in_channels = 1;
  std::int64_t classes = 3;
  std::int64_t first_channels = 32;
  std::int64_t channels = 64;
  std::int64_t stages = 3;
  std::int64_t modules_per_stage = 2;

  friend void visit(VoxResNetOptions& options, auto&& visitor) {
    visitor(field("first_channels", options.first_channels, "channels at full resolution", at_least(1)));
    visitor(field("channels", options.channels, "channels of the residual modules", at_least(1)));
    visitor(field("stages", options.stages, "resolutions below the image's", between(1, 6)));
    visitor(field("modules_per_stage", options.modules_per_stage, "residual modules of each", at_least(1)));
  }

  friend void check_together(const VoxResNetOptions& options, const std::string& prefix) {
    check_data_shape(options, prefix);
  }
};

/// input + (BN-ReLU-Conv 3^3 -> BN-ReLU-Conv 3^3). Shapes: (N, channels, z, y, x), the same out.
struct VoxResModuleImpl : torch::nn::Module {
  explicit VoxResModuleImpl(std::int64_t channels)
      : first(register_module("first", NormalisedConvolution3d(channels, channels, 3, 1, true))),
        second(register_module("second", NormalisedConvolution3d(channels, channels, 3, 1, true))) {}

  torch::Tensor forward(const torch::Tensor& input) { return input + second(first(input)); }

  NormalisedConvolution3d first;
  NormalisedConvolution3d second;
};
TORCH_MODULE(VoxResModule);

/// Scores from one resolution: a deconvolution (kernel stride + 2) to the image's extents that keeps the channels, a
/// ReLU that ends at 20, and Conv 3^3 to the classes.
struct VoxResScoresImpl : torch::nn::Module {
  VoxResScoresImpl(std::int64_t channels, std::int64_t classes, std::int64_t stride)
      : upsampling(register_module(
            "upsampling",
            torch::nn::ConvTranspose3d(
                torch::nn::ConvTranspose3dOptions(channels, channels, stride + 2).stride(stride).padding(1)))),
        convolution(register_module("convolution",
                                    torch::nn::Conv3d(torch::nn::Conv3dOptions(channels, classes, 3).padding(1)))) {}

  torch::Tensor forward(const torch::Tensor& features) {
    return convolution(upsampling(features).clamp_(0, largest_activation));
  }

  static constexpr double largest_activation = 20;

  torch::nn::ConvTranspose3d upsampling;
  torch::nn::Conv3d convolution;
};
TORCH_MODULE(VoxResScores);

/// VoxResNet, a baseline: a residual network over volumes whose resolutions each give scores, which are added up.
///
/// Conv 3^3 to first_channels -> BN-ReLU-Conv 3^3 -> stages of BN-ReLU-Conv 3^3 with stride 2 to `channels` and
/// residual modules. Scores come from the full resolution and from the end of each stage.
///
/// Shapes: image (N, in_channels, z, y, x) to logits and stages + 1 auxiliaries (N, classes, z, y, x); z, y, x
/// multiples of 2^stages. Parameters with the defaults: 1,633,120 without batch norms and scores. Throws:
/// InvalidArgument for options out of range and for images of other shapes. Source: Chen et al., "VoxResNet",
/// NeuroImage 2018 (arXiv 1608.05895); kernels, deconvolutions and one loss of weight 1 per resolution as in
/// Ryo-Ito/brain_segmentation at ea32a6d. Deviates: weights start as He's. Another port has kernels of 1 x 3 x 3 in
/// places and weights of the resolutions' losses that decay.
struct VoxResNetImpl : torch::nn::Module {
  using options_type = VoxResNetOptions;
  static constexpr std::size_t spatial_dimensions = 3;
  static constexpr bool has_fixed_operations = true;

  explicit VoxResNetImpl(const VoxResNetOptions& options = {}) : options_(options) {
    validate(options_);
    stem = register_module(
        "stem",
        torch::nn::Conv3d(torch::nn::Conv3dOptions(options_.in_channels, options_.first_channels, 3).padding(1)));
    full =
        register_module("full", NormalisedConvolution3d(options_.first_channels, options_.first_channels, 3, 1, true));
    scores->push_back(VoxResScores(options_.first_channels, options_.classes, 1));
    std::int64_t channels = options_.first_channels;
    for (std::int64_t stage = 0; stage < options_.stages; ++stage) {
      torch::nn::Sequential layers(NormalisedConvolution3d(channels, options_.channels, 3, 2, true));
      for (std::int64_t i = 0; i < options_.modules_per_stage; ++i)
        layers->push_back(VoxResModule(options_.channels));
      stages->push_back(layers);
      scores->push_back(VoxResScores(options_.channels, options_.classes, std::int64_t{2} << stage));
      channels = options_.channels;
    }
    register_module("stages", stages);
    register_module("scores", scores);
  }

  SegmentationOutput forward(const torch::Tensor& image) {
    detail::check_image("image", image, options_.in_channels, spatial_dimensions, required_multiple());
    torch::Tensor features = full(stem(image));
    SegmentationOutput output;
    output.auxiliary.push_back(scores[0]->as<VoxResScores>()->forward(features));
    for (std::size_t stage = 0; stage < stages->size(); ++stage) {
      features = stages[stage]->as<torch::nn::Sequential>()->forward(features);
      output.auxiliary.push_back(scores[stage + 1]->as<VoxResScores>()->forward(features));
    }
    output.logits = output.auxiliary.front();
    for (std::size_t i = 1; i < output.auxiliary.size(); ++i)
      output.logits = output.logits + output.auxiliary[i];
    return output;
  }

  [[nodiscard]] const VoxResNetOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::int64_t required_multiple() const noexcept { return std::int64_t{1} << options_.stages; }
  void initialise(const Generator& generator) { initialise_as_he(*this, generator); }

  torch::nn::Conv3d stem{nullptr};
  NormalisedConvolution3d full{nullptr};
  torch::nn::ModuleList stages;
  torch::nn::ModuleList scores;

private:
  VoxResNetOptions options_;
};
TORCH_MODULE(VoxResNet);

static_assert(SegmentationNetwork<VoxResNet>);

} // namespace sparseann
