#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sparseann/network/network.hpp"
#include "sparseann/tensor/torch.hpp"
#include "sparseann/tensor/traced_module.hpp"

namespace sparseann {

/// A network as TorchScript, with an input and the output that the network itself gives for it.
struct ScriptedNetwork {
  torch::jit::Module module;
  std::vector<std::string> names; ///< of the inputs
  std::vector<torch::Tensor> inputs;
  torch::Tensor logits;
};

namespace detail {

/// Two samples of random numbers, in extents that the network takes and that differ from the recorded ones.
[[nodiscard]] inline torch::Tensor example_input(std::int64_t channels, std::size_t dimensions, std::int64_t multiple,
                                                 std::int64_t samples, std::int64_t units) {
  std::vector<std::int64_t> shape{samples, channels};
  for (std::size_t axis = 0; axis < dimensions; ++axis)
    shape.push_back(multiple * (units + static_cast<std::int64_t>(axis)));
  return torch::randn(shape, at::make_generator<at::CPUGeneratorImpl>(1));
}

template <NetworkModule N, class Forward>
[[nodiscard]] ScriptedNetwork scripted(const N& network, const std::vector<std::int64_t>& channels,
                                       std::vector<std::string> names, const Forward& forward) {
  const torch::NoGradGuard no_gradient;
  const auto inputs = [&](std::int64_t samples, std::int64_t units) {
    std::vector<torch::Tensor> tensors;
    for (const std::int64_t count : channels)
      tensors.push_back(
          example_input(count, N::Impl::spatial_dimensions, network->required_multiple(), samples, units));
    return tensors;
  };
  ScriptedNetwork result{.module = traced_module(*network, inputs(1, 1), names, forward),
                         .names = std::move(names),
                         .inputs = inputs(2, 2),
                         .logits = {}};
  result.logits = forward(result.inputs);
  return result;
}

} // namespace detail

/// A segmentation network as TorchScript: image (N, channels, spatial...) to logits (N, classes, spatial...), any N and
/// any extents that are multiples of its required one. The auxiliary head is left out.
///
/// `network`: on the CPU, in evaluation mode. Throws: as traced_module.
template <SegmentationNetwork N> [[nodiscard]] ScriptedNetwork scripted_network(N network, std::size_t channels) {
  return detail::scripted(network, {static_cast<std::int64_t>(channels)}, {"image"},
                          [&](const std::vector<torch::Tensor>& inputs) { return network->forward(inputs[0]).logits; });
}

/// The same for a meta-model, which reads the image and the average A(.) of the pseudo-label sets.
template <MetaNetwork N>
[[nodiscard]] ScriptedNetwork scripted_network(N network, std::size_t channels, std::size_t classes) {
  return detail::scripted(
      network, {static_cast<std::int64_t>(channels), static_cast<std::int64_t>(classes)}, {"image", "average"},
      [&](const std::vector<torch::Tensor>& inputs) { return network->forward(inputs[0], inputs[1]).logits; });
}

} // namespace sparseann
