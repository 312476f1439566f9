#include "apps/sparseann/select/maximise.hpp"
#include "apps/sparseann/select/similarities.hpp"
#include "sparseann/select/facility_location.hpp"

namespace sparseann::app {

Answer cover_dense(const Problem& problem, const Method& method, const Generator& generator) {
  const FacilityLocation objective(matrix_of(problem, method), method.policies.max_cover, method.execution);
  return maximise(objective, problem, method, generator);
}

} // namespace sparseann::app
