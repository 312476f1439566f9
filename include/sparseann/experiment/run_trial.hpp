#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "sparseann/annotate/planes.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/progress.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/data/normalise.hpp"
#include "sparseann/experiment/arm.hpp"
#include "sparseann/experiment/experiment_call.hpp"
#include "sparseann/experiment/experiment_data.hpp"
#include "sparseann/experiment/instance_scores.hpp"
#include "sparseann/experiment/trial.hpp"
#include "sparseann/experiment/trial_scores.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/pipeline/fingerprint.hpp"
#include "sparseann/pipeline/metrics.hpp"
#include "sparseann/pipeline/run_directory.hpp"
#include "sparseann/tensor/device.hpp"

namespace sparseann {

/// An id as the name of a file.
[[nodiscard]] inline std::string file_name_of(const Trial& trial) {
  std::string name = trial.id();
  std::ranges::replace(name, '/', '_');
  return name;
}

/// Whether a trial is done: `done.json` is the last that it writes.
[[nodiscard]] inline bool is_done(const std::filesystem::path& out, const Trial& trial) {
  return std::filesystem::exists(out / trial.id() / "done.json");
}

/// Where the message of a trial that failed is kept.
[[nodiscard]] inline std::filesystem::path failure_file(const std::filesystem::path& out, const Trial& trial) {
  return out / "failures" / (file_name_of(trial) + ".txt");
}

inline void keep_failure(const std::filesystem::path& out, const Trial& trial, const std::string& message) {
  std::filesystem::create_directories(out / "failures");
  publish_atomically(failure_file(out, trial), message + '\n');
}

namespace detail {

/// A trial's cohort: its training cases, normalised.
[[nodiscard]] inline LabelledCohort trial_data(const LabelledCohort& data, const ExperimentCall& call,
                                               const Trial& trial) {
  LabelledCohort part =
      with_training_cases(data, training_cases_of(data.cohort.training.size(), call, trial.training_cases, trial.seed));
  normalise_images(part.cohort);
  return part;
}

/// What a trial's results depend on.
[[nodiscard]] inline Json trial_options(const Json& of_arm, const Trial& trial, const LabelledCohort& data) {
  Json cases = Json::array();
  for (const Case& subject : data.cohort.training)
    cases.push_back(subject.name);
  return {{"name", trial.name}, {"budget", trial.budget()}, {"seed", trial.seed},
          {"options", of_arm},  {"training_cases", cases},  {"data", fingerprint(data)}};
}

/// What the arm gets. Throws: Error where its preparation is not done.
[[nodiscard]] inline TrialTask task_of(const Trial& trial, const Arm& arm, const LabelledCohort& data,
                                       std::span<const Plane> planes, KeptPredictions kept,
                                       const std::filesystem::path& out) {
  TrialTask task{.data = data, .planes = planes, .budget = std::nullopt, .features = {}, .kept = kept};
  if (trial.every)
    task.budget = Budget{.every = trial.every, .count = std::nullopt};
  if (const auto preparation = preparation_of(arm, trial.seed)) {
    if (!is_done(out, *preparation))
      throw Error(fmt::format("{}: needs {}, which is not done", trial.id(), preparation->id()));
    task.features = out / preparation->id() / "features";
  }
  return task;
}

/// Scores what an arm has predicted, and writes what is known of the trial.
inline void publish_trial(const Trial& trial, const TrialResult& result, const LabelledCohort& data, std::size_t planes,
                          std::size_t threads, KeptPredictions kept, const RunDirectory& run) {
  const auto scores =
      evaluate_methods(result.methods, data.cohort.test, data.test_labels, data.cohort.classes(), {}, threads);
  std::vector<InstanceScores> instances;
  if (kept == KeptPredictions::probabilities)
    instances = evaluate_instances(result.methods, data.cohort.test, data.test_labels, {.threads = threads});
  publish_atomically(run.path() / "scores.csv", scores_csv(scores, data.cohort.class_names, instances));
  publish_atomically(run.path() / "costs.csv", costs_csv(trial, result.plan, data, planes, run.seconds()));
  publish_atomically(run.path() / "trainings.csv", trainings_csv(learning_curves(run)));
}

} // namespace detail

/// Runs one trial of an experiment in its folder below `out`, or goes on with it. A trial's folder is a run directory
/// with, besides, `scores.csv`, `costs.csv` and `trainings.csv`, see docs/formats.md.
///
/// `arm`: of the trial, or one of those that share the preparation. `kept`: with probabilities, instances are scored,
/// too. Throws: Error where the arm's preparation is not
/// done; as the arm; what is thrown is also kept below `failures/`.
inline void run_trial(const Trial& trial, const Arm& arm, const LabelledCohort& all, const ExperimentCall& call,
                      const Json& facts, const std::filesystem::path& out,
                      KeptPredictions kept = KeptPredictions::labels) {
  try {
    const LabelledCohort data = detail::trial_data(all, call, trial);
    const std::vector<Plane> planes = planes_of(data.cohort);
    const bool prepares = trial.kind == Trial::Kind::preparation;
    RunDirectory run(out / trial.id(), facts,
                     detail::trial_options(prepares ? arm.preparation.value().options : arm.options, trial, data));
    const StageContext context{.stage = "",
                               .device = device_from_name(call.device),
                               .generator = Generator(trial.seed),
                               .progress = Progress(std::cerr, standard_error_is_terminal()),
                               .exchange = {},
                               .directory = {},
                               .log = [&run](const Json& event) { run.log(event); }};
    if (prepares)
      arm.preparation->run(data.cohort, planes, run, context);
    else
      detail::publish_trial(trial, arm.run(detail::task_of(trial, arm, data, planes, kept, out), run, context), data,
                            planes.size(), call.threads_of_trial(), kept, run);
    write_json_file(run.path() / "done.json", {{"seconds", run.seconds()}});
    std::error_code none;
    std::filesystem::remove(failure_file(out, trial), none);
  } catch (const std::exception& error) {
    keep_failure(out, trial, error.what());
    throw;
  }
}

} // namespace sparseann
