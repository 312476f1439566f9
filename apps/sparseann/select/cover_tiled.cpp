#include "apps/sparseann/select/maximise.hpp"
#include "apps/sparseann/select/similarities.hpp"
#include "sparseann/select/tiled_facility_location.hpp"

namespace sparseann::app {

Answer cover_tiled(const Problem& problem, const Method& method, const Generator& generator) {
  return with_table(problem, method, [&](const auto& table) {
    const TiledFacilityLocation objective(table, method.policies.max_cover, method.execution);
    return maximise(objective, problem, method, generator);
  });
}

} // namespace sparseann::app
