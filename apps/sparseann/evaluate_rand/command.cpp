#include "apps/sparseann/evaluate_rand/command.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/sparseann/evaluate_rand/report.hpp"
#include "apps/sparseann/evaluate_rand/scores.hpp"
#include "apps/sparseann/evaluate_rand/volumes.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/interruption.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/io/hdf5.hpp"
#include "sparseann/io/json.hpp"

namespace sparseann::app {

namespace {

namespace fs = std::filesystem;

struct EvaluateRandCall {
  std::vector<std::string> prediction;
  std::vector<std::string> reference;
  std::string output;
  std::string prediction_dataset = "prediction";
  std::string reference_dataset = "label";
  RandOptions rand;
  std::size_t threads = std::max(1U, std::thread::hardware_concurrency());

  friend void visit(EvaluateRandCall& call, auto&& visitor) {
    visitor(field("prediction", call.prediction,
                  "HDF5 files with the probability of cell, 0 to 1, or 8 or 16 bits of which the largest value is 1; "
                  "several are scored as one"));
    visitor(field("reference", call.reference,
                  "as many HDF5 files with the true instances, 0 where there is boundary, in the same order"));
    visitor(field("output", call.output, "rand.csv to write; beside it the same name with .json"));
    visitor(field("prediction-dataset", call.prediction_dataset, "the probabilities' name in their file"));
    visitor(field("reference-dataset", call.reference_dataset, "the instances' name in their file"));
    visitor(field("scoring", call.rand.scoring,
                  "what a segment is: 2D components, or these as seeds of our watershed; two different scores"));
    visitor(field("sweep", call.rand.sweep, "thresholds: refined (0.1, then 0.05 and 0.01 about the best) or all 99"));
    visitor(field("singletons", call.rand.singletons,
                  "what a missed voxel counts: counted, a segment of its own; divided, only that by all voxels"));
    visitor(field("threshold", call.rand.threshold, "a threshold chosen on training stacks, scored besides the sweep",
                  between(0, 1)));
    visitor(field("threads", call.threads, "CPU threads", between(1, 4096), Affects::execution));
  }
};

void check_files(std::string_view flag, const std::vector<std::string>& paths) {
  if (paths.empty())
    throw InvalidArgument(std::string(flag), "HDF5 files", "none");
  for (const std::string& path : paths)
    if (!fs::is_regular_file(path))
      throw InvalidArgument(std::string(flag), "HDF5 files", fmt::format("'{}', which is no file", path));
}

void check_call(const EvaluateRandCall& call) {
  check_files("--prediction", call.prediction);
  check_files("--reference", call.reference);
  if (call.reference.size() != call.prediction.size())
    throw InvalidArgument("--reference", fmt::format("{}, one for each prediction", call.prediction.size()),
                          std::to_string(call.reference.size()));
  if (call.output.empty())
    throw InvalidArgument("--output", "a file to write", "nothing");
  if (fs::is_directory(call.output))
    throw InvalidArgument("--output", "a file to write", fmt::format("{}, a folder", call.output));
}

/// Throws: IoError; DataError where the two do not fit each other, or there is nothing to score.
Stack read_stack(const std::string& prediction, const std::string& reference, const EvaluateRandCall& call) {
  Stack stack{.probability = read_probability_map(prediction, call.prediction_dataset),
              .reference = read_hdf5<std::uint32_t>(reference, call.reference_dataset)};
  const Shape3 shape = std::visit([](const auto& map) { return shape_of(map); }, stack.probability);
  if (shape != shape_of(stack.reference))
    throw DataError(prediction, fmt::format("{} voxels as in {}", to_string(shape_of(stack.reference)), reference),
                    to_string(shape));
  if (std::ranges::all_of(elements(stack.reference), [](std::uint32_t label) { return label == 0; }))
    throw DataError(reference, fmt::format("dataset '{}' with instances", call.reference_dataset), "0 alone");
  return stack;
}

void evaluate_rand(const EvaluateRandCall& call) {
  check_call(call);
  std::vector<Stack> stacks;
  for (std::size_t i = 0; i < call.prediction.size(); ++i)
    stacks.push_back(read_stack(call.prediction[i], call.reference[i], call));
  const RandScores scores = rand_scores(stacks, call.rand, {.threads = call.threads});
  {
    const Uninterrupted guard;
    publish_atomically(call.output, rand_table(scores, call.rand));
    write_json_file(fs::path(call.output).replace_extension(".json"), rand_summary(scores, call.rand));
  }
  std::cout << rand_in_words(scores, call.rand) << std::flush;
}

} // namespace

int run_evaluate_rand(int argc, const char* const* argv) {
  leave_when_interrupted();
  EvaluateRandCall call;
  CLI::App app("Scores maps of cell probabilities against instances: V^Rand, variation of information, pixel error.",
               "sparseann evaluate-rand");
  app.set_version_flag("--version", program_line());
  add_options(app, call);
  return run_program(app, argc, argv, [&] { evaluate_rand(call); });
}

} // namespace sparseann::app
