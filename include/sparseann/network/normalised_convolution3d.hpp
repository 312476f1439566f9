#pragma once

#include <cstdint>

#include "sparseann/network/batch_norm.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// BN -> ReLU -> Conv kernel^3, without bias unless asked for. Shapes: (N, in_channels, z, y, x) to (N, out_channels,
/// z/stride, y/stride, x/stride).
struct NormalisedConvolution3dImpl : torch::nn::Module {
  NormalisedConvolution3dImpl(std::int64_t in_channels, std::int64_t out_channels, std::int64_t kernel,
                              std::int64_t stride = 1, bool bias = false)
      : norm(register_module("norm", torch::nn::BatchNorm3d(in_channels))),
        convolution(
            register_module("convolution", torch::nn::Conv3d(torch::nn::Conv3dOptions(in_channels, out_channels, kernel)
                                                                 .stride(stride)
                                                                 .padding(kernel / 2)
                                                                 .bias(bias)))) {}

  torch::Tensor forward(const torch::Tensor& input) {
    return convolution(batch_norm(norm, input).relu_()); // in place: BN's gradient needs its input, not its output
  }

  torch::nn::BatchNorm3d norm;
  torch::nn::Conv3d convolution;
};
TORCH_MODULE(NormalisedConvolution3d);

} // namespace sparseann
