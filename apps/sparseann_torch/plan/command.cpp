#include "apps/sparseann_torch/plan/command.hpp"

#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "apps/sparseann_torch/plan/arguments.hpp"
#include "apps/sparseann_torch/plan/result.hpp"
#include "sparseann/annotate/plan.hpp"
#include "sparseann/core/interruption.hpp"
#include "sparseann/encode/feature_files.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/pipeline/feature_check.hpp"
#include "sparseann/pipeline/run_directory.hpp"
#include "sparseann/pipeline/selection.hpp"

namespace sparseann::app {

namespace {

void encode_stage(const PlanMethod& method, const Images& images, RunDirectory& run, const StageContext& context) {
  run.stage("encode", [&] {
    const std::filesystem::path folder = run.path() / "features";
    std::filesystem::create_directories(folder);
    const SliceSource slices(images.cases, all_slices(images.cases, images.planes));
    StageContext part = context.part("encode");
    part.directory = run.path() / "encoder";
    write_feature_files(folder, slices, method.encoder->encode(slices, part, cache_of(method.call.images)));
    check_kept_features(images.cases, images.planes, folder, part);
  });
}

/// What the selector asks to know of the slices beside their number.
void complete_problem(const PlanMethod& method, const Images& images, const RunDirectory& run,
                      SelectionProblem& problem) {
  if (method.encoder != nullptr)
    read_features(problem, images.cases, run.path() / "features");
  if (method.selector.scores)
    for (SliceStack& stack : problem.stacks)
      stack.scores = method.selector.scores(images.cases[stack.case_index].image, stack.plane);
}

void select_stage(const PlanMethod& method, const Images& images, SelectionProblem problem, RunDirectory& run,
                  const StageContext& context) {
  run.stage("select", [&] {
    complete_problem(method, images, run, problem);
    const Execution execution{.threads = method.call.images.threads, .progress = context.progress};
    const SelectionPlan selection = method.selector.select(problem, context.generator.split("select"), execution);
    publish_atomically(run.path() / "plan.csv", to_csv(plan_from(problem, selection), case_names(images.cases)));
  });
}

void plan(const CLI::App& app, const PlanCall& call, const std::vector<EncoderChoice>& encoders,
          const std::vector<SelectorChoice>& selectors) {
  const PlanMethod method = complete(app, call, encoders, selectors);
  const torch::Device device = use_device(call.images);
  if (method.encoder != nullptr)
    method.encoder->settle(device);
  const Progress progress(std::cerr, standard_error_is_terminal());
  const Images images = read_images(call.images, call.planes, progress);
  const SelectionProblem problem = selection_problem(images.cases, images.planes, call.budget);
  RunDirectory run(*call.output, facts_of("plan", call.images, device), options_of(method, images));
  StageContext context = stage_context(call.images, device, progress);
  context.log = [&run](const Json& event) { run.log(event); };
  if (method.encoder != nullptr)
    encode_stage(method, images, run, context);
  select_stage(method, images, problem, run, context);
  const AnnotationPlan found = read_plan(run.path() / "plan.csv", case_names(images.cases));
  run.stage("pictures", [&] { write_plan(run.path(), found, images, progress); });
  std::cout << plan_in_words(run.path(), found, images) << std::flush;
}

} // namespace

int run_plan(int argc, const char* const* argv) {
  leave_when_interrupted();
  const std::vector<EncoderChoice> encoders = all_encoders();
  const std::vector<SelectorChoice> selectors = all_selectors();
  PlanCall call;
  CLI::App app("Says which slices of the images in a folder to label now; needs no labels.", "sparseann plan");
  add_arguments(app, call, encoders, selectors);
  return run_program(app, argc, argv, [&] { plan(app, call, encoders, selectors); });
}

} // namespace sparseann::app
