#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/network/dense_stages.hpp"
#include "sparseann/network/densevoxnet.hpp"
#include "sparseann/network/image_check.hpp"
#include "sparseann/network/network.hpp"
#include "sparseann/network/segmentation_output.hpp"
#include "sparseann/tensor/tensor.hpp"

namespace sparseann {

/// DenseVoxNet's widths and depths, and the depth of the second branch; the defaults are full width.
struct YDenseVoxNetOptions {
  DenseVoxNetOptions densevoxnet;
  std::int64_t pseudo_label_layers = 5;

  friend void visit(YDenseVoxNetOptions& options, auto&& visitor) {
    visitor(field("densevoxnet", options.densevoxnet, "the image branch and what follows the fusion"));
    visitor(field("pseudo_label_layers", options.pseudo_label_layers, "dense layers of the pseudo-label branch",
                  at_least(1)));
  }
};

/// The Y-shaped DenseVoxNet, the meta-model: an image branch and a pseudo-label branch, each the first half of
/// DenseVoxNet; then concatenate -> BN -> ReLU -> Conv 1^3 to the image branch's channels -> DenseVoxNet's second half.
///
/// Shapes: image (N, in_channels, z, y, x) and average (N, classes, z, y, x), A(.) of the pseudo-label sets, to logits
/// and auxiliary (N, classes, z, y, x); z, y, x multiples of 4. With the defaults: 160 and 76 channels are fused to
/// 160. Parameters: 4,449,971 at one channel and three classes, and 675 more in the auxiliary head. Throws:
/// InvalidArgument for options out of range and for inputs of other shapes. Source: Zheng et al., "A New Ensemble
/// Learning Framework for 3D Biomedical Image Segmentation", AAAI 2019. Deviates: dropout after the fusion is
/// DenseVoxNet's, the source does not say; 5 layers follow from 76 channels.
struct YDenseVoxNetImpl : torch::nn::Module {
  using options_type = YDenseVoxNetOptions;
  static constexpr std::size_t spatial_dimensions = 3;
  static constexpr bool has_fixed_operations = true;
  static constexpr std::int64_t stride = 4;

  explicit YDenseVoxNetImpl(const YDenseVoxNetOptions& options = {})
      : options_(validated(options)),
        image_branch(register_module(
            "image_branch", DenseEncoder(detail::encoder_widths(options_.densevoxnet), options_.densevoxnet.dropout))),
        pseudo_label_branch(register_module("pseudo_label_branch",
                                            DenseEncoder(pseudo_label_widths(options_), options_.densevoxnet.dropout))),
        fusion(register_module("fusion",
                               NormalisedConvolution3d(image_branch->out_channels + pseudo_label_branch->out_channels,
                                                       image_branch->out_channels, 1))),
        trunk(
            register_module("trunk", DenseTrunk(detail::trunk_widths(options_.densevoxnet, image_branch->out_channels),
                                                options_.densevoxnet.dropout))) {}

  SegmentationOutput forward(const torch::Tensor& image, const torch::Tensor& average) {
    detail::check_image("image", image, options_.densevoxnet.in_channels, spatial_dimensions, stride);
    detail::check_image("average", average, options_.densevoxnet.classes, spatial_dimensions, stride);
    if (image.size(0) != average.size(0) || image.sizes().slice(2) != average.sizes().slice(2))
      throw InvalidArgument("average", fmt::format("the samples and extents of the image {}", shape_text(image)),
                            shape_text(average));
    return trunk(fusion(torch::cat({image_branch(image), pseudo_label_branch(average)}, 1)));
  }

  [[nodiscard]] const YDenseVoxNetOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::int64_t required_multiple() const noexcept { return stride; }
  /// The auxiliary upsampling; see parameter_groups.
  [[nodiscard]] std::vector<torch::Tensor> slow_parameters() const { return trunk->slow_parameters(); }
  void initialise(const Generator& generator) {
    sparseann::initialise(*this, options_.densevoxnet.initialisation, options_.densevoxnet.gaussian_standard_deviation,
                          generator);
  }

private:
  [[nodiscard]] static DenseEncoderWidths pseudo_label_widths(const YDenseVoxNetOptions& options) {
    return {.in_channels = options.densevoxnet.classes,
            .stem_channels = options.densevoxnet.stem_channels,
            .layers = options.pseudo_label_layers,
            .growth = options.densevoxnet.growth};
  }

  YDenseVoxNetOptions options_;

public:
  DenseEncoder image_branch;
  DenseEncoder pseudo_label_branch;
  NormalisedConvolution3d fusion;
  DenseTrunk trunk;
};
TORCH_MODULE(YDenseVoxNet);

static_assert(MetaNetwork<YDenseVoxNet>);

} // namespace sparseann
