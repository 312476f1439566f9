#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sparseann/network/batch_norm.hpp"
#include "sparseann/network/dense_block_function.hpp"
#include "sparseann/network/dropout.hpp"
#include "sparseann/network/normalised_convolution3d.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// Layers that each add `growth` channels to what they read: BN -> ReLU -> Conv 3^3 -> Dropout -> concatenate.
///
/// Shapes: (N, in_channels, z, y, x) to (N, in_channels + layers * growth, z, y, x).
/// Cost: multiplications 27 * growth * sum of the layers' input channels per voxel, thrice that in training. On a CPU
/// with AVX2 and in float32, memory is what the output takes, and as much again in the backward pass; see
/// dense_block_function. Elsewhere, and where batch norm is synchronised, LibTorch's operations are chained, each layer
/// keeping its inputs. Source: Huang et al., "Densely Connected Convolutional Networks", CVPR 2017; without its
/// bottlenecks, as in Yu et al., "Automatic 3D Cardiovascular MR Segmentation with Densely-Connected Volumetric
/// ConvNets", MICCAI 2017.
struct DenseBlockImpl : torch::nn::Module {
  DenseBlockImpl(std::int64_t in_channels, std::int64_t layer_count, std::int64_t growth, double dropout_rate)
      : out_channels(in_channels + layer_count * growth), dropout(dropout_rate) {
    for (std::int64_t i = 0; i < layer_count; ++i)
      layers->push_back(NormalisedConvolution3d(in_channels + i * growth, growth, 3));
    register_module("layers", layers);
  }

  torch::Tensor forward(const torch::Tensor& features) {
    const bool own_loops = detail::computes_dense_blocks(features) && !SynchronisedBatchNorm::is_active();
    return own_loops ? fused(features) : chained(features);
  }

  /// One operation, computed by the project's own loops.
  torch::Tensor fused(const torch::Tensor& features, InstructionSet set = InstructionSet::automatic) {
    std::vector<NormalisedConvolution3d> normalised;
    for (const auto& layer : *layers)
      normalised.emplace_back(std::dynamic_pointer_cast<NormalisedConvolution3dImpl>(layer));
    return detail::dense_block(features, normalised, is_training() ? dropout : 0, is_training(), set);
  }

  /// LibTorch's operations one after the other, on any device and in any precision.
  torch::Tensor chained(torch::Tensor features) {
    for (const auto& layer : *layers) {
      torch::Tensor added = layer->as<NormalisedConvolution3d>()->forward(features);
      if (dropout > 0 && is_training())
        added = sparseann::dropout(added, dropout);
      features = torch::cat({features, added}, 1);
    }
    return features;
  }

  std::int64_t out_channels;
  double dropout;
  torch::nn::ModuleList layers;
};
TORCH_MODULE(DenseBlock);

} // namespace sparseann
