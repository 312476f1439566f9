#pragma once

#include <concepts>
#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

#include "sparseann/annotate/plan.hpp"
#include "sparseann/annotate/sparse_labels.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/io/nifti.hpp"
#include "sparseann/pipeline/run_directory.hpp"

namespace sparseann {

/// Whoever labels the slices of a plan: an oracle that knows the dense labels, or files that a person made.
template <class A>
concept Annotator = requires(const A annotator, std::size_t case_index, const AnnotationPlan& plan) {
  { annotator.label(case_index, plan) } -> std::same_as<SparseLabels>;
};

/// The sparse labels of every case. Keeps `labels/CASE.nii.gz`, in which unlabelled voxels have nnU-Net's ignore label.
template <Annotator A>
[[nodiscard]] std::vector<SparseLabels> annotate(const A& annotator, const AnnotationPlan& plan,
                                                 std::span<const Case> cases, RunDirectory& run) {
  std::vector<SparseLabels> labels;
  for (std::size_t c = 0; c < cases.size(); ++c)
    labels.push_back(annotator.label(c, plan));
  run.stage("annotate", [&] {
    std::filesystem::create_directories(run.path() / "labels");
    for (std::size_t c = 0; c < cases.size(); ++c)
      write_nifti(run.path() / "labels" / (cases[c].name + ".nii.gz"),
                  LabelVolume{labels[c].voxels(), cases[c].image.geometry});
  });
  return labels;
}

} // namespace sparseann
