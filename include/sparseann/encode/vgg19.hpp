#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/tensor/precision.hpp"
#include "sparseann/tensor/safetensors.hpp"
#include "sparseann/tensor/tensor.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

namespace detail {

/// A convolution: its place among torchvision's `features`, and how many channels it gives.
struct Vgg19Layer {
  int index;
  std::size_t channels;
  bool follows_a_pool = false;
};

inline constexpr std::array<Vgg19Layer, 16> vgg19_layers{{{0, 64},
                                                          {2, 64},
                                                          {5, 128, true},
                                                          {7, 128},
                                                          {10, 256, true},
                                                          {12, 256},
                                                          {14, 256},
                                                          {16, 256},
                                                          {19, 512, true},
                                                          {21, 512},
                                                          {23, 512},
                                                          {25, 512},
                                                          {28, 512, true},
                                                          {30, 512},
                                                          {32, 512},
                                                          {34, 512}}};

} // namespace detail

/// The convolutions of VGG-19 with fixed weights, up to the last one's ReLU: its last pool and its classifier are left
/// out.
///
/// Shapes: (N, 3, H, W) -> (N, 512, H / 16, W / 16), both channels-last; H and W are multiples of 16.
/// Cost: 6.4 billion multiply-adds for a slice of 128 x 128.
/// Source: Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015;
/// the names of the weights are torchvision's.
/// Deviation: weights are kept in the precision that is computed in, where PrecisionScope would convert them for every
/// batch.
class Vgg19 {
public:
  static constexpr std::size_t stride = 16; ///< of the output, in pixels of the input
  static constexpr std::size_t out_channels = 512;

  /// Throws: DataError naming the file for tensors that are missing, or of a wrong shape or type, or not finite.
  Vgg19(const SafetensorsFile& file, Precision precision, torch::Device device)
      : type_(resolved(precision, device) == Precision::bfloat16 ? torch::kBFloat16 : torch::kFloat), device_(device) {
    std::size_t width = 3;
    for (const detail::Vgg19Layer& layer : detail::vgg19_layers) {
      weights_.push_back(read(file, fmt::format("features.{}.weight", layer.index), {layer.channels, width, 3, 3})
                             .to(device, type_)
                             .contiguous(torch::MemoryFormat::ChannelsLast));
      biases_.push_back(read(file, fmt::format("features.{}.bias", layer.index), {layer.channels}).to(device, type_));
      width = layer.channels;
    }
  }

  /// The last convolution's output. It is an inference tensor: clone it before gradients of what follows are asked for.
  /// Throws: InvalidArgument for another shape.
  [[nodiscard]] torch::Tensor operator()(const torch::Tensor& images) const {
    constexpr auto pixels = static_cast<std::int64_t>(stride);
    if (images.dim() != 4 || images.size(1) != 3 || images.size(2) % pixels != 0 || images.size(3) % pixels != 0 ||
        images.numel() == 0)
      throw InvalidArgument("vgg19", "images (N, 3, H, W), H and W multiples of 16", shape_text(images));
    const c10::InferenceMode inference;
    const PrecisionScope exact_types(Precision::float32, device_); // an outer scope would convert the weights again
    torch::Tensor x = images.to(device_, type_).contiguous(torch::MemoryFormat::ChannelsLast);
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      if (detail::vgg19_layers[i].follows_a_pool)
        x = torch::max_pool2d(x, 2);
      x = torch::conv2d(x, weights_[i], biases_[i], 1, 1).relu_();
    }
    return x;
  }

private:
  static torch::Tensor read(const SafetensorsFile& file, const std::string& name,
                            const std::vector<std::size_t>& shape) {
    torch::Tensor tensor = read_tensor(file, name, shape);
    if (!std::isfinite(tensor.abs().max().item<float>()))
      throw DataError(file.path().string(), fmt::format("finite numbers in '{}'", name), "some that are not");
    return tensor;
  }

  torch::ScalarType type_;
  torch::Device device_;
  std::vector<torch::Tensor> weights_;
  std::vector<torch::Tensor> biases_;
};

} // namespace sparseann
