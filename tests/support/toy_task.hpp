#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sparseann/annotate/oracle.hpp"
#include "sparseann/pseudo_label/ensembler.hpp"
#include "support/toy_cohort.hpp"

namespace sparseann::test {

/// Certain probabilities of given labels.
[[nodiscard]] inline ClassProbabilities one_hot(const Array3<std::uint8_t>& labels, std::size_t classes) {
  ClassProbabilities result = xt::zeros<std::uint8_t>({classes, labels.shape(0), labels.shape(1), labels.shape(2)});
  const std::size_t voxels = labels.size();
  for (std::size_t v = 0; v < voxels; ++v)
    elements(result)[elements(labels)[v] * voxels + v] = 255;
  return result;
}

/// Two toy cases, labelled on one slice per plane, with pseudo-label sets that all tell the truth.
struct ToyTask {
  LabelledCohort data = toy_cohort(2, 1);
  std::vector<SparseLabels> labels;
  std::vector<PseudoLabelSet> sets;

  explicit ToyTask(std::size_t set_count = 2) {
    const Oracle oracle(data.training_labels, 3);
    AnnotationPlan plan;
    for (std::size_t c = 0; c < 2; ++c)
      for (const Plane plane : all_planes)
        plan.slices.push_back({.slice = {c, plane, 8}});
    for (std::size_t c = 0; c < 2; ++c)
      labels.push_back(oracle.label(c, plan));
    for (std::size_t s = 0; s < set_count; ++s) {
      PseudoLabelSet set{.name = std::to_string(s), .training = {}, .test = {}};
      for (const LabelVolume& truth : data.training_labels)
        set.training.push_back(one_hot(truth.voxels, 3));
      for (const LabelVolume& truth : data.test_labels)
        set.test.push_back(one_hot(truth.voxels, 3));
      sets.push_back(std::move(set));
    }
  }

  [[nodiscard]] EnsembleTask task() const {
    return {.cases = data.cohort.training, .labels = labels, .sets = sets, .classes = 3};
  }
  [[nodiscard]] std::vector<ClassProbabilities> test_sets(std::size_t c) const {
    std::vector<ClassProbabilities> result;
    for (const PseudoLabelSet& set : sets)
      result.push_back(set.test[c]);
    return result;
  }
};

} // namespace sparseann::test
