#pragma once

#include <vector>

#include "arguments.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/pipeline/ensembling.hpp"
#include "sparseann/pipeline/pipeline.hpp"
#include "sparseann/pipeline/run_directory.hpp"

namespace sparseann::three_steps {

/// What the three steps and the baselines give.
struct Results {
  PipelineResult steps;
  std::vector<Predictions> methods; ///< the meta-model first
};

/// Runs the three steps and, where asked for, the baselines, on normalised images.
[[nodiscard]] Results run_steps(const Arguments& arguments, const LabelledCohort& data, std::span<const Plane> planes,
                                RunDirectory& run, const StageContext& context);

} // namespace sparseann::three_steps
