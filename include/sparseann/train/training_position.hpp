#pragma once

#include <cstdint>
#include <optional>

#include "sparseann/train/loss_curve.hpp"

namespace sparseann {

/// What one optimiser step saw.
struct StepValues {
  double loss = 0; ///< main + auxiliary_weight * auxiliary
  double main = 0;
  double auxiliary = 0; ///< of the auxiliary head, 0 where there is none
  double gradient_norm = 0;
};

/// The sums of several steps' values.
struct StepSums {
  StepValues values;
  std::int64_t steps = 0;

  void add(const StepValues& step) {
    values.loss += step.loss;
    values.main += step.main;
    values.auxiliary += step.auxiliary;
    values.gradient_norm += step.gradient_norm;
    ++steps;
  }

  [[nodiscard]] StepValues mean() const {
    const auto count = static_cast<double>(steps);
    return {values.loss / count, values.main / count, values.auxiliary / count, values.gradient_norm / count};
  }
};

/// Where a training stands. Random numbers need no place here: they are split by iteration.
struct TrainingPosition {
  static constexpr double average_decay = 0.98; ///< of the exponential average: about the last 50 steps

  std::int64_t iteration = 0;         ///< the next one
  StepSums stretch;                   ///< since the last point of the curve
  std::optional<double> average_loss; ///< exponential average, none before the first step
  LossCurve curve;

  void add(const StepValues& step) {
    stretch.add(step);
    average_loss = average_loss ? average_decay * *average_loss + (1 - average_decay) * step.loss : step.loss;
  }

  /// Ends a stretch of the curve and gives its means; a stretch without a single annotated voxel has no point.
  std::optional<StepValues> close_point(double learning_rate) {
    if (stretch.steps == 0)
      return std::nullopt;
    const StepValues mean = stretch.mean();
    curve.push_back({iteration, mean.loss, learning_rate});
    stretch = {};
    return mean;
  }
};

} // namespace sparseann
