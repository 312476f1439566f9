#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/loss/loss.hpp"
#include "sparseann/network/batch_norm.hpp"
#include "sparseann/tensor/torch.hpp"
#include "sparseann/train/exchange.hpp"
#include "sparseann/train/gradient_buckets.hpp"
#include "sparseann/train/training_options.hpp"
#include "sparseann/train/training_position.hpp"

namespace sparseann {

/// The samples `first` to `first + count` - 1 of one iteration's batch: those of one forward pass.
///
/// A sample draws from `generator.split(its number)`, so that a batch is the same in one part or in many.
struct BatchPart {
  std::int64_t iteration = 0;
  std::size_t first = 0;
  std::size_t count = 0;
};

/// The losses of one forward pass: of the main head and, where the network has one, of the auxiliary head, whose weight
/// is the main head's.
struct StepLoss {
  LossTerm main;
  std::optional<LossTerm> auxiliary;
  std::string samples; ///< cases and places, for errors; may be empty
};

/// One forward pass: draws a part of a batch from the iteration's generator, runs the network and returns the losses.
/// The trainer does the rest.
template <class Step>
concept TrainingStep = requires(Step step, const BatchPart& part, const Generator& generator) {
  { step(part, generator) } -> std::same_as<StepLoss>;
};

namespace detail {

/// The gradients of a module's parameters that have any.
[[nodiscard]] inline std::vector<torch::Tensor> gradients_of(const torch::nn::Module& module) {
  std::vector<torch::Tensor> gradients;
  for (const torch::Tensor& parameter : module.parameters())
    if (parameter.grad().defined())
      gradients.push_back(parameter.grad());
  return gradients;
}

/// Adds up losses and gradients of a batch's parts, here and on all ranks.
///
/// Formula: gradient of (sum_p main_p + a sum_p auxiliary_p) / sum_p weight_p over the parts p of all ranks, which is
/// Eq. 2 of the whole batch, whatever its parts. Each part is divided by a power of two, so that numbers stay of a
/// usual size and no bit changes, and the sum is rescaled once the whole weight is known.
class BatchGradient {
public:
  explicit BatchGradient(double auxiliary_weight) : auxiliary_weight_(auxiliary_weight) {}

  void add(const StepLoss& loss) {
    const torch::NoGradGuard no_gradient;
    const torch::Device device = loss.main.numerator.device();
    const auto plain = [&](const torch::Tensor& value) { return value.detach().to(device, torch::kDouble); };
    const torch::Tensor weight = plain(loss.main.weight);
    const torch::Tensor sums = torch::stack(
        {plain(loss.main.numerator), loss.auxiliary ? plain(loss.auxiliary->numerator) : torch::zeros_like(weight),
         weight, loss.auxiliary ? plain(loss.auxiliary->weight) : weight});
    sums_ = sums_.defined() ? sums_ + sums : sums;
    const at::AutoGradMode gradient(true);
    torch::Tensor total = loss.main.numerator;
    if (loss.auxiliary)
      total = total + auxiliary_weight_ * loss.auxiliary->numerator;
    (total * (1 / unit)).backward();
    if (!loss.samples.empty())
      samples_ += (samples_.empty() ? "" : "; ") + loss.samples;
  }

  /// What the whole batch gives; the gradients of `module`, sums over all ranks already, are then those of its loss.
  /// None where nothing in the batch is annotated: such a batch teaches nothing. Waits for the device.
  /// Throws: NumericalError where the loss or the gradient is not finite; InvalidArgument where the heads' weights
  /// differ.
  [[nodiscard]] std::optional<StepValues> finish(const torch::nn::Module& module, const std::string& stage,
                                                 std::int64_t iteration, const Exchange& exchange = {}) const {
    const torch::NoGradGuard no_gradient;
    const std::vector<torch::Tensor> gradients = gradients_of(module);
    const torch::Tensor norm = gradients.empty() ? torch::zeros({}) : torch::stack(at::_foreach_norm(gradients)).norm();
    torch::Tensor sums = sums_.defined() ? sums_.to(torch::kCPU).contiguous() : torch::zeros({4}, torch::kDouble);
    exchange.sum(sums);
    const auto at = [&](std::int64_t i) { return sums[i].item<double>(); };
    const double loss = at(0) + auxiliary_weight_ * at(1);
    const double weight = at(2);
    check(loss, "loss", stage, iteration);
    if (weight <= 0)
      return std::nullopt;
    if (std::abs(at(3) - weight) > 1e-5 * weight)
      throw InvalidArgument("weight of the auxiliary loss", fmt::format("{}, the main loss's", weight),
                            fmt::format("{}", at(3)));
    const double scale = unit / weight;
    const double gradient_norm = norm.item<double>() * scale;
    check(gradient_norm, "gradient", stage, iteration);
    at::_foreach_mul_(gradients, scale);
    return StepValues{
        .loss = loss / weight, .main = at(0) / weight, .auxiliary = at(1) / weight, .gradient_norm = gradient_norm};
  }

private:
  static constexpr double unit = 65536;

  void check(double value, std::string_view what, const std::string& stage, std::int64_t iteration) const {
    if (!std::isfinite(value))
      throw NumericalError(stage, iteration,
                           fmt::format("the {} is {}{}{}", what, std::isnan(value) ? "nan" : "inf",
                                       samples_.empty() ? "" : ", samples: ", samples_));
  }

  double auxiliary_weight_;
  torch::Tensor sums_; ///< main, auxiliary, weight, auxiliary weight
  std::string samples_;
};

/// The samples first..past-1 of a batch that a rank runs: as many as the others, but for the remainder.
struct RankShare {
  std::size_t first = 0;
  std::size_t past = 0;
};

[[nodiscard]] inline RankShare share_of(const Exchange& exchange, std::size_t batch) {
  const auto rank = static_cast<std::size_t>(exchange.rank());
  const auto ranks = static_cast<std::size_t>(exchange.ranks());
  return {.first = batch * rank / ranks, .past = batch * (rank + 1) / ranks};
}

/// The forward passes of an iteration on this rank: its share in parts of at most `options.micro_batch` samples. Their
/// iteration is left 0.
[[nodiscard]] inline std::vector<BatchPart> batch_parts(const TrainingOptions& options, const Exchange& exchange) {
  const std::size_t size = options.micro_batch == 0 ? options.batch : std::min(options.micro_batch, options.batch);
  const RankShare share = share_of(exchange, options.batch);
  std::vector<BatchPart> parts;
  for (std::size_t first = share.first; first < share.past; first += size)
    parts.push_back({.first = first, .count = std::min(size, share.past - first)});
  return parts;
}

/// What synchronises batch norm where the options and the number of ranks ask for it; empty where not.
[[nodiscard]] inline SynchronisedBatchNorm::Sum batch_norm_sum(const TrainingOptions& options,
                                                               const Exchange& exchange) {
  if (options.batch_norm == BatchNormStatistics::local || exchange.is_alone())
    return {};
  return [exchange](torch::Tensor& sums) {
    torch::Tensor there = sums.to(exchange.sums_at(sums.device()));
    exchange.sum(there);
    sums = there.to(sums.device());
  };
}

/// Throws InvalidArgument where batch norm is to be synchronised and ranks have unequal shares of a batch, as then one
/// would wait for another forever.
inline void check_batch_norm(const TrainingOptions& options, const Exchange& exchange) {
  if (options.batch_norm == BatchNormStatistics::synchronised &&
      options.batch % static_cast<std::size_t>(exchange.ranks()) != 0)
    throw InvalidArgument(
        "training.batch",
        fmt::format("a multiple of {}, the number of ranks, for synchronised batch norm", exchange.ranks()),
        fmt::format("{}", options.batch));
}

/// Runs this rank's share of a batch forward and backward, in parts of at most `options.micro_batch` samples, and sums
/// the gradients over all ranks.
template <TrainingStep Step>
[[nodiscard]] BatchGradient run_batch(Step&& step, const TrainingOptions& options, std::int64_t iteration,
                                      const Generator& generator, const Exchange& exchange, GradientBuckets& buckets) {
  BatchGradient gradient(options.auxiliary_weight);
  const std::vector<BatchPart> parts = batch_parts(options, exchange);
  for (BatchPart part : parts) {
    part.iteration = iteration;
    // Dropout draws from LibTorch's global generator.
    torch::manual_seed(generator.split("dropout").split(part.first).key());
    const SynchronisedBatchNorm batch_norm(batch_norm_sum(options, exchange));
    const StepLoss loss = step(part, generator);
    if (part.first == parts.back().first)
      buckets.expect_last_pass();
    gradient.add(loss);
  }
  buckets.finish();
  return gradient;
}

} // namespace detail

} // namespace sparseann
