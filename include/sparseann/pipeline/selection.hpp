#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/annotate/budget.hpp"
#include "sparseann/annotate/plan.hpp"
#include "sparseann/encode/feature_encoder.hpp"
#include "sparseann/encode/feature_files.hpp"
#include "sparseann/encode/reconstruction.hpp"
#include "sparseann/io/npy.hpp"
#include "sparseann/pipeline/feature_check.hpp"
#include "sparseann/pipeline/run_directory.hpp"
#include "sparseann/select/selector.hpp"

namespace sparseann {

/// Names of cases, in order, as artefacts use them.
[[nodiscard]] inline std::vector<std::string> case_names(std::span<const Case> cases) {
  std::vector<std::string> names;
  for (const Case& subject : cases)
    names.push_back(subject.name);
  return names;
}

/// What a selector is asked for a cohort: every plane of every case with its budget, without features.
[[nodiscard]] inline SelectionProblem selection_problem(std::span<const Case> cases, std::span<const Plane> planes,
                                                        const Budget& budget) {
  SelectionProblem problem;
  for (std::size_t c = 0; c < cases.size(); ++c)
    for (const Plane plane : planes) {
      const Geometry& geometry = cases[c].image.geometry;
      const std::size_t slices = slice_count(geometry.shape, plane);
      problem.stacks.push_back({.case_index = c,
                                .plane = plane,
                                .slices = slices,
                                .budget = budget.slices_of(slices),
                                .spacing_mm = geometry.spacing_mm[stacking_axis(plane)],
                                .features = std::nullopt});
    }
  return problem;
}

/// Gives every stack its features, from a folder as write_feature_files leaves it. Throws: IoError, DataError.
inline void read_features(SelectionProblem& problem, std::span<const Case> cases, const std::filesystem::path& folder) {
  for (SliceStack& stack : problem.stacks)
    stack.features = read_npy(feature_file(folder, cases[stack.case_index].name, stack.plane));
}

/// Step I, features: fits the encoder on the slices of all cases and keeps `features/CASE_PLANE.npy`, (slices, D) each,
/// what they look like, and, where the encoder can go back to slices, its reconstructions.
template <FeatureEncoder Encoder>
void encode_slices(Encoder encoder, std::span<const Case> cases, std::span<const Plane> planes, RunDirectory& run,
                   const StageContext& context) {
  run.stage("encode", [&] {
    const std::filesystem::path folder = run.path() / "features";
    std::filesystem::create_directories(folder);
    const SliceSource slices(cases, all_slices(cases, planes));
    StageContext part = context.part("encode").alone();
    part.directory = run.path() / "encoder";
    write_feature_files(folder, slices, fit_and_encode(encoder, slices, part));
    check_kept_features(cases, planes, folder, part);
    if constexpr (ReconstructingEncoder<Encoder>)
      keep_reconstructions(encoder, cases, slices, part);
  });
}

/// Step I, selection: which slices of every case to label, ranked, by features that encode_slices left in the folder
/// `features`, which is empty where the selector needs none. Keeps `plan.csv`.
///
/// Throws: InvalidArgument for budgets that do not fit a stack; as the selector; IoError for features that are not
/// there.
template <CohortSelector Selector>
  requires ImageScorer<Selector> || (!needs_scores<Selector>)
[[nodiscard]] AnnotationPlan
    choose_slices(const Selector& selector, std::span<const Case> cases, std::span<const Plane> planes,
                  const Budget& budget, const std::filesystem::path& features, RunDirectory& run,
                  const StageContext& context) {
  SelectionProblem problem = selection_problem(cases, planes, budget);
  const std::filesystem::path path = run.path() / "plan.csv";
  const std::vector<std::string> names = case_names(cases);
  run.stage("select", [&] {
    if (!features.empty())
      read_features(problem, cases, features);
    if constexpr (ImageScorer<Selector>)
      for (SliceStack& stack : problem.stacks)
        stack.scores = selector.scores(cases[stack.case_index].image, stack.plane);
    const SelectionPlan selection = selector(problem, context.generator.split("select"));
    publish_atomically(path, to_csv(plan_from(problem, selection), names));
  });
  return read_plan(path, names);
}

/// Step I: encode_slices, where there is an encoder, then choose_slices. Throws: as they do.
template <EncoderSlot Encoder, CohortSelector Selector>
  requires(FeatureEncoder<Encoder> || !needs_features<Selector>) && (ImageScorer<Selector> || !needs_scores<Selector>)
[[nodiscard]] AnnotationPlan
    select_slices(const Encoder& encoder, const Selector& selector, std::span<const Case> cases,
                  std::span<const Plane> planes, const Budget& budget, RunDirectory& run, const StageContext& context) {
  (void)selection_problem(cases, planes, budget); // what cannot be chosen need not be encoded
  std::filesystem::path features;
  if constexpr (FeatureEncoder<Encoder>) {
    encode_slices(encoder, cases, planes, run, context);
    features = run.path() / "features";
  }
  return choose_slices(selector, cases, planes, budget, features, run, context);
}

} // namespace sparseann
