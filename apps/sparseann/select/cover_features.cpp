#include "apps/sparseann/select/maximise.hpp"
#include "sparseann/select/feature_coverage.hpp"

namespace sparseann::app {

Answer cover_features(const Problem& problem, const Method& method, const Generator& generator) {
  return maximise(FeatureCoverage<>(*problem.features), problem, method, generator);
}

} // namespace sparseann::app
