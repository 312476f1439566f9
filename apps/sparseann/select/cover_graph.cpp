#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "apps/sparseann/select/maximise.hpp"
#include "sparseann/select/graph_facility_location.hpp"
#include "sparseann/select/neighbour_graph.hpp"

namespace sparseann::app {

namespace {

SimilarityGraph similarity_graph(const SparseRows& rows) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
  std::vector<SimilarityEdge> weights;
  edges.reserve(rows.targets.size());
  weights.reserve(rows.targets.size());
  for (std::size_t row = 0; row < rows.rows; ++row)
    for (std::size_t i = rows.offsets[row]; i < rows.offsets[row + 1]; ++i) {
      edges.emplace_back(static_cast<std::uint32_t>(row), rows.targets[i]);
      weights.push_back({rows.weights[i]});
    }
  return {boost::edges_are_sorted, edges.begin(), edges.end(), weights.begin(), static_cast<std::uint32_t>(rows.rows)};
}

} // namespace

Answer cover_graph(const Problem& problem, const Method& method, const Generator& generator) {
  const SimilarityGraph graph = similarity_graph(*problem.graph);
  const GraphFacilityLocation objective(graph, get(&SimilarityEdge::similarity, graph), method.policies.graph_cover);
  return maximise(objective, problem, method, generator);
}

} // namespace sparseann::app
