#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sparseann/core/options.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/network/segmentation_output.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// A LibTorch module holder (TORCH_MODULE) whose module is made from options and starts from a generator:
///
///     struct MyNetworkImpl : torch::nn::Module {
///       using options_type = MyNetworkOptions;              // models Options
///       static constexpr std::size_t spatial_dimensions = 3;
///       explicit MyNetworkImpl(const MyNetworkOptions&);
///       const MyNetworkOptions& options() const;
///       std::int64_t required_multiple() const;             // spatial extents must be multiples of it
///       void initialise(const Generator&);                  // draws every weight, deterministically
///     };
template <class N>
concept NetworkModule =
    std::derived_from<N, torch::nn::ModuleHolder<typename N::Impl>> &&
    std::derived_from<typename N::Impl, torch::nn::Module> && Options<typename N::Impl::options_type> &&
    std::constructible_from<N, const typename N::Impl::options_type&> &&
    requires(typename N::Impl& module, const typename N::Impl& constant, const Generator& generator) {
      { N::Impl::spatial_dimensions } -> std::convertible_to<std::size_t>;
      { constant.options() } -> std::same_as<const typename N::Impl::options_type&>;
      { constant.required_multiple() } -> std::same_as<std::int64_t>;
      { module.initialise(generator) } -> std::same_as<void>;
    };

/// A network that segments an image, what trainers of base models need.
///
/// Shapes: image (N, channels, spatial...) to logits (N, classes, spatial...), the same extents.
template <class N>
concept SegmentationNetwork = NetworkModule<N> && requires(typename N::Impl& module, const torch::Tensor& image) {
  { module.forward(image) } -> std::same_as<SegmentationOutput>;
};

/// A network that segments an image with the average A(.) of pseudo-labels as its second input, a meta-model.
///
/// Shapes: image (N, channels, spatial...) and average (N, classes, spatial...) to logits (N, classes, spatial...).
template <class N>
concept MetaNetwork =
    NetworkModule<N> && requires(typename N::Impl& module, const torch::Tensor& image, const torch::Tensor& average) {
      { module.forward(image, average) } -> std::same_as<SegmentationOutput>;
    };

/// The options of a network.
template <NetworkModule N> using network_options = typename N::Impl::options_type;

/// What the spatial extents of a network with these options must be multiples of. Cost: makes one.
template <NetworkModule N> [[nodiscard]] std::size_t required_multiple(const network_options<N>& options) {
  return static_cast<std::size_t>(N(options)->required_multiple());
}

/// A network with weights drawn from `generator`.
template <NetworkModule N> [[nodiscard]] N make_network(const network_options<N>& options, const Generator& generator) {
  N network(options);
  network->initialise(generator);
  return network;
}

/// A network's parameters by learning rate: `slow` ones have slow_learning_rate_factor times that of the others.
struct ParameterGroups {
  std::vector<torch::Tensor> regular;
  std::vector<torch::Tensor> slow;
};
inline constexpr double slow_learning_rate_factor = 0.1;

/// The parameters of `network`; slow are those that it lists in `slow_parameters()`, none where it has no such member.
template <NetworkModule N> [[nodiscard]] ParameterGroups parameter_groups(const N& network) {
  if constexpr (requires { network->slow_parameters(); }) {
    ParameterGroups groups{.regular = {}, .slow = network->slow_parameters()};
    for (const torch::Tensor& parameter : network->parameters())
      if (std::ranges::none_of(groups.slow, [&](const torch::Tensor& slow) { return slow.is_same(parameter); }))
        groups.regular.push_back(parameter);
    return groups;
  } else {
    return {.regular = network->parameters(), .slow = {}};
  }
}

} // namespace sparseann
