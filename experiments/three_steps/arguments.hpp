#pragma once

// What a program of the three steps is asked for: its policies, their options, and the command line.
#include <string>
#include <tuple>

#include <CLI/App.hpp>

#include "call.hpp"
#include "policies.hpp"
#include "sparseann/annotate/planes.hpp"
#include "sparseann/data/heart_cohort.hpp"
#include "sparseann/loss/masked_cross_entropy.hpp"
#include "sparseann/meta/nearest_fit.hpp"
#include "sparseann/meta/random_fit.hpp"
#include "sparseann/meta/then.hpp"
#include "sparseann/metric/evaluation.hpp"
#include "sparseann/pipeline/pipeline.hpp"
#include "sparseann/pipeline/presets.hpp"
#include "sparseann/select/equal_interval.hpp"
#include "sparseann/select/max_cover.hpp"
#include "sparseann/select/per_stack.hpp"

namespace sparseann::three_steps {

using EqualIntervals = PerStack<EqualInterval>;
using RandomThenNearest = Then<RandomFit, NearestFit>;
using Model3d = Sparse3d<DenseVoxNet>;
using BaseNetworks = BaseModels<Planes2d<Fcn2d>, Model3d>;
using ThreeSteps =
    Pipeline<Encoder, PerStack<MaxCover<>>, MaskedCrossEntropy, BaseNetworks, TrainedMeta<RandomThenNearest>>;

struct ThreeStepsOptions {
  HeartCohortOptions heart;
  PlanesOptions planes;
  decltype(ThreeSteps::options) steps;
  OptionsOf<EqualIntervals> equal_interval;
  EvaluationOptions evaluation;
  bool baselines = true;

  ThreeStepsOptions() {
    steps.budget = {};
    std::get<0>(steps.base.models) = cpu_sized::planes2d();
    std::get<1>(steps.base.models) = cpu_sized::sparse3d();
    steps.meta = cpu_sized::meta<RandomThenNearest>();
  }

  friend void visit(ThreeStepsOptions& options, auto&& visitor) {
    visitor(field("heart", options.heart, "the generated cohort"));
    visitor(field("planes", options.planes, "the planes used"));
    visitor(field("steps", options.steps, "the three steps"));
    visitor(field("equal_interval", options.equal_interval, "the selector of the baseline equal_interval_3d"));
    visitor(field("evaluation", options.evaluation, "metrics"));
    visitor(field("baselines", options.baselines, "also full annotation, equal intervals and random-fit alone"));
  }
};

struct Arguments {
  Call call;
  ThreeStepsOptions options;
};

/// Version, revision, LibTorch's version and what it computes on.
[[nodiscard]] std::string program_line(const std::string& devices);

/// Adds everything that can be said on the command line. `arguments` must outlive the parse.
void add_arguments(CLI::App& app, Arguments& arguments);

/// Throws InvalidArgument naming the flag of an option that is out of its limits or does not fit the others.
void validate_arguments(const Arguments& arguments);

} // namespace sparseann::three_steps
