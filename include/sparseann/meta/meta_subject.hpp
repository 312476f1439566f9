#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseann/annotate/sparse_labels.hpp"
#include "sparseann/pseudo_label/average_vote.hpp"
#include "sparseann/pseudo_label/ensembler.hpp"
#include "sparseann/pseudo_label/majority_vote.hpp"
#include "sparseann/pseudo_label/pseudo_labels.hpp"

namespace sparseann {

/// What A(.) is the mean of: the sets' labels as one-hot vectors, or their class probabilities.
enum class AverageOf { labels, probabilities };
constexpr std::array<std::string_view, 2> names_of(AverageOf) { return {"labels", "probabilities"}; }

/// A(.), the second input of the meta-model, from a volume's pseudo-label sets. Shape: (classes, z, y, x).
[[nodiscard]] inline Array4<float> average_of(std::span<const ClassProbabilities> sets, AverageOf kind) {
  if (kind == AverageOf::probabilities)
    return average_of_probabilities(sets);
  std::vector<Array3<std::uint8_t>> labels;
  for (const ClassProbabilities& set : sets)
    labels.push_back(most_probable_labels(set));
  return average_of_one_hots(labels, sets.empty() ? 0 : sets.front().shape(0));
}

/// The most probable label of A(.), per voxel; ties go to the lower label.
[[nodiscard]] inline Array3<std::uint8_t> labels_of_average(std::span<const ClassProbabilities> sets, AverageOf kind) {
  return kind == AverageOf::probabilities ? mean_probability_labels(sets) : majority_labels(sets);
}

/// What the meta-model reads and fits of one training case.
struct MetaSubject {
  std::vector<Array3<std::uint8_t>> targets; ///< the labels of each pseudo-label set, (z, y, x)
  Array4<float> average;                     ///< A(.), (classes, z, y, x); never knows the expert's labels
};

/// Puts the expert's labels into `target` where there are any.
inline void replace_by_expert(const SparseLabels& expert, Array3<std::uint8_t>& target) {
  const auto known = elements(expert.voxels());
  const auto out = elements(target);
  for (std::size_t voxel = 0; voxel < out.size(); ++voxel)
    if (known[voxel] != expert.unlabelled())
      out[voxel] = known[voxel];
}

/// What each pseudo-label set says of training case `c`.
[[nodiscard]] inline std::vector<ClassProbabilities> sets_of_case(const EnsembleTask& task, std::size_t c) {
  std::vector<ClassProbabilities> sets;
  for (const PseudoLabelSet& set : task.sets)
    sets.push_back(set.training.at(c));
  return sets;
}

/// The labels of each pseudo-label set of training case `c`, the expert's in their place where asked for.
[[nodiscard]] inline std::vector<Array3<std::uint8_t>> fit_targets(const EnsembleTask& task, std::size_t c,
                                                                   bool expert_labels_replace_targets) {
  std::vector<Array3<std::uint8_t>> targets;
  for (const PseudoLabelSet& set : task.sets) {
    targets.push_back(most_probable_labels(set.training.at(c)));
    if (expert_labels_replace_targets)
      replace_by_expert(task.labels[c], targets.back());
  }
  return targets;
}

/// One subject per training case of the task, in order.
///
/// Cost: S + 4 C bytes per voxel for S sets and C classes.
[[nodiscard]] inline std::vector<MetaSubject> meta_subjects(const EnsembleTask& task, AverageOf kind,
                                                            bool expert_labels_replace_targets) {
  std::vector<MetaSubject> subjects;
  for (std::size_t c = 0; c < task.cases.size(); ++c)
    subjects.push_back({.targets = fit_targets(task, c, expert_labels_replace_targets),
                        .average = average_of(sets_of_case(task, c), kind)});
  return subjects;
}

} // namespace sparseann
