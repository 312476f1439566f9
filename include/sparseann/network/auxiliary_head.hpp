#pragma once

#include <cstdint>
#include <vector>

#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// Doubles the extents by a grouped deconvolution (kernel 4, stride 2, padding 1, no bias) that starts as linear
/// interpolation along each axis and is then learned.
///
/// Shapes: (N, channels, z, y, x) to (N, channels, 2z, 2y, 2x).
/// Formula of the start: outer product of (1, 3, 3, 1) / 4 over the axes, Caffe's bilinear filler. Outside the image
/// counts as 0, so values fade towards the border.
struct BilinearUpsamplingImpl : torch::nn::Module {
  explicit BilinearUpsamplingImpl(std::int64_t channels) {
    const torch::Tensor taps = torch::tensor(std::vector<float>{0.25F, 0.75F, 0.75F, 0.25F});
    const torch::Tensor kernel = taps.view({4, 1, 1}) * taps.view({4, 1}) * taps;
    weight = register_parameter("weight", kernel.expand({channels, 1, 4, 4, 4}).clone());
  }

  torch::Tensor forward(const torch::Tensor& input) {
    return torch::conv_transpose3d(input, weight, {}, 2, 1, 0, weight.size(0));
  }

  torch::Tensor weight;
};
TORCH_MODULE(BilinearUpsampling);

/// Class scores from an early stage for deep supervision: Conv 1^3 to the classes, then bilinear upsampling by 2.
///
/// Shapes: (N, in_channels, z, y, x) to (N, classes, 2z, 2y, 2x).
struct AuxiliaryHeadImpl : torch::nn::Module {
  AuxiliaryHeadImpl(std::int64_t in_channels, std::int64_t classes)
      : convolution(
            register_module("convolution", torch::nn::Conv3d(torch::nn::Conv3dOptions(in_channels, classes, 1)))),
        upsampling(register_module("upsampling", BilinearUpsampling(classes))) {}

  torch::Tensor forward(const torch::Tensor& features) { return upsampling(convolution(features)); }

  torch::nn::Conv3d convolution;
  BilinearUpsampling upsampling;
};
TORCH_MODULE(AuxiliaryHead);

} // namespace sparseann
