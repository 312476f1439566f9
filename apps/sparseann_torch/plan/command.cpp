#include "apps/sparseann_torch/plan/command.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "apps/sparseann_torch/plan/arguments.hpp"
#include "apps/sparseann_torch/plan/result.hpp"
#include "apps/sparseann_torch/plan/tasks.hpp"
#include "sparseann/annotate/annotation_round.hpp"
#include "sparseann/annotate/drawing_order.hpp"
#include "sparseann/annotate/plan.hpp"
#include "sparseann/core/error.hpp"
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

/// What the selector is asked: slices on top of those that are known, of which it knows or does not.
SelectionProblem problem_of(const PlanCall& call, const Images& images, const KnownLabels& known) {
  std::vector<std::size_t> left; // slices of stacks that are not all known
  std::vector<std::vector<std::size_t>> labelled;
  for (std::size_t c = 0; c < images.cases.size(); ++c)
    for (const Plane plane : images.planes) {
      labelled.push_back(known.slices(c)[stacking_axis(plane)]);
      const std::size_t unknown = slice_count(images.cases[c].image.shape(), plane) - labelled.back().size();
      if (unknown > 0)
        left.push_back(unknown);
    }
  if (left.empty())
    throw InvalidArgument("--already", "a slice that is not drawn yet", "none");
  const Budget budget =
      call.annotators.time.budget_minutes ? budget_with(call.annotators.time.slices(), left) : call.budget;
  SelectionProblem problem = selection_problem(images.cases, images.planes, budget);
  for (std::size_t i = 0; i < problem.stacks.size(); ++i) {
    SliceStack& stack = problem.stacks[i];
    stack.budget = std::min(stack.budget, stack.slices - labelled[i].size());
    if (call.annotators.conditioned)
      stack.labelled = labelled[i];
    else
      stack.budget += labelled[i].size(); // some of them may be found again
  }
  return problem;
}

/// Leaves out slices that are known, and those beyond what was asked for on top.
void drop_known(const PlanCall& call, const KnownLabels& known, SelectionProblem& problem, SelectionPlan& selection) {
  if (call.annotators.conditioned)
    return;
  for (std::size_t i = 0; i < problem.stacks.size(); ++i) {
    SliceStack& stack = problem.stacks[i];
    const std::vector<std::size_t> labelled = known.slices(stack.case_index)[stacking_axis(stack.plane)];
    const RankedSelection& found = selection.selections[i];
    RankedSelection fresh;
    stack.budget -= labelled.size();
    for (std::size_t rank = 0; rank < found.indices.size() && fresh.indices.size() < stack.budget; ++rank) {
      if (std::ranges::binary_search(labelled, found.indices[rank]))
        continue;
      fresh.indices.push_back(found.indices[rank]);
      if (!found.gains.empty())
        fresh.gains.push_back(found.gains[rank]);
    }
    selection.selections[i] = fresh;
  }
}

void select_stage(const PlanMethod& method, const Images& images, const KnownLabels& known, RunDirectory& run,
                  const StageContext& context) {
  const PlanCall& call = method.call;
  SelectionProblem problem = problem_of(call, images, known);
  run.stage("select", [&] {
    complete_problem(method, images, run, problem);
    const Execution execution{.threads = call.images.threads, .progress = context.progress};
    SelectionPlan selection = method.selector.select(problem, context.generator.split("select"), execution);
    drop_known(call, known, problem, selection);
    AnnotationPlan found = plan_from(problem, selection);
    if (call.annotators.time.budget_minutes)
      found = first_to_draw(found, call.annotators.time.slices());
    publish_atomically(run.path() / "plan.csv", to_csv(found, case_names(images.cases)));
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
  std::optional<AnnotationState> already;
  if (call.annotators.already)
    already = read_annotation_state(*call.annotators.already);
  const std::vector<std::string> class_names = classes_of(call, already);
  const KnownLabels known(already, images, class_names);
  (void)problem_of(call, images, known); // what cannot be chosen need not be encoded
  RunDirectory run(*call.output, facts_of("plan", call.images, device), options_of(method, images, already));
  StageContext context = stage_context(call.images, device, progress);
  context.log = [&run](const Json& event) { run.log(event); };
  if (method.encoder != nullptr)
    encode_stage(method, images, run, context);
  select_stage(method, images, known, run, context);
  const AnnotationPlan found = read_plan(run.path() / "plan.csv", case_names(images.cases));
  run.stage("pictures", [&] { write_plan(run.path(), found, images, progress); });
  run.stage("tasks", [&] {
    write_tasks(run.path(), found, images, known, class_names, call.annotators.time.minutes_per_slice, progress);
  });
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
