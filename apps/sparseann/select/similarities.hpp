#pragma once

#include <utility>

#include "apps/sparseann/select/problem.hpp"
#include "apps/sparseann/stopwatch.hpp"
#include "sparseann/select/cosine_similarity.hpp"
#include "sparseann/select/gaussian_similarity.hpp"
#include "sparseann/select/similarity_matrix.hpp"

namespace sparseann::app {

/// Calls body(table) with the similarities that the call names.
template <class Body> [[nodiscard]] auto with_table(const Problem& problem, const Method& method, const Body& body) {
  if (method.call.similarity == SimilarityName::gaussian)
    return body(GaussianSimilarity{method.policies.gaussian}(*problem.features, method.execution));
  return body(CosineSimilarity{}(*problem.features, method.execution));
}

/// Throws: InvalidArgument naming the flag where the matrix does not fit memory.
[[nodiscard]] inline SimilarityMatrix matrix_of(const Problem& problem, const Method& method) {
  if (method.call.selector == SelectorName::max_cover)
    check_room(problem.items, "--storage", "--storage tiled needs none");
  else
    check_room(problem.items, "--features",
               "--selector max-cover with --storage tiled and --selector feature-coverage need none");
  const Stopwatch watch(method.seconds.similarities);
  return with_table(problem, method, [&](const auto& table) { return similarity_matrix(table, method.execution); });
}

} // namespace sparseann::app
