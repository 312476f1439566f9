#pragma once

#include <chrono>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sparseann/core/error.hpp"
#include "sparseann/loss/loss.hpp"
#include "sparseann/network/network.hpp"
#include "sparseann/tensor/precision.hpp"
#include "sparseann/tensor/torch.hpp"
#include "sparseann/train/checkpoint.hpp"
#include "sparseann/train/fused_adam.hpp"
#include "sparseann/train/loss_curve.hpp"
#include "sparseann/train/stage_context.hpp"
#include "sparseann/train/training_options.hpp"

namespace sparseann {

/// The losses of one forward pass: of the main head and, where the network has one, of the auxiliary head.
struct StepLoss {
  LossTerm main;
  std::optional<LossTerm> auxiliary;
};

/// One training step: draws a batch from the generator (which depends on the iteration alone), runs the network
/// forward and returns the losses. The trainer does the rest.
template <class Step>
concept TrainingStep = requires(Step step, std::int64_t iteration, Generator generator) {
  { step(iteration, generator) } -> std::same_as<StepLoss>;
};

namespace detail {

template <class Module> FusedAdam make_adam(Module& module, const TrainingOptions& options) {
  ParameterGroups parameters{.regular = module->parameters(), .slow = {}};
  if constexpr (NetworkModule<Module>)
    parameters = parameter_groups(module);
  std::vector<torch::optim::OptimizerParamGroup> groups{torch::optim::OptimizerParamGroup(parameters.regular)};
  if (!parameters.slow.empty())
    groups.emplace_back(parameters.slow);
  return FusedAdam(
      groups,
      torch::optim::AdamOptions(options.learning_rate).betas({options.beta1, options.beta2}).eps(options.epsilon));
}

inline void set_learning_rate(FusedAdam& adam, double rate) {
  for (std::size_t group = 0; group < adam.param_groups().size(); ++group)
    adam.param_groups()[group].options().set_lr(group == 0 ? rate : slow_learning_rate_factor * rate);
}

/// Eq. 2 over the whole batch. Undefined where nothing in the batch is annotated: such a batch teaches nothing.
inline torch::Tensor batch_loss(const StepLoss& loss, double auxiliary_weight) {
  if (loss.main.weight.item<double>() <= 0)
    return {};
  torch::Tensor value = loss.main.numerator / loss.main.weight;
  if (loss.auxiliary)
    value = value + auxiliary_weight * loss.auxiliary->numerator / loss.auxiliary->weight;
  return value;
}

} // namespace detail

/// Trains for all iterations of the options.
struct AllIterations {
  bool operator()(const LossCurve&) const { return false; }
};

/// Fits `module` by Adam and returns its learning curve.
///
/// Per iteration i: loss = main.numerator / main.weight + auxiliary_weight * (the same of the auxiliary head), where
/// the step draws from context.generator.split(i), so that an interrupted training goes on exactly as it would have.
/// With a directory in the context, a checkpoint is kept there while training, then `model.pt` and `loss.csv`; a
/// finished model is read instead of trained. `carried` tensors (counters of a fit strategy, say) are kept alongside.
/// `is_done` may end the training early; it is asked with the curve so far, which a checkpoint holds.
/// Throws: NumericalError where the loss stops being finite, naming stage and iteration.
template <class Module, TrainingStep Step, std::predicate<const LossCurve&> IsDone = AllIterations>
LossCurve train(Module& module, const TrainingOptions& options, const StageContext& context, Step&& step,
                std::span<torch::Tensor> carried = {}, const IsDone& is_done = {}) {
  using Clock = std::chrono::steady_clock;
  constexpr std::int64_t curve_interval = 10;
  module->to(context.device);
  FusedAdam adam = detail::make_adam(module, options);
  Checkpoint<Module> checkpoint(context.directory, module, adam, carried);
  TrainingPosition position = checkpoint.restore(context.device);
  const bool goes_to_the_end = std::same_as<IsDone, AllIterations>; // else the time left is the longest it can be
  auto task = context.progress.start(goes_to_the_end ? context.stage : context.stage + ", may end early",
                                     static_cast<std::size_t>(options.iterations));
  task.skip(static_cast<std::size_t>(position.iteration));

  module->train();
  auto last_saved = Clock::now();
  while (position.iteration < options.iterations && !is_done(position.curve)) {
    const std::int64_t iteration = position.iteration;
    Generator generator = context.generator.split(static_cast<std::uint64_t>(iteration));
    torch::manual_seed(generator.split("dropout").key()); // dropout draws from LibTorch's global generator
    const double rate = options.learning_rate * schedule_factor(options.schedule, iteration, options.iterations);
    detail::set_learning_rate(adam, rate);
    adam.zero_grad();
    const torch::Tensor loss = detail::batch_loss(step(iteration, generator), options.auxiliary_weight);
    if (loss.defined()) {
      const double value = loss.template item<double>();
      if (!std::isfinite(value))
        throw NumericalError(context.stage, iteration, std::isnan(value) ? "the loss is nan" : "the loss is inf");
      loss.backward();
      adam.step();
      position.loss_sum += value;
      ++position.loss_count;
    }
    ++position.iteration;
    if (position.iteration % curve_interval == 0 || position.iteration == options.iterations) {
      position.close_point(rate);
      if (!position.curve.empty())
        context.log({{"stage", context.stage},
                     {"iteration", position.iteration},
                     {"loss", position.curve.back().loss},
                     {"learning_rate", rate}});
    }
    task.advance(1, position.curve.empty() ? "" : fmt::format("loss {:.4f}", position.curve.back().loss));
    if (std::chrono::duration<double>(Clock::now() - last_saved).count() >= options.checkpoint_seconds &&
        position.iteration < options.iterations) {
      checkpoint.save(position);
      last_saved = Clock::now();
    }
  }
  module->eval();
  checkpoint.finish(position);
  task.finish(position.curve.empty() ? "" : fmt::format("loss {:.4f}", position.curve.back().loss));
  return position.curve;
}

} // namespace sparseann
