#include "apps/sparseann_torch/train/command.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/sparseann_torch/images.hpp"
#include "apps/sparseann_torch/train/annotated_cases.hpp"
#include "apps/sparseann_torch/train/arguments.hpp"
#include "apps/sparseann_torch/train/steps.hpp"
#include "sparseann/core/interruption.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/io/sha256.hpp"
#include "sparseann/pipeline/model_file.hpp"
#include "sparseann/pipeline/selection.hpp"
#include "sparseann/tensor/device.hpp"
#include "sparseann/tensor/precision.hpp"
#include "sparseann/version.hpp"

namespace sparseann::app {

namespace {

namespace fs = std::filesystem;

Json describe(const AnnotatedCases& annotated) {
  Sha256 images;
  Sha256 drawn;
  for (std::size_t c = 0; c < annotated.cases.size(); ++c) {
    images.update(sha256_of_image(annotated.cases[c].image));
    const auto labels = elements(annotated.labels[c].voxels());
    drawn.update(std::string_view(reinterpret_cast<const char*>(labels.data()), labels.size()));
  }
  Json planes = Json::array();
  for (const Plane plane : annotated.planes)
    planes.push_back(name_of(plane));
  return {{"name", annotated.name},
          {"classes", annotated.class_names},
          {"cases", case_names(annotated.cases)},
          {"planes", planes},
          {"annotated_slices", annotated.slices},
          {"images_sha256", images.finish()},
          {"drawn_labels_sha256", drawn.finish()}};
}

Json to_json(const SparseSummary& summary, const std::vector<std::string>& class_names) {
  Json json{{"method", summary.method},
            {"class", class_names[summary.label]},
            {"cases", summary.cases},
            {"mean_dice", summary.mean_dice}};
  if (summary.interval)
    json["interval_95"] = {summary.interval->low, summary.interval->high};
  return json;
}

Json validation_json(const std::vector<SparseScore>& scores, std::size_t folds, const AnnotatedCases& annotated) {
  if (folds == 0)
    return {{"kind", "none"}};
  Json rows = Json::array();
  for (const SparseSummary& summary : summarise(scores))
    rows.push_back(to_json(summary, annotated.class_names));
  return {{"kind", fmt::format("{}-fold, by case", folds)}, {"scores", rows}, {"caveat", sparse_validation_caveat}};
}

/// The options that are not the preset's, by their flags' names.
Json changed_options(const TrainedOptions& options, const TrainedOptions& preset) {
  const Json given = sparseann::to_json(options, FieldFilter::affecting_results);
  Json changed = Json::object();
  for (const std::string& flag : differences(sparseann::to_json(preset, FieldFilter::affecting_results), given)) {
    std::string pointer = "/" + flag;
    std::ranges::replace(pointer, '.', '/');
    changed[flag] = given.at(Json::json_pointer(pointer));
  }
  return changed;
}

/// What the model is, for people.
Json card_of(const TrainCall& call, const Json& changed_options, const AnnotatedCases& annotated,
             const Json& validation) {
  std::size_t voxels = 0;
  std::size_t known = 0;
  for (const SparseLabels& labels : annotated.labels) {
    voxels += voxel_count(labels.shape());
    known += labels.annotated_voxels();
  }
  return {{"data", annotated.name},
          {"labels", annotated.import_name},
          {"classes", annotated.class_names},
          {"training_cases", annotated.cases.size()},
          {"labelled_slices", annotated.slices},
          {"annotated_share_of_voxels", static_cast<double>(known) / static_cast<double>(voxels)},
          {"labels_never_drawn", annotated.missing_labels},
          {"validation", validation},
          {"preset", name_of_value(call.preset)},
          {"changed_options", changed_options},
          {"seed", call.seed},
          {"version", version},
          {"intended_use", "research; not a medical device"}};
}

/// A call without a validation leaves the model of one that had it.
void keep_model(const TrainCall& call, const TrainedOptions& options, const AnnotatedCases& annotated, const Json& card,
                RunDirectory& run) {
  if (!call.validate && fs::exists(run.path() / "model.safetensors"))
    return;
  write_json_file(run.path() / "model_card.json", card);
  const ModelFacts facts{.channels = annotated.cases.front().image.channels(),
                         .class_names = annotated.class_names,
                         .planes = annotated.planes,
                         .card = card};
  keep_model_file(configured<BaseNetworks>(options.base), MetaNetworks::name, options.meta, facts, run);
}

void warn(const AnnotatedCases& annotated, const Progress& progress) {
  progress.say(fmt::format("{} cases with {} annotated slices; {} without any are left out", annotated.cases.size(),
                           annotated.slices, annotated.not_annotated.size()));
  if (!annotated.missing_labels.empty())
    progress.say(fmt::format("warning: drawn nowhere, so that the model cannot learn it: {}",
                             fmt::join(annotated.missing_labels, ", ")));
}

std::string validation_in_words(const std::vector<SparseScore>& scores, const AnnotatedCases& annotated) {
  std::string text =
      fmt::format("{:<28}  {:<20}  {:>5}  {:>9}  95 % interval\n", "method", "class", "cases", "mean Dice");
  for (const SparseSummary& summary : summarise(scores)) {
    text += fmt::format("{:<28}  {:<20}  {:>5}  {:>9.3f}", summary.method, annotated.class_names[summary.label],
                        summary.cases, summary.mean_dice);
    text += summary.interval ? fmt::format("  {:.3f} to {:.3f}\n", summary.interval->low, summary.interval->high)
                             : std::string("\n");
  }
  return text + '\n' + std::string(sparse_validation_caveat) + '\n';
}

void train(const TrainCall& call, TrainedOptions options) {
  check_call(call);
  const torch::Device device = device_from_name(call.device);
  use_threads(static_cast<int>(call.threads));
  const Json changed = changed_options(options, options_of(call.preset));
  resolve_precisions(options, device);
  const AnnotationState state = read_annotation_state(call.labels);
  const Progress progress(std::cerr, standard_error_is_terminal());
  const AnnotatedCases annotated = read_annotated_cases(call.data, state);
  const std::size_t folds = folds_of(call, annotated.cases.size());
  check_folds(options.pseudo_labels, annotated.cases.size());
  warn(annotated, progress);
  Json recorded = sparseann::to_json(options, FieldFilter::affecting_results);
  recorded["seed"] = call.seed;
  recorded["data"] = describe(annotated);
  RunDirectory run(call.output,
                   {{"command", "train"},
                    {"version", version},
                    {"libtorch", TORCH_VERSION},
                    {"device", sparseann::describe(device)},
                    {"threads", call.threads}},
                   recorded);
  const StageContext context{.device = device,
                             .generator = Generator(call.seed),
                             .progress = progress,
                             .directory = {},
                             .log = [&run](const Json& event) { run.log(event); }};
  std::vector<SparseScore> scores;
  if (folds > 0) {
    scores = cross_validate(options, annotated, folds, run, context);
    publish_atomically(run.path() / "validation.csv", to_csv(scores));
  }
  (void)train_steps(options, annotated, {}, run, context);
  keep_model(call, options, annotated, card_of(call, changed, annotated, validation_json(scores, folds, annotated)),
             run);
  if (folds > 0)
    std::cout << validation_in_words(scores, annotated) << '\n';
  std::cout << fmt::format("The model is {}, what it is model_card.json. Then: sparseann predict --model {} --input "
                           "IMAGES --output LABELS\n",
                           (run.path() / "model.safetensors").string(), (run.path() / "model.safetensors").string())
            << std::flush;
}

} // namespace

int run_train(int argc, const char* const* argv) {
  leave_when_interrupted();
  return guarded_main([&] {
    TrainCall call;
    TrainedOptions options = options_of(preset_in(argc, argv));
    CLI::App app("Trains on the labels that annotators have drawn, and on no other: base models, then the meta-model.",
                 "sparseann train");
    app.set_version_flag("--version", torch_program_line(available_devices()));
    add_options(app, call);
    add_options(app, options);
    return run_program(app, argc, argv, [&] { train(call, options); });
  });
}

} // namespace sparseann::app
