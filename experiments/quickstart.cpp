// The paper's three steps on the generated heart cohort or on any nnU-Net folder: which slices to label, the
// pseudo-label sets, the meta-model, and the baselines beside it.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <malloc.h>

#include "sparseann/annotate/accounting.hpp"
#include "sparseann/annotate/oracle.hpp"
#include "sparseann/annotate/planes.hpp"
#include "sparseann/data/heart_cohort.hpp"
#include "sparseann/data/nnunet_folder.hpp"
#include "sparseann/data/normalise.hpp"
#include "sparseann/encode/conv_autoencoder.hpp"
#include "sparseann/encode/no_encoder.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/meta/nearest_fit.hpp"
#include "sparseann/meta/random_fit.hpp"
#include "sparseann/meta/then.hpp"
#include "sparseann/pipeline/baselines.hpp"
#include "sparseann/pipeline/fingerprint.hpp"
#include "sparseann/pipeline/metrics.hpp"
#include "sparseann/pipeline/pipeline.hpp"
#include "sparseann/pipeline/presets.hpp"
#include "sparseann/pseudo_label/average_vote.hpp"
#include "sparseann/pseudo_label/majority_vote.hpp"
#include "sparseann/report/report.hpp"
#include "sparseann/report/result_picture.hpp"
#include "sparseann/report/run_report.hpp"
#include "sparseann/revision.hpp"
#include "sparseann/select/equal_interval.hpp"
#include "sparseann/select/max_cover.hpp"
#include "sparseann/select/per_stack.hpp"
#include "sparseann/tensor/device.hpp"
#include "sparseann/version.hpp"

namespace {

using namespace sparseann;

using RandomThenNearest = Then<RandomFit, NearestFit>;
using Model3d = Sparse3d<DenseVoxNet>;
using ThreeSteps = Pipeline<ConvAutoencoder, PerStack<MaxCover<>>, MaskedCrossEntropy,
                            BaseModels<Planes2d<Fcn2d>, Model3d>, TrainedMeta<RandomThenNearest>>;
using EqualIntervals = PerStack<EqualInterval>;

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

/// What the command line says besides the options proper.
struct Arguments {
  std::string data;
  std::string out = "run";
  std::uint64_t seed = 0;
  std::string device = "cpu";
  std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  std::optional<std::size_t> training_cases;
  std::optional<std::size_t> test_cases;
  std::string export_data;
  QuickstartOptions options;
};

void add_arguments(CLI::App& app, Arguments& arguments) {
  app.set_version_flag("--version", fmt::format("sparseann {} ({}), LibTorch {}", version, revision, TORCH_VERSION));
  app.add_option("--data", arguments.data, "nnU-Net folder with imagesTr, labelsTr, imagesTs, labelsTs; without it hearts are generated");
  app.add_option("--out", arguments.out, "run directory; an unfinished run in it goes on")->capture_default_str();
  app.add_option("--seed", arguments.seed, "seed of everything random")->capture_default_str();
  app.add_option("--device", arguments.device, "cpu, cuda or cuda:N")->capture_default_str();
  app.add_option("--threads", arguments.threads, "CPU threads")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--training-cases", arguments.training_cases, "use only the first so many training cases")->check(CLI::PositiveNumber);
  app.add_option("--test-cases", arguments.test_cases, "use only the first so many test cases")->check(CLI::PositiveNumber);
  app.add_option("--export-data", arguments.export_data, "also write the cohort as an nnU-Net folder to this new folder");
  QuickstartOptions& options = arguments.options;
  add_options(app, options.steps.budget);
  add_options(app, options.planes);
  app.add_option_function<std::string>("--baselines", [&](const std::string& text) {
    if (text != "true" && text != "false")
      throw InvalidArgument("--baselines", "true or false", fmt::format("'{}'", text));
    options.baselines = text == "true";
  }, "also full annotation, equal intervals and random-fit alone (true or false; default true)");
  add_options(app, options.heart, "heart");
  add_options(app, options.steps.encoder, "encoder");
  add_options(app, options.steps.selector, "selector");
  add_options(app, options.steps.base, "base");
  add_options(app, options.steps.meta, "meta");
  add_options(app, options.evaluation, "evaluation");
}

LabelledCohort read_cohort(const Arguments& arguments) {
  if (!arguments.data.empty())
    return read_nnunet_folder(arguments.data, {.max_training_cases = arguments.training_cases,
                                               .max_test_cases = arguments.test_cases});
  HeartCohortOptions heart = arguments.options.heart;
  heart.training_cases = arguments.training_cases.value_or(heart.training_cases);
  heart.test_cases = arguments.test_cases.value_or(heart.test_cases);
  return generate_heart_cohort(heart, Generator(arguments.seed).split("heart cohort"), arguments.threads);
}

Json facts_of(const Arguments& arguments, torch::Device device) {
  return {{"program", "quickstart"},
          {"version", version},
          {"git_revision", revision},
          {"libtorch", TORCH_VERSION},
          {"device", describe(device)},
          {"threads", arguments.threads},
          {"hardware_threads", std::thread::hardware_concurrency()}};
}

Json options_of(const Arguments& arguments, const LabelledCohort& data) {
  Json json = to_json(arguments.options, FieldFilter::affecting_results);
  if (!arguments.data.empty())
    json.erase("heart");
  json["seed"] = arguments.seed;
  json["data"] = {{"name", data.cohort.name}, {"fingerprint", fingerprint(data)}};
  return json;
}

std::vector<MethodNote> method_notes(const std::vector<PseudoLabelSet>& sets) {
  std::vector<MethodNote> notes{
      {std::string(RandomThenNearest::name), "Self-training (ours)",
       "the meta-model reads the image and the average pseudo-label; first fits random sets, then the nearest"},
      {"random_fit", "Self-training (ours)", "the meta-model fitted to random sets to the end, same iterations and schedule"},
      {"average_vote", "Votes of the base models", "the class of largest mean probability over the sets"},
      {"majority_vote", "Votes of the base models", "the label that most sets give; ties to the lower label"}};
  for (const PseudoLabelSet& set : sets)
    notes.push_back({set.name, "Base models from sparse labels",
                     set.name == "3d" ? "3D network, masked loss on the labelled slices, chosen by maximum coverage"
                                      : "2D network shared by the planes, slice by slice along " + set.name});
  notes.push_back({"equal_interval_3d", "Baselines", "the same 3D network from as many slices at equal intervals"});
  notes.push_back({"full_3d", "Baselines", "the same 3D network from every slice: full annotation", true});
  return notes;
}

/// One run: the stages in order, each from the artefacts of those before.
class Quickstart {
public:
  Quickstart(const Arguments& arguments, LabelledCohort data, RunDirectory& run, torch::Device device)
      : arguments_(arguments), data_(std::move(data)), run_(run) {
    context_.device = device;
    context_.generator = Generator(arguments.seed);
    context_.progress = Progress(std::cerr, standard_error_is_terminal());
    context_.log = [&run](const nlohmann::ordered_json& event) { run.log(event); };
    for (auto* cases : {&data_.cohort.training, &data_.cohort.test})
      for (Case& subject : *cases)
        subject.image = ZScore{}(std::move(subject.image), subject.name);
    for (const Case& subject : data_.cohort.training)
      geometries_.push_back(subject.image.geometry);
    planes_ = planes_for(geometries_, arguments.options.planes);
  }

  void operator()() {
    const auto start = std::chrono::steady_clock::now();
    const Cohort& cohort = data_.cohort;
    const Oracle oracle(data_.training_labels, cohort.classes());
    const ThreeSteps steps{.options = arguments_.options.steps};
    const PipelineResult result = steps.run(cohort, planes_, oracle, run_, context_);
    const EnsembleTask task{.cases = cohort.training, .labels = result.labels, .sets = result.sets, .classes = cohort.classes()};

    std::vector<Predictions> methods{result.predictions};
    for (const PseudoLabelSet& set : result.sets)
      methods.push_back(predictions_of(set, cohort.test, run_));
    methods.push_back(ensemble(AverageVote{}, task, cohort.test, run_, context_));
    methods.push_back(ensemble(MajorityVote{}, task, cohort.test, run_, context_));
    if (arguments_.options.baselines)
      add_baselines(oracle, task, methods);

    const auto scores = evaluate_methods(methods, cohort.test, data_.test_labels, cohort.classes(),
                                         arguments_.options.evaluation, arguments_.threads);
    const auto summaries = summarise_methods(scores);
    publish_atomically(run_.path() / "metrics.csv", metrics_csv(scores, cohort.class_names));
    publish_atomically(run_.path() / "summary.csv", summary_csv(summaries, cohort.class_names));
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    write_report(result, methods, summaries, seconds);
    print(summaries, method_notes(result.sets), seconds);
  }

private:
  void add_baselines(const Oracle& oracle, const EnsembleTask& task, std::vector<Predictions>& methods) {
    const Cohort& cohort = data_.cohort;
    const auto& options = arguments_.options.steps;
    TrainedMeta<RandomFit> random_fit;
    random_fit.options = {.network = options.meta.network,
                          .training = options.meta.training,
                          .inference = options.meta.inference,
                          .expert_labels_replace_targets = options.meta.expert_labels_replace_targets,
                          .fit = {}};
    methods.push_back(ensemble(random_fit, task, cohort.test, run_, context_));

    const auto model = configured<Model3d>(std::get<1>(options.base.models));
    const SelectionProblem problem = selection_problem(cohort.training, planes_, options.budget);
    const AnnotationPlan plan = plan_from(problem, EqualIntervals{}(problem, context_.generator.split("select")));
    std::vector<SparseLabels> equal_interval;
    std::vector<SparseLabels> full;
    for (std::size_t c = 0; c < cohort.training.size(); ++c) {
      equal_interval.push_back(oracle.label(c, plan));
      full.push_back(oracle.label_everything(c));
    }
    for (const auto& [method, labels] : {std::pair("equal_interval_3d", &equal_interval), std::pair("full_3d", &full)})
      methods.push_back(segment_with(
          model, {.cases = cohort.training, .labels = *labels, .planes = planes_, .classes = cohort.classes()},
          cohort.test, MaskedCrossEntropy{}, method, run_, context_));
  }

  void write_report(const PipelineResult& result, std::span<const Predictions> methods,
                    std::span<const MethodSummary> summaries, double seconds) {
    const Cohort& cohort = data_.cohort;
    ReportData report{.title = "sparseann: " + cohort.name, .class_names = cohort.class_names};
    report.facts = facts(result.plan, seconds);
    report.methods = method_rows(summaries, method_notes(result.sets), cohort.class_names);
    report.stages = run_.stage_times();
    report.curves = learning_curves(run_);
    report.selections = case_selections(result.plan, cohort.training);
    constexpr std::size_t pictured = 3;
    for (std::size_t c = 0; c < std::min(pictured, cohort.training.size()); ++c)
      report.training_overlays.push_back(training_pictures(cohort.training[c], data_.training_labels[c],
                                                           result.labels[c], planes_.front(), c, result.sets));
    std::vector<OverlayRow> rows;
    for (std::size_t c = 0; c < std::min(pictured, cohort.test.size()); ++c) {
      report.test_overlays.push_back(test_pictures(cohort.test[c], data_.test_labels[c], planes_.front(), c, methods));
      rows.push_back(test_pictures(cohort.test[c], data_.test_labels[c], planes_.front(), c, methods.first(1)));
    }
    for (const PseudoLabelSet& set : result.sets)
      report.pseudo_label_sets.push_back(set.name);
    report.fit_counts = fit_counts(run_.path() / "meta" / result.predictions.method / "fitted.csv",
                                   report.pseudo_label_sets);
    publish_atomically(run_.path() / "report.html", render_report(report));
    publish_atomically(run_.path() / "result.png", result_picture(rows));
  }

  [[nodiscard]] RunFacts facts(const AnnotationPlan& plan, double seconds) const {
    std::vector<Shape3> shapes;
    for (const Geometry& geometry : geometries_)
      shapes.push_back(geometry.shape);
    const AnnotationAmount amount = annotation_amount(plan, shapes);
    return {.dataset = data_.cohort.name,
            .training_cases = data_.cohort.training.size(),
            .test_cases = data_.cohort.test.size(),
            .seed = arguments_.seed,
            .version = std::string(version),
            .git_revision = std::string(revision),
            .device = describe(context_.device),
            .wall_seconds = seconds,
            .annotated_share_sum = amount.plain_sum(),
            .annotated_share_union = amount.union_of_voxels(),
            .others = {{"LibTorch", TORCH_VERSION}, {"Threads", std::to_string(arguments_.threads)}}};
  }

  void print(std::span<const MethodSummary> summaries, const std::vector<MethodNote>& notes, double seconds) const {
    fmt::print("\n{:<28} {:>9} {:>9} {:>13} {:>14}\n", "method", "Dice", "ADB mm", "Hausdorff mm", "overall score");
    for (const MethodNote& note : notes) {
      const auto summary = std::ranges::find(summaries, note.method, &MethodSummary::method);
      if (summary == summaries.end())
        continue;
      double boundary = 0;
      double hausdorff = 0;
      for (const auto& of_class : summary->classes) {
        boundary += of_class.average_boundary_distance_mm.mean / static_cast<double>(summary->classes.size());
        hausdorff += of_class.hausdorff_mm.mean / static_cast<double>(summary->classes.size());
      }
      fmt::print("{:<28} {:>9.3f} {:>9.3f} {:>13.2f} {:>14.3f}\n", note.method, summary->mean_dice, boundary, hausdorff,
                 summary->overall_score);
    }
    fmt::print("\n{:.0f} s. Report: {}\n", seconds, (run_.path() / "report.html").string());
  }

  const Arguments& arguments_;
  LabelledCohort data_;
  RunDirectory& run_;
  StageContext context_;
  std::vector<Geometry> geometries_;
  std::vector<Plane> planes_;
};

/// glibc gives freed memory back and asks for it again at every step; told to keep it, training is up to twice as fast.
void keep_freed_memory() {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 256 << 20);
}

void run_quickstart(Arguments& arguments) {
  Budget& budget = arguments.options.steps.budget;
  if (!budget.every && !budget.count)
    budget.every = 10;
  budget.check();
  const torch::Device device = device_from_name(arguments.device);
  use_threads(static_cast<int>(arguments.threads));
  validate(arguments.options);
  LabelledCohort data = read_cohort(arguments);
  if (data.test_labels.empty())
    throw DataError(arguments.data, "labelsTs, as quickstart reports scores", "none");
  if (!arguments.export_data.empty())
    write_nnunet_folder(arguments.export_data, data);
  RunDirectory run(arguments.out, facts_of(arguments, device), options_of(arguments, data));
  Quickstart(arguments, std::move(data), run, device)();
}

} // namespace

int main(int argc, char** argv) {
  keep_freed_memory();
  Arguments arguments;
  CLI::App app("The three steps of annotating less: select slices, make pseudo-labels, train on them.");
  add_arguments(app, arguments);
  return run_program(app, argc, argv, [&] { run_quickstart(arguments); });
}
