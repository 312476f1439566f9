#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// While it lives, batch norms of this thread's forward passes in training take mean and variance over the batches of
/// all processes, and so do their gradients: `sum` adds a float64 tensor, on the network's device, over all of them.
///
/// All processes must run the same layers in the same order. With an empty `sum` batch norms are as without it.
class SynchronisedBatchNorm {
public:
  using Sum = std::function<void(torch::Tensor&)>;

  explicit SynchronisedBatchNorm(Sum sum)
      : outer_(std::exchange(current(), sum ? std::make_shared<const Sum>(std::move(sum)) : nullptr)) {}
  SynchronisedBatchNorm(const SynchronisedBatchNorm&) = delete;
  SynchronisedBatchNorm& operator=(const SynchronisedBatchNorm&) = delete;
  ~SynchronisedBatchNorm() { current() = outer_; }

  /// How sums are made now; none outside of all scopes.
  [[nodiscard]] static std::shared_ptr<const Sum>& current() {
    thread_local std::shared_ptr<const Sum> sum;
    return sum;
  }
  [[nodiscard]] static bool is_active() { return current() != nullptr; }

private:
  std::shared_ptr<const Sum> outer_;
};

namespace detail {

struct SharedSum : torch::CustomClassHolder {
  explicit SharedSum(std::shared_ptr<const SynchronisedBatchNorm::Sum> to_call) : sum(std::move(to_call)) {}
  std::shared_ptr<const SynchronisedBatchNorm::Sum> sum;
};

/// Values per channel as (1, C, 1...), of the dimensions of `like`.
[[nodiscard]] inline torch::Tensor per_channel(const torch::Tensor& values, const torch::Tensor& like) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(like.dim()), 1);
  shape[1] = values.size(0);
  return values.view(shape);
}

/// All dimensions but the channels'.
[[nodiscard]] inline std::vector<std::int64_t> but_channels(const torch::Tensor& tensor) {
  std::vector<std::int64_t> dimensions;
  for (std::int64_t d = 0; d < tensor.dim(); ++d)
    if (d != 1)
      dimensions.push_back(d);
  return dimensions;
}

/// Batch norm in training whose moments are those of all processes' values.
///
/// Formula: y = (x - m) s + b with s = w / sqrt(v + epsilon); dx = s (dy - mean(dy) - x' mean(dy x')), where
/// x' = (x - m) / sqrt(v + epsilon) and means are over all processes. The gradients of w and b are this process's
/// share.
class SynchronisedBatchNormFunction : public torch::autograd::Function<SynchronisedBatchNormFunction> {
public:
  /// Returns y, mean and variance (biased), and the number of values per channel; the last three as float64.
  static torch::autograd::variable_list forward(torch::autograd::AutogradContext* context, const torch::Tensor& input,
                                                const torch::Tensor& weight, const torch::Tensor& bias, double epsilon,
                                                const c10::intrusive_ptr<SharedSum>& shared) {
    const torch::Tensor values = wide(input);
    const auto [own_variance, own_mean] = torch::var_mean(values, but_channels(values), /*unbiased=*/false);
    const torch::Tensor own = own_mean.to(torch::kDouble);
    const auto count = static_cast<double>(values.numel() / values.size(1));
    torch::Tensor sums = torch::cat({own * count, (own_variance.to(torch::kDouble) + own.square()) * count,
                                     torch::full({1}, count, own.options())});
    (*shared->sum)(sums);
    const std::int64_t channels = values.size(1);
    const torch::Tensor total = sums.narrow(0, 2 * channels, 1);
    const torch::Tensor mean = sums.narrow(0, 0, channels) / total;
    const torch::Tensor variance = (sums.narrow(0, channels, channels) / total - mean.square()).clamp_min(0);
    const torch::Tensor inverse_deviation = (variance + epsilon).rsqrt().to(values.scalar_type());
    const torch::Tensor scale = inverse_deviation * weight;
    const torch::Tensor shift = bias - mean.to(values.scalar_type()) * scale;
    context->save_for_backward({input, weight, mean.to(values.scalar_type()), inverse_deviation, total});
    context->saved_data["shared"] = c10::IValue::make_capsule(shared);
    torch::Tensor output = (values * per_channel(scale, values) + per_channel(shift, values)).to(input.scalar_type());
    context->mark_non_differentiable({mean, variance, total});
    return {output, mean, variance, total};
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto shared = c10::static_intrusive_pointer_cast<SharedSum>(context->saved_data["shared"].toCapsule());
    const torch::Tensor gradient = wide(gradients[0]);
    const torch::Tensor& weight = saved[1];
    const torch::Tensor normalised =
        (wide(saved[0]) - per_channel(saved[2], gradient)) * per_channel(saved[3], gradient);
    const torch::Tensor of_bias = gradient.sum(but_channels(gradient), false, torch::kDouble);
    const torch::Tensor of_weight = (gradient * normalised).sum(but_channels(gradient), false, torch::kDouble);
    torch::Tensor sums = torch::cat({of_bias, of_weight});
    (*shared->sum)(sums);
    const torch::Tensor means = (sums / saved[4]).to(gradient.scalar_type());
    const std::int64_t channels = gradient.size(1);
    const torch::Tensor of_input = (gradient - per_channel(means.narrow(0, 0, channels), gradient) -
                                    normalised * per_channel(means.narrow(0, channels, channels), gradient)) *
                                   per_channel(saved[3] * weight, gradient);
    return {of_input.to(saved[0].scalar_type()),
            of_weight.to(weight.scalar_type()),
            of_bias.to(weight.scalar_type()),
            {},
            {}};
  }

private:
  /// Statistics are at least in float32.
  [[nodiscard]] static torch::Tensor wide(const torch::Tensor& tensor) {
    return tensor.scalar_type() == torch::kDouble ? tensor : tensor.to(torch::kFloat);
  }
};

template <class BatchNorm>
void update_running_statistics(BatchNorm& norm, const torch::Tensor& mean, const torch::Tensor& variance,
                               const torch::Tensor& count) {
  const torch::NoGradGuard no_gradient;
  const double momentum = norm->options.momentum().value();
  const auto follow = [&](torch::Tensor& running, const torch::Tensor& now) {
    running.mul_(1 - momentum).add_(now.to(running.scalar_type()), momentum);
  };
  follow(norm->running_mean, mean);
  follow(norm->running_var, variance * count / (count - 1).clamp_min(1));
  norm->num_batches_tracked += 1;
}

} // namespace detail

/// What the batch norm `norm` (a BatchNorm2d or 3d with weights, running statistics and a momentum) makes of `input`;
/// within SynchronisedBatchNorm, in training, with the statistics of all processes.
///
/// Shapes: (N, C, spatial...), the same out. Cost: synchronised, one sum over all processes of 2 C + 1 numbers and one
/// of 2 C in the backward pass, and LibTorch's operations one by one.
template <class BatchNorm> [[nodiscard]] torch::Tensor batch_norm(BatchNorm& norm, const torch::Tensor& input) {
  if (!SynchronisedBatchNorm::is_active() || !norm->is_training())
    return norm->forward(input);
  const auto results = detail::SynchronisedBatchNormFunction::apply(
      input, norm->weight, norm->bias, norm->options.eps(),
      c10::make_intrusive<detail::SharedSum>(SynchronisedBatchNorm::current()));
  detail::update_running_statistics(norm, results[1], results[2], results[3]);
  return results[0];
}

} // namespace sparseann
