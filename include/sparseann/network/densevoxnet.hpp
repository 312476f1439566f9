#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/network/data_shape.hpp"
#include "sparseann/network/dense_stages.hpp"
#include "sparseann/network/image_check.hpp"
#include "sparseann/network/initialisation.hpp"
#include "sparseann/network/network.hpp"
#include "sparseann/network/segmentation_output.hpp"

namespace sparseann {

/// Widths and depths of DenseVoxNet; the defaults are the released network's. `in_channels` and `classes` are the
/// data's, see set_data_shape.
struct DenseVoxNetOptions {
  std::int64_t in_channels = 1;
  std::int64_t classes = 3;
  std::int64_t stem_channels = 16;
  std::int64_t growth = 12;
  std::vector<std::int64_t> layers{12, 12};
  std::vector<std::int64_t> decoder_channels{128, 64};
  double dropout = 0.2;
  bool auxiliary_head = true;
  Initialisation initialisation = Initialisation::gaussian;
  double gaussian_standard_deviation = 0.01;

  friend void visit(DenseVoxNetOptions& options, auto&& visitor) {
    visitor(field("stem_channels", options.stem_channels, "channels of the first convolution", at_least(1)));
    visitor(field("growth", options.growth, "channels that a layer of a dense block adds", at_least(1)));
    visitor(field("layers", options.layers, "layers of the two dense blocks", at_least(1)));
    visitor(field("decoder_channels", options.decoder_channels, "channels of the two deconvolutions", at_least(1)));
    visitor(field("dropout", options.dropout, "share of activations dropped in training", between(0, 0.99)));
    visitor(field("auxiliary_head", options.auxiliary_head, "deep supervision from the first dense block"));
    visitor(field("initialisation", options.initialisation, "distribution of the first weights"));
    visitor(field("gaussian_standard_deviation", options.gaussian_standard_deviation,
                  "of the first weights where initialisation is gaussian", above(0)));
  }

  friend void check_together(const DenseVoxNetOptions& options, const std::string& prefix) {
    check_data_shape(options, prefix);
    const auto check_two = [&](std::string_view name, const std::vector<std::int64_t>& values) {
      if (values.size() != 2)
        throw InvalidArgument(field_name(prefix, name), "two numbers", fmt::format("[{}]", fmt::join(values, ", ")));
    };
    check_two("layers", options.layers);
    check_two("decoder_channels", options.decoder_channels);
  }
};

namespace detail {
[[nodiscard]] inline DenseTrunkWidths trunk_widths(const DenseVoxNetOptions& options, std::int64_t in_channels) {
  return {.in_channels = in_channels,
          .layers = options.layers.at(1),
          .growth = options.growth,
          .decoder_channels = {options.decoder_channels.at(0), options.decoder_channels.at(1)},
          .classes = options.classes,
          .auxiliary_head = options.auxiliary_head};
}

[[nodiscard]] inline DenseEncoderWidths encoder_widths(const DenseVoxNetOptions& options) {
  return {.in_channels = options.in_channels,
          .stem_channels = options.stem_channels,
          .layers = options.layers.at(0),
          .growth = options.growth};
}
} // namespace detail

/// DenseVoxNet, the 3D base model.
///
/// Shapes: image (N, in_channels, z, y, x) to logits and auxiliary (N, classes, z, y, x); z, y, x multiples of 4. With
/// the defaults: stem 16 and dense block 160 channels at half the extents, dense block 304 at a quarter, deconvolutions
/// 128 and 64. Parameters: 4,339,315 at one channel and three classes, and 675 more in the auxiliary head. Networks
/// with stem 16, growth 8, layers {4, 4} and decoder {32, 16} have 282,835 and 339. Throws: InvalidArgument for options
/// out of range and for images of other shapes. Source: Yu et al., "Automatic 3D Cardiovascular MR Segmentation with
/// Densely-Connected Volumetric ConvNets", MICCAI 2017, layer by layer as the authors released it (the
/// publication's 1.8 M parameters do not fit that release). Deviates: the auxiliary head's deconvolution starts as
/// trilinear interpolation.
struct DenseVoxNetImpl : torch::nn::Module {
  using options_type = DenseVoxNetOptions;
  static constexpr std::size_t spatial_dimensions = 3;
  static constexpr bool has_fixed_operations = true;
  static constexpr std::int64_t stride = 4;

  explicit DenseVoxNetImpl(const DenseVoxNetOptions& options = {})
      : options_(validated(options)),
        encoder(register_module("encoder", DenseEncoder(detail::encoder_widths(options_), options_.dropout))),
        trunk(register_module("trunk",
                              DenseTrunk(detail::trunk_widths(options_, encoder->out_channels), options_.dropout))) {}

  SegmentationOutput forward(const torch::Tensor& image) {
    detail::check_image("image", image, options_.in_channels, spatial_dimensions, stride);
    return trunk(encoder(image));
  }

  [[nodiscard]] const DenseVoxNetOptions& options() const noexcept { return options_; }
  [[nodiscard]] std::int64_t required_multiple() const noexcept { return stride; }
  /// The auxiliary upsampling, which the released network trains at a tenth of the rate; see parameter_groups.
  [[nodiscard]] std::vector<torch::Tensor> slow_parameters() const { return trunk->slow_parameters(); }
  void initialise(const Generator& generator) {
    sparseann::initialise(*this, options_.initialisation, options_.gaussian_standard_deviation, generator);
  }

private:
  DenseVoxNetOptions options_;

public:
  DenseEncoder encoder;
  DenseTrunk trunk;
};
TORCH_MODULE(DenseVoxNet);

static_assert(SegmentationNetwork<DenseVoxNet>);

} // namespace sparseann
