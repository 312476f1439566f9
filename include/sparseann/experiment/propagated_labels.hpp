#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "sparseann/annotate/label_propagation.hpp"
#include "sparseann/annotate/sparse_labels.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/experiment/arm.hpp"
#include "sparseann/experiment/scale.hpp"

namespace sparseann {

template <class Propagation, class Learning> struct PropagatedLabelsOptions {
  OptionsOf<Propagation> propagation;
  OptionsOf<Learning> learning;

  friend void visit(PropagatedLabelsOptions& options, auto&& visitor) {
    visitor(field("propagation", options.propagation, "labelled slices to labelled scans"));
    visitor(field("learning", options.learning, "labelled scans to segmentations"));
  }
};

template <class Propagation, class Learning>
void set_scale(PropagatedLabelsOptions<Propagation, Learning>& options, Scale scale) {
  options.propagation = at_scale<OptionsOf<Propagation>>(scale);
  options.learning = at_scale<OptionsOf<Learning>>(scale);
}

/// What learns, from labels that were propagated through each scan by itself before, as if a person had made them: the
/// baseline without pseudo-labels of networks. Stands where a LearningSteps may:
/// `SelfTraining<NoEncoder, PerStack<EqualInterval>, PropagatedLabels<ShapeInterpolation, Learning>>`.
template <LabelPropagation Propagation, Policy Learning> struct PropagatedLabels {
  PropagatedLabelsOptions<Propagation, Learning> options;

  [[nodiscard]] std::vector<Predictions> run(const TrialTask& task, std::span<const SparseLabels> labels,
                                             RunDirectory& run, const StageContext& context) const {
    const Propagation propagation = configured<Propagation>(options.propagation);
    std::vector<SparseLabels> filled;
    filled.reserve(labels.size());
    for (std::size_t c = 0; c < labels.size(); ++c)
      filled.emplace_back(propagation(labels[c], task.data.cohort.training[c].image), labels[c].classes(),
                          labels[c].geometry());
    return configured<Learning>(options.learning).run(task, filled, run, context);
  }
};

} // namespace sparseann
