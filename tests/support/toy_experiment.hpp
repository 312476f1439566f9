#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sparseann/annotate/oracle.hpp"
#include "sparseann/encode/no_encoder.hpp"
#include "sparseann/encode/pixel_features.hpp"
#include "sparseann/experiment/arm.hpp"
#include "sparseann/experiment/experiment.hpp"
#include "sparseann/experiment/full_annotation.hpp"
#include "sparseann/experiment/self_training.hpp"
#include "sparseann/select/equal_interval.hpp"
#include "sparseann/select/k_center.hpp"
#include "sparseann/select/per_stack.hpp"
#include "support/threshold_model.hpp"

namespace sparseann::test {

using ToyLearning = LearningSteps<MaskedCrossEntropy, ThresholdModels>;
using ToyIntervals = SelfTraining<NoEncoder, PerStack<EqualInterval>, ToyLearning>;
using ToyFeatures = SelfTraining<PixelFeatures, PerStack<KCenter>, ToyLearning>;
using ToyFull = FullAnnotation<ToyLearning>;

/// An experiment of arms that learn nothing, so that what surrounds arms is tested in no time.
[[nodiscard]] inline Experiment toy_experiment() {
  return {.name = "toy",
          .title = "A toy & its arms",
          .question = "Does it run?",
          .rows = {{"features", "features", "both"},
                   {"intervals", "intervals", "both"},
                   {"shell alone", "intervals", "shell"},
                   {"full", "full", "both"}},
          .contrasts = {{"features", "intervals", true}, {"shell alone", "intervals"}, {"shell alone", "full"}},
          .budgets = {4, 8},
          .published = "method,dice,source\nold one,0.5,\"Somebody, 2020\"\n",
          .arms = [](ArmSettings& settings) -> std::vector<Arm> {
            return {arm_of<ToyFeatures>("features", settings), arm_of<ToyIntervals>("intervals", settings),
                    arm_of<ToyFull>("full", settings)};
          }};
}

} // namespace sparseann::test
