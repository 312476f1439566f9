#include "apps/sparseann/select/problem.hpp"
#include "apps/sparseann/stopwatch.hpp"
#include "sparseann/core/progress.hpp"
#include "sparseann/select/k_center.hpp"
#include "sparseann/select/probability_cover.hpp"
#include "sparseann/select/typical_clusters.hpp"

namespace sparseann::app {

Answer select_by_features(const Problem& problem, const Method& method, const Generator& generator) {
  const Stopwatch watch(method.seconds.select);
  const PolicyOptions& policies = method.policies;
  const Progress& progress = method.execution.progress;
  const auto select = [&](const auto& selector) {
    return Answer{.selection = selector(*problem.features, problem.budget, generator), .random_values = {}};
  };
  if (method.call.selector == SelectorName::k_center)
    return select(KCenter{policies.k_center, progress});
  if (method.call.selector == SelectorName::typical_clusters)
    return select(TypicalClusters{policies.typical_clusters, progress});
  return select(ProbabilityCover{policies.probability_cover, progress});
}

} // namespace sparseann::app
