#pragma once

#include <cstdint>

#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// BN -> ReLU -> Conv kernel^3 without bias. Shapes: (N, in_channels, z, y, x) to (N, out_channels, z, y, x).
struct NormalisedConvolution3dImpl : torch::nn::Module {
  NormalisedConvolution3dImpl(std::int64_t in_channels, std::int64_t out_channels, std::int64_t kernel)
      : norm(register_module("norm", torch::nn::BatchNorm3d(in_channels))),
        convolution(register_module(
            "convolution",
            torch::nn::Conv3d(
                torch::nn::Conv3dOptions(in_channels, out_channels, kernel).padding(kernel / 2).bias(false)))) {}

  torch::Tensor forward(const torch::Tensor& input) {
    return convolution(norm(input).relu_()); // in place: BN's gradient needs its input, not its output
  }

  torch::nn::BatchNorm3d norm;
  torch::nn::Conv3d convolution;
};
TORCH_MODULE(NormalisedConvolution3d);

/// Layers that each add `growth` channels to what they read: BN -> ReLU -> Conv 3^3 -> Dropout -> concatenate.
///
/// Shapes: (N, in_channels, z, y, x) to (N, in_channels + layers * growth, z, y, x).
/// Cost: multiplications 27 * growth * sum of the layers' input channels per voxel; concatenation copies the input of
/// every layer once.
/// Source: Huang et al., "Densely Connected Convolutional Networks", CVPR 2017; without its bottlenecks, as in Yu et
/// al., "Automatic 3D Cardiovascular MR Segmentation with Densely-Connected Volumetric ConvNets", MICCAI 2017.
struct DenseBlockImpl : torch::nn::Module {
  DenseBlockImpl(std::int64_t in_channels, std::int64_t layer_count, std::int64_t growth, double dropout_rate)
      : out_channels(in_channels + layer_count * growth), dropout(dropout_rate) {
    for (std::int64_t i = 0; i < layer_count; ++i)
      layers->push_back(NormalisedConvolution3d(in_channels + i * growth, growth, 3));
    register_module("layers", layers);
  }

  torch::Tensor forward(torch::Tensor features) {
    for (const auto& layer : *layers) {
      torch::Tensor added = layer->as<NormalisedConvolution3d>()->forward(features);
      if (dropout > 0 && is_training())
        added = torch::dropout(added, dropout, true);
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
