#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <boost/graph/compressed_sparse_row_graph.hpp>

#include "sparseann/core/execution.hpp"
#include "sparseann/select/nearest_neighbours.hpp"
#include "sparseann/select/similarity.hpp"

namespace sparseann {

/// What an edge of a similarity graph carries.
struct SimilarityEdge {
  float similarity = 0;
};

/// A compact directed graph of similarities; `get(&SimilarityEdge::similarity, graph)` are its weights.
using SimilarityGraph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, SimilarityEdge,
                                                           boost::no_property, std::uint32_t, std::uint32_t>;

/// The graph of nearest neighbours: an edge either way between two items of which one is among the other's nearest.
///
/// Shapes: a vertex per item; between N * neighbours and twice as many edges. Similarities below 0 get no edge.
/// Cost: O(E log E) besides the neighbours'.
[[nodiscard]] inline SimilarityGraph neighbour_graph(const NearestNeighbours& neighbours) {
  using Edge = std::pair<std::uint32_t, std::uint32_t>;
  std::vector<std::pair<Edge, float>> edges;
  for (std::size_t item = 0; item < neighbours.items.shape(0); ++item)
    for (std::size_t rank = 0; rank < neighbours.items.shape(1); ++rank) {
      const float similarity = neighbours.similarities(item, rank);
      const auto from = static_cast<std::uint32_t>(item);
      const std::uint32_t to = neighbours.items(item, rank);
      if (similarity >= 0) {
        edges.push_back({{from, to}, similarity});
        edges.push_back({{to, from}, similarity});
      }
    }
  std::ranges::sort(edges);
  const auto repeated = std::ranges::unique(edges, {}, &std::pair<Edge, float>::first);
  edges.erase(repeated.begin(), repeated.end());
  std::vector<Edge> places;
  std::vector<SimilarityEdge> weights;
  for (const auto& [place, similarity] : edges) {
    places.push_back(place);
    weights.push_back({similarity});
  }
  return {boost::edges_are_sorted, places.begin(), places.end(), weights.begin(),
          static_cast<std::uint32_t>(neighbours.items.shape(0))};
}

} // namespace sparseann
