#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sparseann/core/interruption.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/network/network.hpp"
#include "sparseann/tensor/torch.hpp"
#include "sparseann/train/checkpoint.hpp"
#include "sparseann/train/fused_adam.hpp"
#include "sparseann/train/gradient_buckets.hpp"
#include "sparseann/train/loss_curve.hpp"
#include "sparseann/train/stage_context.hpp"
#include "sparseann/train/training_options.hpp"
#include "sparseann/train/training_position.hpp"
#include "sparseann/train/training_step.hpp"

namespace sparseann {

/// What a training may have beside its step.
struct TrainingHooks {
  /// Kept in checkpoints and in the model.
  std::span<torch::Tensor> carried;
  /// So many of the first of them are counters (int64): what the ranks count in a step is added up.
  std::size_t counters = 0;
  /// What else the weights depend on, a network's options say: a checkpoint of another is refused.
  nlohmann::ordered_json configuration;
  /// Scores of held-out cases, for the log; called every `validation.every` iterations and at the end. May leave the
  /// network in evaluation mode.
  std::function<nlohmann::ordered_json()> validate;
  /// May end the training early; asked with the curve so far, which a checkpoint holds.
  std::function<bool(const LossCurve&)> is_done;
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

/// Measures how fast iterations go, from one line of the log to the next.
class Pace {
public:
  explicit Pace(std::int64_t iteration) : iteration_(iteration) {}

  /// Iterations per second since the call before.
  [[nodiscard]] double until(std::int64_t iteration) {
    const auto now = Clock::now();
    const double seconds = std::chrono::duration<double>(now - std::exchange(last_, now)).count();
    return static_cast<double>(iteration - std::exchange(iteration_, iteration)) / seconds;
  }

private:
  using Clock = std::chrono::steady_clock;
  std::int64_t iteration_;
  Clock::time_point last_ = Clock::now();
};

/// A training's events in the log: one per point of its curve.
[[nodiscard]] inline nlohmann::ordered_json training_event(const std::string& stage, const TrainingPosition& position,
                                                           const StepValues& mean, double rate, double pace,
                                                           std::int64_t iterations) {
  return {{"stage", stage},
          {"iteration", position.iteration},
          {"loss", mean.loss},
          {"average_loss", *position.average_loss},
          {"main_loss", mean.main},
          {"auxiliary_loss", mean.auxiliary},
          {"gradient_norm", mean.gradient_norm},
          {"learning_rate", rate},
          {"iterations_per_second", pace},
          {"seconds_left", static_cast<double>(iterations - position.iteration) / pace}};
}

/// All that `train` does between reading a checkpoint and keeping the model.
template <class Module, TrainingStep Step> class Training {
public:
  Training(Module& module, const TrainingOptions& options, const StageContext& context, Step& step,
           const TrainingHooks& hooks)
      : module_(module), options_(options), context_(context), step_(step), hooks_(hooks),
        adam_(make_adam(module, options)), buckets_(*module, context.exchange),
        checkpoint_(context.directory, {*module, adam_, hooks.carried}, configuration(),
                    [&](std::string_view text) { say(text); }) {}

  LossCurve run() {
    check_batch_norm(options_, context_.exchange);
    restore();
    auto task = context_.progress.start(hooks_.is_done ? context_.stage + ", may end early" : context_.stage,
                                        static_cast<std::size_t>(options_.iterations));
    task.skip(static_cast<std::size_t>(position_.iteration));
    module_->train();
    Pace pace(position_.iteration);
    auto last_saved = Clock::now();
    const Uninterrupted whole_steps;
    while (!is_at_end()) {
      advance(pace);
      task.advance(1, note());
      if (is_at_end())
        break;
      if (!is_first_rank())
        continue; // one rank decides, and the others end with it
      if (whole_steps.is_interrupted())
        leave(whole_steps);
      if (std::chrono::duration<double>(Clock::now() - last_saved).count() >= options_.checkpoint_seconds) {
        checkpoint_.save(position_);
        last_saved = Clock::now();
      }
    }
    module_->eval();
    if (is_first_rank())
      checkpoint_.finish(position_);
    context_.exchange.barrier();
    task.finish(note());
    return position_.curve;
  }

private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::int64_t curve_interval = 10;

  [[nodiscard]] nlohmann::ordered_json configuration() const {
    nlohmann::ordered_json json =
        hooks_.configuration.is_null() ? nlohmann::ordered_json::object() : hooks_.configuration;
    json["training"] = to_json(options_, FieldFilter::affecting_results);
    return json;
  }

  [[nodiscard]] bool is_first_rank() const { return context_.exchange.rank() == 0; }

  /// The first rank puts damaged checkpoints aside before the others look.
  void restore() {
    if (is_first_rank())
      position_ = checkpoint_.restore();
    context_.exchange.barrier();
    if (!is_first_rank())
      position_ = checkpoint_.restore();
    context_.exchange.barrier();
  }

  /// What a person must know stands on the screen and in the log.
  void say(std::string_view text) const {
    context_.progress.say(text);
    context_.log({{"stage", context_.stage}, {"message", text}});
  }

  [[nodiscard]] bool is_at_end() const {
    return position_.iteration >= options_.iterations || (hooks_.is_done && hooks_.is_done(position_.curve));
  }

  [[nodiscard]] std::string note() const {
    return position_.curve.empty() ? "" : fmt::format("loss {:.4f}", position_.curve.back().loss);
  }

  /// One optimiser step.
  void advance(Pace& pace) {
    const std::int64_t iteration = position_.iteration;
    const Generator generator = context_.generator.split(static_cast<std::uint64_t>(iteration));
    const double rate = options_.learning_rate * schedule_factor(options_.schedule, iteration, options_.iterations);
    set_learning_rate(adam_, rate);
    adam_.zero_grad();
    const std::vector<torch::Tensor> counted = counters();
    const auto values = run_batch(step_, options_, iteration, generator, context_.exchange, buckets_)
                            .finish(*module_, context_.stage, iteration, context_.exchange);
    exchange_counters(counted);
    exchange_statistics();
    if (values) {
      adam_.step();
      position_.add(*values);
    }
    ++position_.iteration;
    if (is_due(curve_interval))
      if (const auto mean = position_.close_point(rate))
        context_.log(training_event(context_.stage, position_, *mean, rate, pace.until(position_.iteration),
                                    options_.iterations));
    if (hooks_.validate && is_due(options_.validation.every)) {
      context_.log({{"stage", context_.stage}, {"iteration", position_.iteration}, {"validation", hooks_.validate()}});
      module_->train();
    }
  }

  /// Copies of what hooks count, to see what a step adds; none for one rank, which needs no adding up.
  [[nodiscard]] std::vector<torch::Tensor> counters() const {
    std::vector<torch::Tensor> copies;
    if (!context_.exchange.is_alone())
      for (const torch::Tensor& tensor : hooks_.carried.first(hooks_.counters))
        copies.push_back(tensor.clone());
    return copies;
  }

  void exchange_counters(const std::vector<torch::Tensor>& before) const {
    for (std::size_t i = 0; i < before.size(); ++i) {
      torch::Tensor added = hooks_.carried[i] - before[i];
      context_.exchange.sum(added);
      hooks_.carried[i].copy_(before[i] + added);
    }
  }

  /// Batch norm's running statistics become the mean of the ranks', so that all predict alike.
  void exchange_statistics() const {
    if (context_.exchange.is_alone())
      return;
    std::vector<torch::Tensor> parts;
    for (const torch::Tensor& buffer : module_->buffers())
      if (buffer.is_floating_point())
        parts.push_back(buffer.to(context_.exchange.sums_at(buffer.device())).flatten());
    if (parts.empty())
      return;
    torch::Tensor flat = torch::cat(parts);
    context_.exchange.sum(flat);
    flat.div_(context_.exchange.ranks());
    std::int64_t at = 0;
    for (torch::Tensor& buffer : module_->buffers())
      if (buffer.is_floating_point()) {
        buffer.copy_(flat.narrow(0, at, buffer.numel()).view(buffer.sizes()));
        at += buffer.numel();
      }
  }

  [[nodiscard]] bool is_due(std::int64_t interval) const {
    return position_.iteration % interval == 0 || position_.iteration == options_.iterations;
  }

  [[noreturn]] void leave(const Uninterrupted& whole_steps) {
    checkpoint_.save(position_);
    say(fmt::format("interrupted: {} is kept at iteration {}{}", context_.stage, position_.iteration,
                    context_.directory.empty() ? ", in memory alone" : "; the same command goes on from there"));
    whole_steps.leave();
  }

  Module& module_;
  const TrainingOptions& options_;
  const StageContext& context_;
  Step& step_;
  const TrainingHooks& hooks_;
  FusedAdam adam_;
  GradientBuckets buckets_;
  Checkpoint checkpoint_;
  TrainingPosition position_;
};

} // namespace detail

/// Fits `module` by Adam and returns its learning curve.
///
/// Per iteration i: loss = main.numerator / main.weight + auxiliary_weight * (the same of the auxiliary head) over the
/// whole batch, which goes through the network in parts of `micro_batch` samples; samples draw from
/// context.generator.split(i), so that an interrupted training goes on exactly as it would have. What batch norm sees
/// is a part. With several ranks in the context's exchange, each runs its share of the batch, all make the same step,
/// and the first one alone writes; batch norm sees the rank's own samples, unless it is synchronised, and its running
/// statistics are the ranks' mean. With a directory in the context, checkpoints are kept there while training, then the
/// model and its curve, see Checkpoint; a finished model is read instead of trained. SIGTERM and Ctrl-C, where the
/// program has called leave_when_interrupted, keep a checkpoint and end it. Throws: InvalidArgument where batch norm is
/// to be synchronised and the batch is no multiple of the number of ranks. NumericalError where loss or gradient stop
/// being finite, naming stage, iteration and samples; the weights of that step are kept nowhere. As Checkpoint.
template <class Module, TrainingStep Step>
LossCurve train(Module& module, const TrainingOptions& options, const StageContext& context, Step&& step,
                const TrainingHooks& hooks = {}) {
  module->to(context.device);
  return detail::Training(module, options, context, step, hooks).run();
}

} // namespace sparseann
