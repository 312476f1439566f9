#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>

#include "sparseann/core/options.hpp"

namespace sparseann::three_steps {

/// What the command line says besides the options of the method: on which data, where to, and how.
struct Call {
  std::optional<std::string> data;
  std::string out = "run";
  std::uint64_t seed = 0;
  std::string device = "cpu";
  std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  std::optional<std::size_t> training_cases;
  std::optional<std::size_t> test_cases;
  std::size_t validation_cases = 0;
  std::optional<std::string> export_data;
  std::optional<bool> baselines;
  std::size_t pictured_cases = 10;
  bool tensorboard = false;
  std::uint64_t memory_budget_mb = 0;

  friend void visit(Call& call, auto&& visitor) {
    visitor(
        field("data", call.data, "nnU-Net folder (imagesTr, labelsTr, imagesTs, labelsTs); none: generated hearts"));
    visitor(field("out", call.out, "run directory; an unfinished run in it goes on"));
    visitor(field("seed", call.seed, "seed of everything random"));
    visitor(field("device", call.device, "cpu, cuda or cuda:N"));
    visitor(field("threads", call.threads, "CPU threads", between(1, 4096)));
    visitor(field("training-cases", call.training_cases, "use only the first so many training cases", at_least(1)));
    visitor(field("test-cases", call.test_cases, "use only the first so many test cases", at_least(1)));
    visitor(
        field("validation-cases", call.validation_cases,
              "so many of the training cases, the last ones, take the place of the test cases: for choosing options",
              at_least(0)));
    visitor(
        field("export-data", call.export_data,
              "also write the cohort as an nnU-Net folder: to a new or empty one, or to where this very cohort is"));
    visitor(
        field("baselines", call.baselines,
              "also full annotation, equal intervals and random-fit alone; they double the time, so that none means "
              "true with --data and false without"));
    visitor(field("pictured-cases", call.pictured_cases,
                  "training cases and test cases, the first ones, that report.html has pictures of", at_least(0)));
    visitor(field("memory-budget-mb", call.memory_budget_mb,
                  "megabytes of volumes to hold in memory; what is more is kept in files beside the run directory, "
                  "which go with the program; 0: all in memory"));
    visitor(field("tensorboard", call.tensorboard,
                  "also write what trainings log to OUT/tensorboard, which TensorBoard shows"));
  }
};

} // namespace sparseann::three_steps
