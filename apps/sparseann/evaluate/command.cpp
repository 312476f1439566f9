#include "apps/sparseann/evaluate/command.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/sparseann/evaluate/cases.hpp"
#include "apps/sparseann/evaluate/report.hpp"
#include "apps/sparseann/policies.hpp"
#include "sparseann/core/interruption.hpp"
#include "sparseann/core/parallel.hpp"
#include "sparseann/core/progress.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/io/nifti.hpp"
#include "sparseann/io/same_grid.hpp"
#include "sparseann/metric/evaluation.hpp"

namespace sparseann::app {

namespace {

namespace fs = std::filesystem;

struct EvaluateCall {
  std::string prediction;
  std::string reference;
  std::string output;
  std::vector<std::size_t> classes;
  std::vector<double> spacing;
  EvaluationOptions metric;
  std::size_t threads = std::max(1U, std::thread::hardware_concurrency());

  friend void visit(EvaluateCall& call, auto&& visitor) {
    visitor(field("prediction", call.prediction, "labels (.nii or .nii.gz), or a folder of them"));
    visitor(field("reference", call.reference, "the true labels, or a folder of them with the same names"));
    visitor(field("output", call.output, "metrics.csv to write; beside it the same name with .json"));
    visitor(field("classes", call.classes, "labels to score; none: all above 0 that any case has", between(1, 255)));
    visitor(field("spacing", call.spacing, "mm along z, y and x; none: the reference file's", above(0)));
    visitor(field("surface", call.metric.surface, "between what distances are: boundary voxels or surface elements"));
    visitor(field("tolerance-mm", call.metric.tolerance_mm,
                  "up to where the normalised surface Dice calls boundaries equal", at_least(0)));
    visitor(field("neighbours", call.metric.boundary.neighbours, "which neighbours outside make a voxel boundary"));
    visitor(field("image-border", call.metric.boundary.image_border, "whether beyond the image counts as outside"));
    visitor(field("average", call.metric.boundary_average, "of the boundaries' distances"));
    visitor(field("percentile", call.metric.boundary_percentile, "HD95's"));
    visitor(field("empty-distance", call.metric.empty_distance, "distances where one side is empty"));
    visitor(field("threads", call.threads, "CPU threads", between(1, 4096), Affects::execution));
  }
};

void check_call(const EvaluateCall& call) {
  if (call.output.empty())
    throw InvalidArgument("--output", "a file to write", "nothing");
  if (fs::is_directory(call.output))
    throw InvalidArgument("--output", "a file to write", fmt::format("{}, a folder", call.output));
  if (!call.spacing.empty() && call.spacing.size() != 3)
    throw InvalidArgument("--spacing", "three numbers, along z, y and x", fmt::format("{}", call.spacing.size()));
  naming_flag("--neighbours", "boundary.neighbours", [&] { validate(call.metric); });
}

/// A case, or why it could not be scored.
struct Outcome {
  CaseResult result;
  std::optional<std::string> failure;
};

CaseResult scored(const EvaluateCall& call, const LabelPair& pair, std::size_t threads) {
  if (pair.prediction.empty())
    throw DataError(fmt::format("case {}", pair.name), "a prediction", "none in " + call.prediction);
  if (pair.reference.empty())
    throw DataError(fmt::format("case {}", pair.name), "a reference", "none in " + call.reference);
  LabelVolume prediction = read_nifti_labels(pair.prediction);
  LabelVolume reference = read_nifti_labels(pair.reference);
  check_same_grid(pair.prediction, prediction.geometry, pair.reference, reference.geometry);
  if (!call.spacing.empty()) {
    std::ranges::copy(call.spacing, reference.geometry.spacing_mm.begin());
    prediction.geometry.spacing_mm = reference.geometry.spacing_mm;
  }
  const std::vector<std::uint8_t> labels(call.classes.begin(), call.classes.end());
  return {pair.name, evaluate_labels(prediction, reference, labels, call.metric, pair.name, {.threads = threads})};
}

/// Every case is tried; one that cannot be read does not keep the others from being scored.
std::vector<Outcome> outcomes_of(const EvaluateCall& call, const std::vector<LabelPair>& pairs,
                                 const Progress& progress) {
  std::vector<Outcome> outcomes(pairs.size());
  const std::size_t at_once = std::min(call.threads, pairs.size());
  auto task = progress.start("evaluate", pairs.size());
  std::mutex reports;
  parallel_for(pairs.size(), at_once, [&](std::size_t i) {
    try {
      outcomes[i].result = scored(call, pairs[i], std::max<std::size_t>(call.threads / at_once, 1));
    } catch (const Error& error) {
      outcomes[i].failure = error.what();
    }
    const std::scoped_lock lock(reports);
    if (outcomes[i].failure)
      progress.say("error: " + *outcomes[i].failure);
    task.advance();
  });
  task.finish();
  return outcomes;
}

/// Classes that a case does not have are scored, too, where others have them: as empty on both sides.
void complete_classes(std::vector<CaseResult>& results) {
  std::set<std::uint8_t> labels;
  for (const CaseResult& result : results)
    for (const ClassScore& score : result.classes)
      labels.insert(static_cast<std::uint8_t>(score.label));
  const LabelVolume nothing = zeros_on<std::uint8_t>(isotropic_geometry({1, 1, 1}));
  for (CaseResult& result : results) {
    std::vector<ClassScore> all;
    for (const std::uint8_t label : labels) {
      const auto found = std::ranges::find(result.classes, label, &ClassScore::label);
      all.push_back(found != result.classes.end() ? *found : evaluate_labels(nothing, nothing, {&label, 1}).front());
    }
    result.classes = std::move(all);
  }
}

void evaluate(const EvaluateCall& call) {
  check_call(call);
  const std::vector<LabelPair> pairs = pairs_of(call.prediction, call.reference);
  const Progress progress(std::cerr, standard_error_is_terminal());
  std::vector<CaseResult> results;
  std::vector<std::string> failures;
  for (Outcome& outcome : outcomes_of(call, pairs, progress))
    if (outcome.failure)
      failures.push_back(*outcome.failure);
    else
      results.push_back(std::move(outcome.result));
  if (call.classes.empty())
    complete_classes(results);
  const Json summary = metrics_summary(results, call.metric, failures);
  {
    const Uninterrupted guard;
    publish_atomically(call.output, metrics_table(results));
    write_json_file(fs::path(call.output).replace_extension(".json"), summary);
  }
  std::cout << summary_in_words(summary) << std::flush;
  if (!failures.empty())
    throw DataError(call.prediction, "cases that can all be scored",
                    fmt::format("{} of {} that cannot, see above", failures.size(), pairs.size()));
}

} // namespace

int run_evaluate(int argc, const char* const* argv) {
  leave_when_interrupted();
  EvaluateCall call;
  CLI::App app("Scores segmentations against reference labels: overlap, distances of boundaries, volumes.",
               "sparseann evaluate");
  app.set_version_flag("--version", program_line());
  add_options(app, call);
  return run_program(app, argc, argv, [&] { evaluate(call); });
}

} // namespace sparseann::app
