#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/network/data_shape.hpp"
#include "sparseann/network/image_check.hpp"
#include "sparseann/network/initialisation.hpp"
#include "sparseann/network/network.hpp"
#include "sparseann/network/segmentation_output.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// Widths and depths of M2Fcn; the defaults are the publication's. `in_channels` and `classes` are the data's.
struct M2FcnOptions {
  std::int64_t in_channels = 1;
  std::int64_t classes = 2;
  std::vector<std::int64_t> channels{64, 128, 256, 512, 512};
  std::vector<std::int64_t> convolutions{2, 2, 3, 3, 3};
  std::int64_t stages = 3;

  friend void visit(M2FcnOptions& options, auto&& visitor) {
    visitor(field("channels", options.channels, "channels at each scale", at_least(1)));
    visitor(field("convolutions", options.convolutions, "convolutions at each scale", at_least(1)));
    visitor(field("stages", options.stages, "networks one after the other", between(1, 16)));
  }

  friend void check_together(const M2FcnOptions& options, const std::string& prefix) {
    check_data_shape(options, prefix);
    if (options.channels.empty() || options.channels.size() > 16)
      throw InvalidArgument(field_name(prefix, "channels"), "1 to 16 scales",
                            fmt::format("{}", options.channels.size()));
    if (options.convolutions.size() != options.channels.size())
      throw InvalidArgument(field_name(prefix, "convolutions"),
                            fmt::format("{} numbers, one per scale as in channels", options.channels.size()),
                            fmt::format("{}", options.convolutions.size()));
  }
};

namespace detail {

/// A convolution 1 x 1 over several maps of `classes` channels each.
[[nodiscard]] inline torch::nn::Conv2d fusion_of_maps(std::int64_t maps, std::int64_t classes) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(maps * classes, classes, 1));
}

/// The mean over the maps, class by class.
inline void initialise_as_mean(torch::nn::Conv2d& fusion) {
  const torch::NoGradGuard no_gradient;
  const std::int64_t classes = fusion->weight.size(0);
  const std::int64_t maps = fusion->weight.size(1) / classes;
  fusion->weight.copy_(torch::eye(classes).repeat({1, maps}).div_(static_cast<double>(maps)).unsqueeze(2).unsqueeze(3));
  fusion->bias.zero_();
}

} // namespace detail

/// One stage of M2Fcn: convolutions at scales that halve, a side output of each, and their fusion. Shapes: (N, C, y, x)
/// to maps (N, classes, y, x), one per scale and, last, the fused one.
struct M2FcnStageImpl : torch::nn::Module {
  M2FcnStageImpl(std::int64_t in_channels, std::int64_t maps, const M2FcnOptions& options)
      : fusion(detail::fusion_of_maps(static_cast<std::int64_t>(options.channels.size()), maps)) {
    for (std::size_t scale = 0; scale < options.channels.size(); ++scale) {
      torch::nn::Sequential layers;
      for (std::int64_t i = 0; i < options.convolutions[scale]; ++i) {
        layers->push_back(
            torch::nn::Conv2d(torch::nn::Conv2dOptions(in_channels, options.channels[scale], 3).padding(1)));
        layers->push_back(torch::nn::ReLU());
        in_channels = options.channels[scale];
      }
      scales->push_back(layers);
      sides->push_back(torch::nn::Conv2d(torch::nn::Conv2dOptions(in_channels, maps, 1)));
    }
    register_module("scales", scales);
    register_module("sides", sides);
    register_module("fusion", fusion);
  }

  std::vector<torch::Tensor> forward(const torch::Tensor& input) {
    namespace F = torch::nn::functional;
    const std::vector<std::int64_t> extents{input.size(2), input.size(3)};
    std::vector<torch::Tensor> maps;
    torch::Tensor features = input;
    for (std::size_t scale = 0; scale < scales->size(); ++scale) {
      if (scale > 0)
        features = torch::max_pool2d(features, 2);
      features = scales[scale]->as<torch::nn::Sequential>()->forward(features);
      const torch::Tensor side = sides[scale]->as<torch::nn::Conv2d>()->forward(features);
      maps.push_back(
          F::interpolate(side, F::InterpolateFuncOptions().size(extents).mode(torch::kBilinear).align_corners(false)));
    }
    maps.push_back(fusion(torch::cat(maps, 1)));
    return maps;
  }

  torch::nn::ModuleList scales;
  torch::nn::ModuleList sides;
  torch::nn::Conv2d fusion;
};
TORCH_MODULE(M2FcnStage);

/// A boundary detector of several stages, a baseline: each is VGG-16's convolutions with a side output at every scale,
/// and reads the image and, but for the first, what the stage before has made of it.
///
/// A side output is a convolution 1^2, magnified bilinearly to the image's extents; the fused one a convolution 1^2
/// over them; the result a convolution 1^2 over the stages' fused ones. Logits are of the classes but the background,
/// whose logit is 0: with two classes a sigmoid.
///
/// Shapes: image (N, in_channels, y, x) to logits (N, classes, y, x), extents multiples of 16; auxiliary: all side
/// outputs and fused ones, 18. Parameters: 44,155,429 at three channels and two classes. Throws: InvalidArgument for
/// options out of range and for images of other shapes. Source: Shen et al., "Multi-stage Multi-recursive-input Fully
/// Convolutional Networks for Neuronal Boundary Detection", ICCV 2017, as its authors released it (BinWang-shu/M2FCN at
/// ece2572). Deviates: weights start as He's instead of ImageNet's and fusions as means; all stages are trained at
/// once, at one rate, instead of one after the other; the first convolution's margin is 1 instead of 35, which its
/// deconvolutions cut off again; the loss is the training's, whose classes need not be balanced and whose weight of
/// auxiliary losses is 1 in the publication.
struct M2FcnImpl : torch::nn::Module {
  using options_type = M2FcnOptions;
  static constexpr std::size_t spatial_dimensions = 2;
  static constexpr bool has_fixed_operations = true;

  explicit M2FcnImpl(const M2FcnOptions& options = {})
      : options_(validated(options)), fusion(detail::fusion_of_maps(options_.stages, options_.classes - 1)) {
    const std::int64_t maps = options_.classes - 1;
    const std::int64_t of_a_stage = (static_cast<std::int64_t>(options_.channels.size()) + 1) * maps;
    for (std::int64_t stage = 0; stage < options_.stages; ++stage)
      stages->push_back(M2FcnStage(options_.in_channels + (stage > 0 ? of_a_stage : 0), maps, options_));
    register_module("stages", stages);
    register_module("fusion", fusion);
  }

  SegmentationOutput forward(const torch::Tensor& image) {
    detail::check_image("image", image, options_.in_channels, spatial_dimensions, required_multiple());
    SegmentationOutput output;
    std::vector<torch::Tensor> fused;
    torch::Tensor input = image;
    for (std::size_t stage = 0; stage < stages->size(); ++stage) {
      std::vector<torch::Tensor> maps = stages[stage]->as<M2FcnStage>()->forward(input);
      for (const torch::Tensor& map : maps)
        output.auxiliary.push_back(with_background(map));
      fused.push_back(maps.back());
      maps.push_back(image);
      input = torch::cat(maps, 1);
    }
    output.logits = with_background(fusion(torch::cat(fused, 1)));
    return output;
  }

  [[nodiscard]] const M2FcnOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::int64_t required_multiple() const noexcept {
    return std::int64_t{1} << (options_.channels.size() - 1);
  }
  void initialise(const Generator& generator) {
    initialise_as_he(*this, generator);
    detail::initialise_as_mean(fusion);
    for (std::size_t stage = 0; stage < stages->size(); ++stage)
      detail::initialise_as_mean(stages[stage]->as<M2FcnStage>()->fusion);
  }

private:
  /// A logit of 0 for the background before those of the other classes.
  [[nodiscard]] static torch::Tensor with_background(const torch::Tensor& map) {
    return torch::cat({torch::zeros_like(map.narrow(1, 0, 1)), map}, 1);
  }

  M2FcnOptions options_;

public:
  torch::nn::ModuleList stages;
  torch::nn::Conv2d fusion;
};
TORCH_MODULE(M2Fcn);

static_assert(SegmentationNetwork<M2Fcn>);

} // namespace sparseann
