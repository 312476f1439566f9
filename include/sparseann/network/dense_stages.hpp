#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "sparseann/network/auxiliary_head.hpp"
#include "sparseann/network/dense_block.hpp"
#include "sparseann/network/dropout.hpp"
#include "sparseann/network/segmentation_output.hpp"
#include "sparseann/tensor/precision.hpp"
#include "sparseann/tensor/torch.hpp"
#include "sparseann/tensor/tracing.hpp"

namespace sparseann {

/// Widths and depths of a dense encoder.
struct DenseEncoderWidths {
  std::int64_t in_channels = 1;
  std::int64_t stem_channels = 16;
  std::int64_t layers = 12;
  std::int64_t growth = 12;
};

/// The first half of DenseVoxNet, also each branch of its Y-shaped version: Conv 3^3 stride 2 -> dense block ->
/// BN -> ReLU -> Conv 1^3 that keeps the channels.
///
/// Shapes: (N, in_channels, z, y, x) to (N, out_channels, z/2, y/2, x/2), out_channels = stem + layers * growth.
struct DenseEncoderImpl : torch::nn::Module {
  DenseEncoderImpl(const DenseEncoderWidths& widths, double dropout)
      : stem(register_module("stem",
                             torch::nn::Conv3d(torch::nn::Conv3dOptions(widths.in_channels, widths.stem_channels, 3)
                                                   .stride(2)
                                                   .padding(1)
                                                   .bias(false)))),
        block(register_module("block", DenseBlock(widths.stem_channels, widths.layers, widths.growth, dropout))),
        out_channels(block->out_channels),
        transition(register_module("transition", NormalisedConvolution3d(out_channels, out_channels, 1))) {}

  torch::Tensor forward(const torch::Tensor& image) { return transition(block(stem(image))); }

  torch::nn::Conv3d stem;
  DenseBlock block;
  std::int64_t out_channels;
  NormalisedConvolution3d transition;
};
TORCH_MODULE(DenseEncoder);

/// Widths and depths of DenseVoxNet's second half.
struct DenseTrunkWidths {
  std::int64_t in_channels = 160;
  std::int64_t layers = 12;
  std::int64_t growth = 12;
  std::pair<std::int64_t, std::int64_t> decoder_channels{128, 64};
  std::int64_t classes = 3;
  bool auxiliary_head = true;
};

/// The second half of DenseVoxNet: Dropout -> MaxPool 2 -> dense block -> BN -> ReLU -> Conv 1^3 that keeps the
/// channels
/// -> two deconvolutions (kernel 4, stride 2, padding 1, bias) with ReLU -> Conv 1^3 to the classes. The auxiliary head
/// reads the features before dropout and pooling.
///
/// Shapes: (N, in_channels, z/2, y/2, x/2) to logits and auxiliary (N, classes, z, y, x).
struct DenseTrunkImpl : torch::nn::Module {
  DenseTrunkImpl(const DenseTrunkWidths& widths, double dropout_rate)
      : dropout(dropout_rate),
        block(register_module("block", DenseBlock(widths.in_channels, widths.layers, widths.growth, dropout_rate))),
        tail(register_module("tail", NormalisedConvolution3d(block->out_channels, block->out_channels, 1))),
        up1(register_module("up1", deconvolution(block->out_channels, widths.decoder_channels.first))),
        up2(register_module("up2", deconvolution(widths.decoder_channels.first, widths.decoder_channels.second))),
        head(register_module(
            "head", torch::nn::Conv3d(torch::nn::Conv3dOptions(widths.decoder_channels.second, widths.classes, 1)))) {
    if (widths.auxiliary_head)
      auxiliary_head = register_module("auxiliary_head", AuxiliaryHead(widths.in_channels, widths.classes));
  }

  SegmentationOutput forward(const torch::Tensor& features) {
    SegmentationOutput output;
    if (!auxiliary_head.is_empty())
      output.auxiliary.push_back(auxiliary_head(features));
    const bool drops = dropout > 0 && is_training();
    const torch::Tensor kept = drops ? sparseann::dropout(features, dropout) : features;
    output.logits = decoded(tail(block(torch::max_pool3d(kept, 2))));
    return output;
  }

  /// Parameters that learn at slow_learning_rate_factor times the others' rate: the auxiliary head's upsampling.
  [[nodiscard]] std::vector<torch::Tensor> slow_parameters() const {
    return auxiliary_head.is_empty() ? std::vector<torch::Tensor>{} : auxiliary_head->upsampling->parameters();
  }

  double dropout;
  DenseBlock block;
  NormalisedConvolution3d tail;
  torch::nn::ConvTranspose3d up1;
  torch::nn::ConvTranspose3d up2;
  torch::nn::Conv3d head;
  AuxiliaryHead auxiliary_head{nullptr};

private:
  /// On a CPU, logits of each sample in turn: its feature maps at full resolution are by far the largest tensors, and
  /// so those of one sample alone have a gradient at a time.
  [[nodiscard]] torch::Tensor decoded(const torch::Tensor& deep) {
    if (is_tracing() || !deep.device().is_cpu()) // how many samples there are must not be recorded
      return head(up2(up1(deep).relu_()).relu_());
    // oneDNN's deconvolutions and what follows them are faster channels-last, but for the backward pass in float32.
    const bool channels_last = !at::GradMode::is_enabled() || precision_in_scope(torch::kCPU) == Precision::bfloat16;
    std::vector<torch::Tensor> logits;
    for (const torch::Tensor& sample : deep.split(1)) {
      const torch::Tensor ordered = channels_last ? sample.contiguous(at::MemoryFormat::ChannelsLast3d) : sample;
      const torch::Tensor upsampled = up1(ordered).relu_();
      logits.push_back(at::GradMode::is_enabled() ? head(up2(upsampled).relu_()) : logits_by_slabs(upsampled));
    }
    return torch::cat(logits);
  }

  /// head(up2(features).relu_()) without the feature maps at full resolution, of which there are a few planes at a
  /// time. With kernel 4, stride 2 and padding 1, output planes 2a..2b-1 read input planes a-1..b, and padding 3 leaves
  /// out what else these would reach.
  [[nodiscard]] torch::Tensor logits_by_slabs(const torch::Tensor& features) {
    constexpr std::int64_t planes = 8;
    const torch::Tensor padded = torch::constant_pad_nd(features, {0, 0, 0, 0, 1, 1});
    std::vector<torch::Tensor> slabs;
    for (std::int64_t first = 0; first < features.size(2); first += planes) {
      const torch::Tensor slab = padded.narrow(2, first, std::min(planes, features.size(2) - first) + 2);
      slabs.push_back(
          head(torch::conv_transpose3d(slab, up2->weight, up2->bias, /*stride=*/2, /*padding=*/{3, 1, 1}).relu_()));
    }
    return torch::cat(slabs, 2);
  }

  [[nodiscard]] static torch::nn::ConvTranspose3d deconvolution(std::int64_t in_channels, std::int64_t out_channels) {
    return torch::nn::ConvTranspose3d(
        torch::nn::ConvTranspose3dOptions(in_channels, out_channels, 4).stride(2).padding(1));
  }
};
TORCH_MODULE(DenseTrunk);

} // namespace sparseann
