#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/encode/feature_encoder.hpp"
#include "sparseann/encode/resized_slices.hpp"
#include "sparseann/tensor/precision.hpp"
#include "sparseann/tensor/tensor.hpp"
#include "sparseann/train/schedule.hpp"
#include "sparseann/train/trainer.hpp"
#include "sparseann/train/training_options.hpp"

namespace sparseann {

/// How the auto-encoder is fitted: it reads whole slices, so there are no patches to draw or turn.
struct AutoencoderTrainingOptions {
  std::int64_t iterations = 300;
  std::size_t batch = 64;
  double learning_rate = 2e-3;
  ScheduleOptions schedule;
  Precision precision = Precision::float32;
  double checkpoint_seconds = 30;

  friend void visit(AutoencoderTrainingOptions& options, auto&& visitor) {
    visitor(field("iterations", options.iterations, "optimiser steps", at_least(1)));
    visitor(field("batch", options.batch, "slices per step", at_least(1)));
    visitor(field("learning_rate", options.learning_rate, "Adam's initial learning rate", above(0)));
    visitor(field("schedule", options.schedule, "learning-rate schedule"));
    visitor(field("precision", options.precision, "arithmetic of the forward pass"));
    visitor(field("checkpoint_seconds", options.checkpoint_seconds, "seconds between checkpoints", at_least(0),
                  Affects::execution));
  }

  /// As the trainer takes them.
  [[nodiscard]] TrainingOptions training() const {
    return {.iterations = iterations,
            .batch = batch,
            .learning_rate = learning_rate,
            .schedule = schedule,
            .precision = precision,
            .checkpoint_seconds = checkpoint_seconds};
  }
};

struct ConvAutoencoderOptions {
  std::size_t input = 32;
  std::vector<std::int64_t> channels{16, 32, 32};
  std::int64_t features = 64;
  AutoencoderTrainingOptions training;

  friend void visit(ConvAutoencoderOptions& options, auto&& visitor) {
    visitor(field("input", options.input, "edge to which slices are resized", at_least(8)));
    visitor(field("channels", options.channels, "channels of the stride-2 convolutions", at_least(1)));
    visitor(field("features", options.features, "length of the feature vector", at_least(1)));
    visitor(field("training", options.training, "how the auto-encoder is fitted"));
  }

  friend void check_together(const ConvAutoencoderOptions& options, const std::string& prefix) {
    if (options.channels.empty() || options.channels.size() > 10)
      throw InvalidArgument(field_name(prefix, "channels"), "1 to 10 convolutions",
                            fmt::format("{}", options.channels.size()));
    check_multiple(prefix, "input", options.input, std::size_t{1} << options.channels.size(),
                   fmt::format("as {} convolutions of stride 2 need", options.channels.size()));
  }
};

/// The network of ConvAutoencoder. Shapes: (N, C, S, S) -> features (N, D) -> reconstruction (N, C, S, S).
class ConvAutoencoderNetworkImpl : public torch::nn::Module {
public:
  ConvAutoencoderNetworkImpl(std::int64_t in_channels, const ConvAutoencoderOptions& options) {
    std::int64_t width = in_channels;
    edge_ = static_cast<std::int64_t>(options.input);
    for (const std::int64_t next : options.channels) {
      encoder_->push_back(torch::nn::Conv2d(torch::nn::Conv2dOptions(width, next, 3).stride(2).padding(1)));
      encoder_->push_back(torch::nn::ReLU());
      width = next;
      edge_ /= 2;
    }
    top_channels_ = width;
    const std::int64_t flat = width * edge_ * edge_;
    to_features_ = torch::nn::Linear(flat, options.features);
    from_features_ = torch::nn::Linear(options.features, flat);
    for (std::size_t i = options.channels.size(); i-- > 0;) {
      const std::int64_t next = i == 0 ? in_channels : options.channels[i - 1];
      decoder_->push_back(torch::nn::ReLU());
      decoder_->push_back(
          torch::nn::ConvTranspose2d(torch::nn::ConvTranspose2dOptions(width, next, 4).stride(2).padding(1)));
      width = next;
    }
    register_module("encoder", encoder_);
    register_module("to_features", to_features_);
    register_module("from_features", from_features_);
    register_module("decoder", decoder_);
  }

  [[nodiscard]] torch::Tensor encode(const torch::Tensor& slices) {
    return to_features_(encoder_->forward(slices).flatten(1));
  }
  [[nodiscard]] torch::Tensor decode(const torch::Tensor& features) {
    return decoder_->forward(from_features_(features).view({-1, top_channels_, edge_, edge_}));
  }

private:
  std::int64_t edge_ = 0;
  std::int64_t top_channels_ = 0;
  torch::nn::Sequential encoder_;
  torch::nn::Linear to_features_{nullptr};
  torch::nn::Linear from_features_{nullptr};
  torch::nn::Sequential decoder_;
};
TORCH_MODULE(ConvAutoencoderNetwork);

/// A small convolutional auto-encoder, trained on the cohort's own slices of all planes: needs no weights.
///
/// Slices are resized to input x input (bilinear, antialiased); loss: mean squared error of the reconstruction (Eq. 4);
/// the feature vector is the bottleneck. Cost: the options' iterations on batches of slices. Deviates from the paper's
/// encoder, which keeps VGG-19's convolutions fixed.
class ConvAutoencoder {
public:
  static constexpr std::string_view name = "conv_autoencoder";

  ConvAutoencoderOptions options;

  void fit(const SliceSource& slices, const StageContext& context) {
    validate(options, std::string(name));
    torch::manual_seed(context.generator.split("weights").key()); // LibTorch's own initialisation
    network_ = ConvAutoencoderNetwork(static_cast<std::int64_t>(slices.channels()), options);
    const torch::Tensor inputs = resized_slices(slices, options.input);
    const auto step = [&](const BatchPart& part, const Generator& generator) -> StepLoss {
      std::vector<std::int64_t> rows(std::min(part.count, slices.size()));
      for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = static_cast<std::int64_t>(generator.split(part.first + i).uniform_index(slices.size()));
      const torch::Tensor batch = inputs.index_select(0, torch::tensor(rows, torch::kLong)).to(context.device);
      const PrecisionScope scope(options.training.precision, context.device);
      const torch::Tensor difference = network_->decode(network_->encode(batch)).to(torch::kFloat) - batch;
      return {.main = {difference.square().sum(), torch::tensor(static_cast<double>(difference.numel()))}};
    };
    train(network_, options.training.training(), context, step,
          {.configuration = {{"encoder", to_json(options, FieldFilter::affecting_results)}}});
  }

  [[nodiscard]] Array2<float> encode(const SliceSource& slices, const StageContext& context) {
    check_fitted("encode()");
    const torch::NoGradGuard no_gradient;
    network_->eval();
    return encode_in_batches(slices, options.input, options.training.batch,
                             [&](const torch::Tensor& batch) { return network_->encode(batch.to(context.device)); });
  }

  [[nodiscard]] Reconstruction reconstruct(const SliceSource& slices, const StageContext& context) {
    check_fitted("reconstruct()");
    const torch::NoGradGuard no_gradient;
    network_->eval();
    const torch::Tensor inputs = resized_slices(slices, options.input).to(context.device);
    return {.inputs = inputs, .outputs = network_->decode(network_->encode(inputs))};
  }

private:
  void check_fitted(const std::string& call) const {
    if (network_.is_empty())
      throw InvalidArgument("conv_autoencoder", "fit() before " + call, call + " first");
  }

  ConvAutoencoderNetwork network_{nullptr};
};

} // namespace sparseann
