#pragma once

#include <cstdint>

#include "sparseann/network/batch_norm.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// BN -> ReLU -> Conv kernel^2 without bias. Shapes: (N, in_channels, y, x) to (N, out_channels, y, x).
struct NormalisedConvolution2dImpl : torch::nn::Module {
  NormalisedConvolution2dImpl(std::int64_t in_channels, std::int64_t out_channels, std::int64_t kernel,
                              std::int64_t stride = 1)
      : norm(register_module("norm", torch::nn::BatchNorm2d(in_channels))),
        convolution(
            register_module("convolution", torch::nn::Conv2d(torch::nn::Conv2dOptions(in_channels, out_channels, kernel)
                                                                 .stride(stride)
                                                                 .padding(kernel / 2)
                                                                 .bias(false)))) {}

  torch::Tensor forward(const torch::Tensor& input) {
    return convolution(batch_norm(norm, input).relu_()); // in place: BN's gradient needs its input, not its output
  }

  torch::nn::BatchNorm2d norm;
  torch::nn::Conv2d convolution;
};
TORCH_MODULE(NormalisedConvolution2d);

/// Pre-activated residual bottleneck: input + (BN-ReLU-Conv 1^2 -> BN-ReLU-Conv 3^2 -> BN-ReLU-Conv 1^2). Where
/// channels or extents change, a strided Conv 1^2 takes the place of the identity.
///
/// Shapes: (N, in_channels, y, x) to (N, out_channels, y / stride, x / stride); between, inner_channels.
/// Source: He et al., "Identity Mappings in Deep Residual Networks", ECCV 2016. The stride is the 3^2's, so that no
/// pixel is skipped.
struct ResidualBottleneckImpl : torch::nn::Module {
  ResidualBottleneckImpl(std::int64_t in_channels, std::int64_t inner_channels, std::int64_t out_channels,
                         std::int64_t stride)
      : reduce(register_module("reduce", NormalisedConvolution2d(in_channels, inner_channels, 1))),
        spatial(register_module("spatial", NormalisedConvolution2d(inner_channels, inner_channels, 3, stride))),
        expand(register_module("expand", NormalisedConvolution2d(inner_channels, out_channels, 1))), stride_(stride) {
    if (in_channels != out_channels || stride != 1)
      shortcut = register_module("shortcut",
                                 torch::nn::Conv2d(torch::nn::Conv2dOptions(in_channels, out_channels, 1).bias(false)));
  }

  torch::Tensor forward(const torch::Tensor& input) {
    torch::Tensor residual = expand(spatial(reduce(input))); // added to in place: no gradient needs what it was
    if (shortcut.is_empty())
      return residual.add_(input);
    // What a strided Conv 1^2 reads. oneDNN's own, channels-last and with fewer channels than a vector holds, writes
    // past its buffer in the backward pass (its issue #6035; seen to crash with 16 threads).
    const torch::Tensor read = stride_ == 1 ? input : input.slice(2, 0, {}, stride_).slice(3, 0, {}, stride_);
    return residual.add_(shortcut(read.contiguous(input.suggest_memory_format())));
  }

  NormalisedConvolution2d reduce;
  NormalisedConvolution2d spatial;
  NormalisedConvolution2d expand;
  torch::nn::Conv2d shortcut{nullptr};

private:
  std::int64_t stride_;
};
TORCH_MODULE(ResidualBottleneck);

} // namespace sparseann
