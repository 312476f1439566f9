#pragma once

#include <cstddef>
#include <vector>

#include "sparseann/annotate/label_propagation.hpp"
#include "sparseann/annotate/oracle.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/encode/no_encoder.hpp"
#include "sparseann/experiment/arm.hpp"
#include "sparseann/experiment/learning_steps.hpp"
#include "sparseann/pipeline/annotation.hpp"
#include "sparseann/pipeline/selection.hpp"

namespace sparseann {

template <class Selector, class Propagation, class Learning> struct PropagatedLabelsOptions {
  OptionsOf<Selector> selector;
  OptionsOf<Propagation> propagation;
  OptionsOf<Learning> learning;

  friend void visit(PropagatedLabelsOptions& options, auto&& visitor) {
    visitor(field("selector", options.selector, "ranked slices"));
    visitor(field("propagation", options.propagation, "labelled slices to labelled scans"));
    visitor(field("learning", options.learning, "labelled scans to segmentations"));
  }
};

template <class Selector, class Propagation, class Learning>
void set_scale(PropagatedLabelsOptions<Selector, Propagation, Learning>& options, Scale scale) {
  options.selector = at_scale<OptionsOf<Selector>>(scale);
  options.propagation = at_scale<OptionsOf<Propagation>>(scale);
  options.learning = at_scale<OptionsOf<Learning>>(scale);
}

/// The baseline without pseudo-labels of networks: slices are labelled, their labels are propagated through each scan
/// by itself, and a network learns from the result as if a person had made it.
template <CohortSelector Selector, LabelPropagation Propagation, Policy Learning>
  requires(!needs_features<Selector> && !needs_scores<Selector>)
struct PropagatedLabels {
  static constexpr bool needs_budget = true;

  PropagatedLabelsOptions<Selector, Propagation, Learning> options;

  [[nodiscard]] TrialResult run(const TrialTask& task, RunDirectory& run, const StageContext& context) const {
    const LabelledCohort& data = task.data;
    TrialResult result;
    result.plan = choose_slices(configured<Selector>(options.selector), data.cohort.training, task.planes,
                                task.budget.value(), {}, run, context);
    std::vector<SparseLabels> labels =
        annotate(Oracle(data.training_labels, data.cohort.classes()), *result.plan, data.cohort.training, run);
    const Propagation propagation = configured<Propagation>(options.propagation);
    for (std::size_t c = 0; c < labels.size(); ++c)
      labels[c] = SparseLabels(propagation(labels[c], data.cohort.training[c].image), labels[c].classes(),
                               labels[c].geometry());
    result.methods = configured<Learning>(options.learning).run(task, labels, run, context);
    return result;
  }
};

} // namespace sparseann
