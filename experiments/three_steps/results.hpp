#pragma once

#include <span>

#include "arguments.hpp"
#include "steps.hpp"

namespace sparseann::three_steps {

/// Scores all methods, writes metrics.csv, summary.csv, pseudo_labels.csv, report.html and result.png, and prints the
/// table.
void report_results(const Arguments& arguments, const LabelledCohort& data, std::span<const Plane> planes,
                    const Results& results, RunDirectory& run, const StageContext& context);

} // namespace sparseann::three_steps
