#pragma once

#include <cstddef>
#include <vector>

#include "sparseann/annotate/oracle.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/experiment/arm.hpp"
#include "sparseann/experiment/learning_steps.hpp"

namespace sparseann {

/// The same networks from every label of the training cases: what sparse annotation is compared with. With one base
/// model and no ensembler it is that network, fully supervised; with the paper's it is its pipeline at s1.
template <Policy Learning> struct FullAnnotation {
  static constexpr bool needs_budget = false;

  OptionsOf<Learning> options;

  [[nodiscard]] TrialResult run(const TrialTask& task, RunDirectory& run, const StageContext& context) const {
    const LabelledCohort& data = task.data;
    const Oracle oracle(data.training_labels, data.cohort.classes());
    std::vector<SparseLabels> labels;
    for (std::size_t c = 0; c < data.cohort.training.size(); ++c)
      labels.push_back(oracle.label_everything(c));
    return {.methods = configured<Learning>(options).run(task, labels, run, context), .plan = std::nullopt};
  }
};

} // namespace sparseann
