#include "page.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "sparseann/annotate/accounting.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/pipeline/meta_inputs.hpp"
#include "sparseann/report/report.hpp"
#include "sparseann/report/result_picture.hpp"
#include "sparseann/revision.hpp"
#include "sparseann/tensor/device.hpp"
#include "sparseann/version.hpp"

namespace sparseann::three_steps {

namespace {

RunFacts run_facts(const Arguments& arguments, const LabelledCohort& data, const AnnotationPlan& plan,
                   const StageContext& context, double seconds) {
  std::vector<Shape3> shapes;
  for (const Case& subject : data.cohort.training)
    shapes.push_back(subject.image.shape());
  const AnnotationAmount amount = annotation_amount(plan, shapes);
  const std::string held_out = arguments.call.validation_cases > 0 ? ", test cases are training cases held out" : "";
  return {.dataset = data.cohort.name + held_out,
          .training_cases = data.cohort.training.size(),
          .test_cases = data.cohort.test.size(),
          .seed = arguments.call.seed,
          .version = std::string(version),
          .git_revision = std::string(revision),
          .device = describe(context.device),
          .stages_seconds = seconds,
          .annotated_share_sum = amount.plain_sum(),
          .annotated_share_union = amount.union_of_voxels(),
          .others = {{"LibTorch", TORCH_VERSION}, {"Threads", std::to_string(arguments.call.threads)}}};
}

/// Pictures of the first cases: training cases with their labels, test cases with every method's prediction.
void add_pictures(std::size_t pictured, const LabelledCohort& data, Plane plane, const Results& results,
                  ReportData& report) {
  for (std::size_t c = 0; c < std::min(pictured, data.cohort.training.size()); ++c)
    report.training_overlays.push_back(training_pictures(data.cohort.training[c], data.training_labels[c],
                                                         results.steps.labels[c], plane, c, results.steps.sets));
  for (std::size_t c = 0; c < std::min(pictured, data.cohort.test.size()); ++c)
    report.test_overlays.push_back(test_pictures(data.cohort.test[c], data.test_labels[c], plane, c, results.methods));
}

/// Image, reference and the meta-model's segmentation of the first test cases, for a README.
std::string first_test_cases(const LabelledCohort& data, Plane plane, const Results& results) {
  std::vector<OverlayRow> rows;
  for (std::size_t c = 0; c < std::min<std::size_t>(3, data.cohort.test.size()); ++c)
    rows.push_back(
        test_pictures(data.cohort.test[c], data.test_labels[c], plane, c, std::span(results.methods).first(1)));
  return result_picture(rows);
}

ReportData report_data(const Arguments& arguments, const LabelledCohort& data, Plane plane, const Results& results,
                       const Scores& scores, const RunDirectory& run, const StageContext& context) {
  const Cohort& cohort = data.cohort;
  ReportData report{.title = "sparseann: " + cohort.name, .class_names = cohort.class_names};
  report.facts = run_facts(arguments, data, results.steps.plan, context, scores.seconds);
  report.methods = method_rows(scores.summaries, method_notes(results.steps.sets), cohort.class_names);
  report.stages = run.stage_times();
  report.curves = learning_curves(run);
  report.selections = case_selections(results.steps.plan, cohort.training);
  report.feature_qualities = feature_qualities(run);
  report.feature_spaces = feature_spaces(run, cohort.training, report.selections, arguments.call.pictured_cases,
                                         context.generator.split("feature_space"));
  report.reconstructions = reconstruction_picture(run);
  add_pictures(arguments.call.pictured_cases, data, plane, results, report);
  for (const PseudoLabelSet& set : results.steps.sets)
    report.pseudo_label_sets.push_back(set.name);
  for (const PseudoLabelQuality& quality : scores.qualities)
    report.set_qualities.push_back({quality.set, quality.training.mean, quality.test.mean});
  if (run.done("meta/inputs"))
    for (const MetaInputEffect& effect : read_meta_inputs(run.path() / "meta_inputs.csv"))
      report.input_effects.push_back({effect.without, effect.mean_dice, effect.changed_share});
  StageFits fits =
      last_stage_fits(run.path() / "meta" / results.steps.predictions.method / "fitted.csv", report.pseudo_label_sets);
  report.fit_stage = std::move(fits.stage);
  report.fit_counts = std::move(fits.cases);
  return report;
}

} // namespace

std::vector<MethodNote> method_notes(const std::vector<PseudoLabelSet>& sets) {
  std::vector<MethodNote> notes{
      {std::string(RandomThenNearest::name), "Self-training (ours)",
       "the meta-model reads the image and the average pseudo-label; first fits random sets, then the nearest"},
      {"random_fit", "Self-training (ours)",
       "the meta-model fitted to random sets to the end, same iterations and schedule"},
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

void write_page(const Arguments& arguments, const LabelledCohort& data, Plane plane, const Results& results,
                const Scores& scores, const RunDirectory& run, const StageContext& context) {
  publish_atomically(run.path() / "result.png", first_test_cases(data, plane, results));
  publish_atomically(run.path() / "report.html",
                     render_report(report_data(arguments, data, plane, results, scores, run, context)));
}

} // namespace sparseann::three_steps
