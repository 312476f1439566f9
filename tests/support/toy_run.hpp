#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "sparseann/annotate/oracle.hpp"
#include "sparseann/data/normalise.hpp"
#include "sparseann/pipeline/pipeline.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_cohort.hpp"

namespace sparseann::test {

[[nodiscard]] inline StageContext toy_context(std::uint64_t seed) {
  return {.stage = "", .generator = Generator(seed)};
}

/// Runs a pipeline on a cohort in `directory`, dense labels as an oracle.
template <class P>
[[nodiscard]] PipelineResult run_toy(const P& pipeline, const LabelledCohort& data,
                                     const std::filesystem::path& directory, std::uint64_t seed = 1) {
  RunDirectory run(directory, {}, {{"seed", seed}});
  return pipeline.run(data.cohort, all_planes, Oracle(data.training_labels, data.cohort.classes()), run,
                      toy_context(seed));
}

} // namespace sparseann::test
