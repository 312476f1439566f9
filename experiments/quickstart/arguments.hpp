#pragma once

// What quickstart is asked for: the policies that it is made of, their options, and the command line.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <tuple>

#include <CLI/App.hpp>

#include "sparseann/annotate/planes.hpp"
#include "sparseann/data/heart_cohort.hpp"
#include "sparseann/encode/conv_autoencoder.hpp"
#include "sparseann/loss/masked_cross_entropy.hpp"
#include "sparseann/meta/nearest_fit.hpp"
#include "sparseann/meta/random_fit.hpp"
#include "sparseann/meta/then.hpp"
#include "sparseann/metric/evaluation.hpp"
#include "sparseann/pipeline/pipeline.hpp"
#include "sparseann/pipeline/presets.hpp"
#include "sparseann/select/max_cover.hpp"
#include "sparseann/select/per_stack.hpp"

namespace sparseann::quickstart {

using RandomThenNearest = Then<RandomFit, NearestFit>;
using Model3d = Sparse3d<DenseVoxNet>;
using ThreeSteps = Pipeline<ConvAutoencoder, PerStack<MaxCover<>>, MaskedCrossEntropy,
                            BaseModels<Planes2d<Fcn2d>, Model3d>, TrainedMeta<RandomThenNearest>>;

struct QuickstartOptions {
  HeartCohortOptions heart;
  PlanesOptions planes;
  decltype(ThreeSteps::options) steps;
  EvaluationOptions evaluation;
  bool baselines = true;

  QuickstartOptions() {
    steps.budget = {};
    std::get<0>(steps.base.models) = cpu_sized::planes2d();
    std::get<1>(steps.base.models) = cpu_sized::sparse3d();
    steps.meta = cpu_sized::meta<RandomThenNearest>();
  }

  friend void visit(QuickstartOptions& options, auto&& visitor) {
    visitor(field("heart", options.heart, "the generated cohort"));
    visitor(field("planes", options.planes, "the planes used"));
    visitor(field("steps", options.steps, "the three steps"));
    visitor(field("evaluation", options.evaluation, "metrics"));
    visitor(field("baselines", options.baselines, "also full annotation, equal intervals and random-fit alone"));
  }
};

/// What the command line says besides: on which data, where to, and how.
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

  friend void visit(Call& call, auto&& visitor) {
    visitor(field("data", call.data, "nnU-Net folder (imagesTr, labelsTr, imagesTs, labelsTs); none: generated hearts"));
    visitor(field("out", call.out, "run directory; an unfinished run in it goes on"));
    visitor(field("seed", call.seed, "seed of everything random"));
    visitor(field("device", call.device, "cpu, cuda or cuda:N"));
    visitor(field("threads", call.threads, "CPU threads", at_least(1)));
    visitor(field("training-cases", call.training_cases, "use only the first so many training cases", at_least(1)));
    visitor(field("test-cases", call.test_cases, "use only the first so many test cases", at_least(1)));
    visitor(field("validation-cases", call.validation_cases,
                  "so many of the training cases, the last ones, take the place of the test cases: for choosing options",
                  at_least(0)));
    visitor(field("export-data", call.export_data, "also write the cohort as an nnU-Net folder to this new folder"));
    visitor(field("baselines", call.baselines,
                  "also full annotation, equal intervals and random-fit alone; they double the time, so that none means "
                  "true with --data and false without"));
  }
};

struct Arguments {
  Call call;
  QuickstartOptions options;
};

/// Adds everything that can be said on the command line. `arguments` must outlive the parse.
void add_arguments(CLI::App& app, Arguments& arguments);

} // namespace sparseann::quickstart
