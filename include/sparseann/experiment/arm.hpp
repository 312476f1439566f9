#pragma once

#include <concepts>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sparseann/annotate/budget.hpp"
#include "sparseann/annotate/plan.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/experiment/arm_settings.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/pipeline/ensembling.hpp"
#include "sparseann/pipeline/run_directory.hpp"
#include "sparseann/train/stage_context.hpp"

namespace sparseann {

/// What one trial of an experiment is about.
struct TrialTask {
  const LabelledCohort& data; ///< images normalised
  std::span<const Plane> planes;
  std::optional<Budget> budget;                   ///< none where everything is annotated
  std::filesystem::path features;                 ///< what the arm's preparation left, empty where it has none
  KeptPredictions kept = KeptPredictions::labels; ///< what the experiment scores besides labels
};

/// What a trial gives: predictions of the test cases, and which slices they have cost.
struct TrialResult {
  std::vector<Predictions> methods;
  std::optional<AnnotationPlan> plan; ///< none: every voxel
};

/// A way from scans and a budget to predictions: what an experiment compares.
///
/// `needs_budget` says whether it can be asked for slices; one that annotates everything has none.
template <class P>
concept Procedure =
    Policy<P> && requires(const P procedure, const TrialTask& task, RunDirectory& run, const StageContext& context) {
      { P::needs_budget } -> std::convertible_to<bool>;
      { procedure.run(task, run, context) } -> std::same_as<TrialResult>;
    };

/// A procedure with work that does not depend on the budget, done once for all trials of one seed: `preparation_name`
/// and what it depends on, so that arms of the same share it.
template <class P>
concept PreparedProcedure =
    Procedure<P> && requires(const P procedure, const LabelledCohort& data, std::span<const Plane> planes,
                             RunDirectory& run, const StageContext& context) {
      { procedure.preparation_name() } -> std::convertible_to<std::string>;
      { procedure.preparation_options() } -> std::same_as<Json>;
      procedure.prepare(data.cohort, planes, run, context);
    };

/// Work that several trials share.
struct Preparation {
  std::string name;
  Json options;
  std::function<void(const Cohort&, std::span<const Plane>, RunDirectory&, const StageContext&)> run;
};

/// One of the things that an experiment compares: a configured procedure by name.
struct Arm {
  std::string name;
  Json options;
  bool needs_budget = true;
  std::optional<Preparation> preparation;
  std::function<TrialResult(const TrialTask&, RunDirectory&, const StageContext&)> run;
  std::optional<std::size_t> every;          ///< a budget of its own, in place of the experiment's
  std::optional<std::size_t> training_cases; ///< so many of the training cases alone
};

/// A procedure as an arm, its options as `settings` say, and `overrides`, "PATH=VALUE" each, which make it an arm of
/// its own.
template <Procedure P>
[[nodiscard]] Arm arm_of(std::string name, ArmSettings& settings, const std::vector<std::string>& overrides = {}) {
  const P procedure = configured<P>(settings.options_of<P>(overrides));
  Arm arm{.name = std::move(name),
          .options = to_json(procedure.options, FieldFilter::affecting_results),
          .needs_budget = P::needs_budget,
          .preparation = std::nullopt,
          .run = [procedure](const TrialTask& task, RunDirectory& run,
                             const StageContext& context) { return procedure.run(task, run, context); },
          .every = std::nullopt,
          .training_cases = std::nullopt};
  if constexpr (PreparedProcedure<P>)
    arm.preparation = Preparation{
        .name = procedure.preparation_name(),
        .options = procedure.preparation_options(),
        .run = [procedure](const Cohort& cohort, std::span<const Plane> planes, RunDirectory& run,
                           const StageContext& context) { procedure.prepare(cohort, planes, run, context); }};
  return arm;
}

} // namespace sparseann
