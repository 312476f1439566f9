#pragma once

#include <vector>

#include "arguments.hpp"
#include "sparseann/pipeline/metrics.hpp"
#include "sparseann/pipeline/pseudo_label_quality.hpp"
#include "sparseann/report/run_report.hpp"
#include "steps.hpp"

namespace sparseann::three_steps {

/// What a run reached, and what it took.
struct Scores {
  std::vector<MethodSummary> summaries;
  std::vector<PseudoLabelQuality> qualities;
  double seconds = 0;
};

/// How the methods are presented, in the order in which they are.
[[nodiscard]] std::vector<MethodNote> method_notes(const std::vector<PseudoLabelSet>& sets);

/// Writes report.html and result.png; the pictures show slices of `plane`.
void write_page(const Arguments& arguments, const LabelledCohort& data, Plane plane, const Results& results,
                const Scores& scores, const RunDirectory& run, const StageContext& context);

} // namespace sparseann::three_steps
