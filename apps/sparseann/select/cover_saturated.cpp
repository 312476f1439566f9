#include "apps/sparseann/select/maximise.hpp"
#include "apps/sparseann/select/similarities.hpp"
#include "sparseann/select/saturated_coverage.hpp"

namespace sparseann::app {

Answer cover_saturated(const Problem& problem, const Method& method, const Generator& generator) {
  const SaturatedCoverage objective(matrix_of(problem, method), method.policies.saturated_coverage, method.execution);
  return maximise(objective, problem, method, generator);
}

} // namespace sparseann::app
