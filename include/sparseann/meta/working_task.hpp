#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "sparseann/meta/meta_subject.hpp"
#include "sparseann/pseudo_label/base_model.hpp"
#include "sparseann/pseudo_label/ensembler.hpp"
#include "sparseann/tensor/tensor.hpp"
#include "sparseann/tensor/torch.hpp"
#include "sparseann/train/working_grid.hpp"

namespace sparseann {

/// The task of the first `count` cases. Its sets hold the others' pseudo-labels, too.
[[nodiscard]] inline EnsembleTask first_cases(EnsembleTask task, std::size_t count) {
  task.cases = task.cases.first(count);
  task.labels = task.labels.first(count);
  return task;
}

/// An ensembler's task on the working grids of its cases; the very one given where these are the scans' own.
///
/// Pseudo-label sets are brought there as class probabilities. Cost: on another grid than the scans', a copy of
/// everything. `task` and what it refers to must outlive it.
class WorkingTask {
public:
  WorkingTask(const EnsembleTask& task, const WorkingGridOptions& options)
      : scans_(task),
        cases_({.cases = task.cases, .labels = task.labels, .planes = {}, .classes = task.classes}, options),
        task_(task) {
    if (options.is_as_scanned())
      return;
    task_.cases = cases_.data().cases;
    task_.labels = cases_.data().labels;
    for (const PseudoLabelSet& set : task.sets) {
      sets_.push_back({.name = set.name, .training = {}, .test = {}});
      for (std::size_t c = 0; c < task.cases.size(); ++c)
        sets_.back().training.push_back(on_grid(set.training.at(c), cases_.grids()[c]));
    }
    task_.sets = sets_;
  }
  WorkingTask(const WorkingTask&) = delete;
  WorkingTask& operator=(const WorkingTask&) = delete;

  [[nodiscard]] const EnsembleTask& task() const noexcept { return task_; }

  /// As meta_subjects. A(.) is the scan's, brought to the grid, as it is where a scan is predicted.
  [[nodiscard]] std::vector<MetaSubject> subjects(AverageOf kind, bool expert_labels_replace_targets) const {
    if (cases_.grids().empty())
      return meta_subjects(task_, kind, expert_labels_replace_targets);
    std::vector<MetaSubject> subjects;
    for (std::size_t c = 0; c < task_.cases.size(); ++c) {
      const Array4<float> average = average_of(sets_of_case(scans_, c), kind);
      subjects.push_back({.targets = fit_targets(task_, c, expert_labels_replace_targets),
                          .average = to_array<float, 4>(cases_.grids()[c].from_scan(from_array(average)))});
    }
    return subjects;
  }

private:
  [[nodiscard]] static ClassProbabilities on_grid(const ClassProbabilities& probabilities, const WorkingGrid& grid) {
    return quantise(grid.from_scan(from_array(probabilities).to(torch::kFloat).div_(255.0)));
  }

  EnsembleTask scans_;
  WorkingCases cases_;
  EnsembleTask task_;
  std::vector<PseudoLabelSet> sets_;
};

} // namespace sparseann
