#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sparseann/annotate/oracle.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/encode/feature_encoder.hpp"
#include "sparseann/experiment/arm.hpp"
#include "sparseann/experiment/learning_steps.hpp"
#include "sparseann/pipeline/annotation.hpp"
#include "sparseann/pipeline/selection.hpp"
#include "sparseann/select/selector.hpp"

namespace sparseann {

template <class Encoder, class Selector, class Learning> struct SelfTrainingOptions {
  OptionsOf<Encoder> encoder;
  OptionsOf<Selector> selector;
  OptionsOf<Learning> learning;

  friend void visit(SelfTrainingOptions& options, auto&& visitor) {
    visitor(field("encoder", options.encoder, "slices to features"));
    visitor(field("selector", options.selector, "features to ranked slices"));
    visitor(field("learning", options.learning, "labelled slices to segmentations"));
  }
};

template <class Encoder, class Selector, class Learning>
void set_scale(SelfTrainingOptions<Encoder, Selector, Learning>& options, Scale scale) {
  options.encoder = at_scale<OptionsOf<Encoder>>(scale);
  options.selector = at_scale<OptionsOf<Selector>>(scale);
  options.learning = at_scale<OptionsOf<Learning>>(scale);
}

/// The paper's procedure: slices are chosen within the budget, base models learn from them, ensemblers from the base
/// models. `Learning`: a LearningSteps, or what wraps one. The features of one seed serve all budgets.
template <EncoderSlot Encoder, CohortSelector Selector, Policy Learning>
  requires(FeatureEncoder<Encoder> || !needs_features<Selector>) && (ImageScorer<Selector> || !needs_scores<Selector>)
struct SelfTraining {
  static constexpr bool needs_budget = true;

  SelfTrainingOptions<Encoder, Selector, Learning> options;

  [[nodiscard]] std::string preparation_name() const
    requires FeatureEncoder<Encoder>
  {
    return std::string(Encoder::name);
  }
  [[nodiscard]] Json preparation_options() const
    requires FeatureEncoder<Encoder>
  {
    return to_json(options.encoder, FieldFilter::affecting_results);
  }
  void prepare(const Cohort& cohort, std::span<const Plane> planes, RunDirectory& run,
               const StageContext& context) const
    requires FeatureEncoder<Encoder>
  {
    encode_slices(configured<Encoder>(options.encoder), cohort.training, planes, run, context);
  }

  [[nodiscard]] TrialResult run(const TrialTask& task, RunDirectory& run, const StageContext& context) const {
    const LabelledCohort& data = task.data;
    TrialResult result;
    result.plan = choose_slices(configured<Selector>(options.selector), data.cohort.training, task.planes,
                                task.budget.value(), task.features, run, context);
    const std::vector<SparseLabels> labels =
        annotate(Oracle(data.training_labels, data.cohort.classes()), *result.plan, data.cohort.training, run);
    result.methods = configured<Learning>(options.learning).run(task, labels, run, context);
    return result;
  }
};

} // namespace sparseann
