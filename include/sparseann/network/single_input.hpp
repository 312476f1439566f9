#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sparseann/core/random.hpp"
#include "sparseann/network/network.hpp"
#include "sparseann/network/segmentation_output.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

namespace detail {

/// What both networks of this header have in common: a segmentation network that sees one of a meta-model's inputs.
template <SegmentationNetwork Network> struct SingleInputImpl : torch::nn::Module {
  using options_type = network_options<Network>;
  static constexpr std::size_t spatial_dimensions = Network::Impl::spatial_dimensions;
  static constexpr bool has_fixed_operations = requires { requires bool(Network::Impl::has_fixed_operations); };

  /// `options` say what the data are, `own` what the network reads.
  SingleInputImpl(const options_type& options, const options_type& own)
      : options_(options), network(register_module("network", Network(own))) {}

  [[nodiscard]] const options_type& options() const noexcept { return options_; }
  [[nodiscard]] std::int64_t required_multiple() const { return network->required_multiple(); }
  [[nodiscard]] std::vector<torch::Tensor> slow_parameters() const { return parameter_groups(network).slow; }
  void initialise(const Generator& generator) { network->initialise(generator); }

private:
  options_type options_;

public:
  Network network;
};

} // namespace detail

/// A meta-model that does not read the pseudo-labels: it learns from them alone what the image says, as any network
/// that is trained on pseudo-labels. A baseline of the Y-shaped one.
///
/// Shapes: image (N, channels, spatial...) and average, which is ignored, to logits (N, classes, spatial...).
template <SegmentationNetwork Network> struct ImageOnlyImpl : detail::SingleInputImpl<Network> {
  explicit ImageOnlyImpl(const network_options<Network>& options = {})
      : detail::SingleInputImpl<Network>(options, options) {}

  SegmentationOutput forward(const torch::Tensor& image, const torch::Tensor&) { return this->network->forward(image); }
};

/// A meta-model that does not read the image: it makes of A(.) what it can. A baseline of the Y-shaped one.
///
/// Shapes: image, which is ignored, and average (N, classes, spatial...) to logits (N, classes, spatial...).
template <SegmentationNetwork Network> struct AverageOnlyImpl : detail::SingleInputImpl<Network> {
  explicit AverageOnlyImpl(const network_options<Network>& options = {})
      : detail::SingleInputImpl<Network>(options, reading_average(options)) {}

  SegmentationOutput forward(const torch::Tensor&, const torch::Tensor& average) {
    return this->network->forward(average);
  }

private:
  [[nodiscard]] static network_options<Network> reading_average(network_options<Network> options) {
    options.in_channels = options.classes;
    return options;
  }
};

template <SegmentationNetwork Network> struct ImageOnly : torch::nn::ModuleHolder<ImageOnlyImpl<Network>> {
  using torch::nn::ModuleHolder<ImageOnlyImpl<Network>>::ModuleHolder;
  using Impl = ImageOnlyImpl<Network>;
};

template <SegmentationNetwork Network> struct AverageOnly : torch::nn::ModuleHolder<AverageOnlyImpl<Network>> {
  using torch::nn::ModuleHolder<AverageOnlyImpl<Network>>::ModuleHolder;
  using Impl = AverageOnlyImpl<Network>;
};

} // namespace sparseann
