#pragma once

#include <cstdint>
#include <vector>

#include "sparseann/infer/sliding_window.hpp"
#include "sparseann/loss/masked_cross_entropy.hpp"
#include "sparseann/network/network.hpp"
#include "sparseann/network/replayed_network.hpp"
#include "sparseann/pseudo_label/base_model.hpp"
#include "sparseann/tensor/precision.hpp"
#include "sparseann/tensor/torch.hpp"
#include "sparseann/train/trainer.hpp"

namespace sparseann::benchmarks {

inline constexpr std::int64_t classes = 3;

/// A network's inputs, all of them, and labels of which one in ten is known.
struct Batch {
  std::vector<torch::Tensor> inputs;
  torch::Tensor labels;
  torch::Tensor mask;
};

template <NetworkModule Network> [[nodiscard]] Batch random_batch(std::int64_t batch, std::int64_t patch) {
  std::vector<std::int64_t> extents{batch};
  extents.insert(extents.end(), Network::Impl::spatial_dimensions, patch);
  const auto with_channels = [&](std::int64_t channels) {
    std::vector<std::int64_t> shape = extents;
    shape.insert(shape.begin() + 1, channels);
    return shape;
  };
  Batch drawn{.inputs = {torch::randn(with_channels(1))},
              .labels = torch::randint(0, classes, extents, torch::kLong),
              .mask = torch::rand(extents) < 0.1};
  if constexpr (MetaNetwork<Network>)
    drawn.inputs.push_back(torch::rand(with_channels(classes)).softmax(1));
  return drawn;
}

/// What a network, or `pass` in its place, makes of all inputs.
template <NetworkModule Network, class Pass>
[[nodiscard]] SegmentationOutput forward(Pass& pass, const std::vector<torch::Tensor>& inputs) {
  if constexpr (MetaNetwork<Network>)
    return pass(inputs[0], inputs[1]);
  else
    return pass(inputs[0]);
}

/// The losses of both heads, as trainers have them.
template <NetworkModule Network, class Pass> [[nodiscard]] StepLoss losses_of(Pass& pass, const Batch& batch) {
  return step_loss(MaskedCrossEntropy{}, forward<Network>(pass, batch.inputs), batch.labels, batch.mask);
}

/// Eq. 2 of the main head and 0.33 times that of the auxiliary head.
template <NetworkModule Network> [[nodiscard]] torch::Tensor loss_of(Network& network, const Batch& batch) {
  const StepLoss losses = losses_of<Network>(network, batch);
  const torch::Tensor main = losses.main.numerator / losses.main.weight;
  return losses.auxiliary ? main + 0.33 * losses.auxiliary->numerator / losses.auxiliary->weight : main;
}

/// A network at full width with random weights, and a batch.
template <NetworkModule Network> class Workload {
public:
  Workload(std::int64_t batch, std::int64_t patch, Precision precision, torch::Device device)
      : network_(on(device)), replayed_(network_, device), batch_(random_batch<Network>(batch, patch)),
        precision_(precision), device_(device), adam_(detail::make_adam(network_, TrainingOptions{})) {
    for (torch::Tensor& input : batch_.inputs)
      input = input.to(device);
    batch_.labels = batch_.labels.to(device);
    batch_.mask = batch_.mask.to(device);
  }

  void train() {
    network_->train();
    adam_.zero_grad();
    StepLoss losses;
    {
      const PrecisionScope scope(precision_, device_);
      losses = losses_of<Network>(replayed_, batch_);
    }
    detail::BatchGradient gradient(0.33);
    gradient.add(losses);
    (void)gradient.finish(*network_, "benchmark", 0);
    adam_.step();
    if (device_.is_cuda())
      torch::cuda::synchronize();
  }

  /// Class probabilities of a volume (1, z, y, x) by overlapping windows.
  [[nodiscard]] torch::Tensor slide(const torch::Tensor& volume, const SlidingWindowOptions& options)
    requires SegmentationNetwork<Network>
  {
    const PrecisionScope scope(precision_, device_);
    network_->eval();
    return sliding_window(volume, options, device_,
                          [&](const torch::Tensor& crops) { return network_->forward(crops).logits; });
  }

  [[nodiscard]] torch::Tensor infer() {
    const torch::NoGradGuard no_gradient;
    const PrecisionScope scope(precision_, device_);
    network_->eval();
    torch::Tensor logits = forward<Network>(network_, batch_.inputs).logits;
    if (device_.is_cuda())
      torch::cuda::synchronize();
    return logits;
  }

private:
  [[nodiscard]] static Network on(torch::Device device) {
    Network network;
    network->to(device);
    return network;
  }

  Network network_;
  ReplayedNetwork<Network> replayed_;
  Batch batch_;
  Precision precision_;
  torch::Device device_;
  FusedAdam adam_;
};

} // namespace sparseann::benchmarks
