#include "results.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "page.hpp"
#include "sparseann/io/atomic_file.hpp"

namespace sparseann::three_steps {

namespace {

void print(const Scores& scores, const std::vector<MethodNote>& notes, const RunDirectory& run) {
  fmt::print("\n{:<28} {:>9} {:>9} {:>13} {:>14}\n", "method", "Dice", "ADB mm", "Hausdorff mm", "overall score");
  for (const MethodNote& note : notes) {
    const auto summary = std::ranges::find(scores.summaries, note.method, &MethodSummary::method);
    if (summary == scores.summaries.end())
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
  fmt::print("\n{:.0f} s in all stages. Report: {}\n", scores.seconds, (run.path() / "report.html").string());
}

} // namespace

void report_results(const Arguments& arguments, const LabelledCohort& data, std::span<const Plane> planes,
                    const Results& results, RunDirectory& run, const StageContext& context) {
  const Cohort& cohort = data.cohort;
  const auto case_scores = evaluate_methods(results.methods, cohort.test, data.test_labels, cohort.classes(),
                                            arguments.options.evaluation, arguments.call.threads);
  const Scores scores{.summaries = summarise_methods(case_scores),
                      .qualities = pseudo_label_quality(results.steps.sets, data.training_labels, data.test_labels,
                                                        cohort.classes(), arguments.options.steps.meta.average),
                      .seconds = run.seconds()};
  publish_atomically(run.path() / "metrics.csv", metrics_csv(case_scores, cohort.class_names));
  publish_atomically(run.path() / "summary.csv", summary_csv(scores.summaries, cohort.class_names));
  publish_atomically(run.path() / "pseudo_labels.csv", pseudo_labels_csv(scores.qualities, cohort.class_names));
  write_page(arguments, data, planes.front(), results, scores, run, context);
  print(scores, method_notes(results.steps.sets), run);
}

} // namespace sparseann::three_steps
