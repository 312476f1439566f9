#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sparseann/core/options.hpp"
#include "sparseann/data/augment.hpp"
#include "sparseann/tensor/precision.hpp"
#include "sparseann/train/schedule.hpp"

namespace sparseann {

/// Which cases a training sets aside to see how far it is, and when it looks.
struct ValidationOptions {
  std::size_t cases = 0;
  std::int64_t every = 100;

  friend void visit(ValidationOptions& options, auto&& visitor) {
    visitor(field("cases", options.cases,
                  "so many training cases, the last ones, are held out, and their annotated voxels scored; 0: none",
                  at_least(0)));
    visitor(field("every", options.every, "iterations between two looks at them", at_least(1), Affects::execution));
  }
};

/// Whose samples batch norm takes its mean and variance over where several ranks share a batch: each rank's own, or
/// all.
enum class BatchNormStatistics { local, synchronised };
constexpr std::array<std::string_view, 2> names_of(BatchNormStatistics) { return {"local", "synchronised"}; }

/// How a network is fitted. Optimiser, auxiliary weight and schedule are by default the paper's for its 3D networks.
///
/// Deviates: no augmentation (`paper_augmentation()` is the paper's), as it does harm where position tells classes
/// apart.
struct TrainingOptions {
  std::int64_t iterations = 15000;
  std::size_t batch = 4;
  std::size_t micro_batch = 0;
  std::size_t patch = 64;
  double learning_rate = 5e-4;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-10;
  double auxiliary_weight = 0.33;
  ScheduleOptions schedule;
  AugmentationOptions augmentation;
  double balanced_share = 0.0;
  ValidationOptions validation;
  Precision precision = Precision::float32;
  BatchNormStatistics batch_norm = BatchNormStatistics::local;
  bool cuda_graphs = true;
  double checkpoint_seconds = 30;

  friend void visit(TrainingOptions& options, auto&& visitor) {
    visitor(field("iterations", options.iterations, "optimiser steps", at_least(1)));
    visitor(field("batch", options.batch, "patches per step", at_least(1)));
    visitor(field("micro_batch", options.micro_batch,
                  "patches per forward pass, whose gradients add up to the batch's; 0: all of it", at_least(0)));
    visitor(field("patch", options.patch, "edge of a patch in voxels", at_least(4)));
    visitor(field("learning_rate", options.learning_rate, "Adam's initial learning rate", above(0)));
    visitor(field("beta1", options.beta1, "Adam's decay of the first moment", between(0, 1)));
    visitor(field("beta2", options.beta2, "Adam's decay of the second moment", between(0, 1)));
    visitor(field("epsilon", options.epsilon, "Adam's denominator offset", above(0)));
    visitor(field("auxiliary_weight", options.auxiliary_weight, "weight of the deeply supervised head's loss",
                  at_least(0)));
    visitor(field("schedule", options.schedule, "learning-rate schedule"));
    visitor(field("augmentation", options.augmentation, "flips and turns"));
    visitor(field("balanced_share", options.balanced_share,
                  "share of the patches that are drawn around a voxel of a class, each annotated class as likely",
                  between(0, 1)));
    visitor(field("validation", options.validation, "cases that are held out of the training"));
    visitor(field("precision", options.precision, "arithmetic of the forward pass"));
    visitor(field("batch_norm", options.batch_norm,
                  "with several ranks, whose samples batch norm sees: local, the rank's own, or synchronised, all"));
    visitor(field("cuda_graphs", options.cuda_graphs,
                  "on a GPU a step is recorded once and replayed, which is faster and keeps the step's memory", {},
                  Affects::execution));
    visitor(field("checkpoint_seconds", options.checkpoint_seconds, "seconds between checkpoints", at_least(0),
                  Affects::execution));
  }
};

} // namespace sparseann
