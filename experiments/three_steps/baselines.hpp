#pragma once

#include <span>
#include <vector>

#include "arguments.hpp"
#include "sparseann/annotate/oracle.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/pipeline/ensembling.hpp"
#include "sparseann/pipeline/run_directory.hpp"

namespace sparseann::three_steps {

/// Adds to `methods` what the three steps are compared with: random-fit alone, and the 3D network by itself from slices
/// at equal intervals and from every slice.
void add_baselines(const Arguments& arguments, const LabelledCohort& data, const Oracle& oracle,
                   const EnsembleTask& task, std::span<const Plane> planes, RunDirectory& run,
                   const StageContext& context, std::vector<Predictions>& methods);

/// Keeps in meta_inputs.csv how much the finished meta-model depends on each of its inputs.
void examine_inputs(const Arguments& arguments, const LabelledCohort& data, const EnsembleTask& task, RunDirectory& run,
                    const StageContext& context);

} // namespace sparseann::three_steps
