#include "sparseann/select/neighbour_graph.hpp"

#include <cmath>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "sparseann/select/cosine_similarity.hpp"
#include "sparseann/select/facility_location.hpp"
#include "sparseann/select/graph_facility_location.hpp"
#include "sparseann/select/lazy_greedy.hpp"
#include "sparseann/select/similarity_matrix.hpp"
#include "support/catch.hpp"
#include "support/selector_suite.hpp"

using sparseann::Array2;
using sparseann::Generator;
using sparseann::NearestNeighbours;
using sparseann::SimilarityEdge;
using sparseann::SimilarityGraph;

namespace {

using Places = std::map<std::pair<std::size_t, std::size_t>, float>;

/// The edges with their weights; no place may come twice.
Places edges_of(const SimilarityGraph& graph) {
  Places found;
  const auto weights = get(&SimilarityEdge::similarity, graph);
  for (auto [edge, last] = edges(graph); edge != last; ++edge)
    CHECK(found.emplace(std::pair(source(*edge, graph), target(*edge, graph)), get(weights, *edge)).second);
  return found;
}

/// Either way between two items of which one is among the other's nearest, unless they are unlike.
Places edges_by_definition(const Array2<float>& similarity, const NearestNeighbours& nearest) {
  const auto is_near = [&](std::size_t of, std::size_t item) {
    for (std::size_t rank = 0; rank < nearest.items.shape(1); ++rank)
      if (nearest.items(of, rank) == item)
        return true;
    return false;
  };
  Places expected;
  for (std::size_t i = 0; i < similarity.shape(0); ++i)
    for (std::size_t j = 0; j < similarity.shape(0); ++j)
      if (i != j && similarity(i, j) >= 0 && (is_near(i, j) || is_near(j, i)))
        expected[{i, j}] = similarity(i, j);
  return expected;
}

} // namespace

TEST_CASE("a neighbour graph by hand") {
  const NearestNeighbours nearest{.items = {{1, 2}, {0, 2}, {1, 0}, {2, 1}},
                                  .similarities = {{0.75F, 0.5F}, {0.75F, 0.25F}, {0.25F, 0.5F}, {0, -0.5F}}};
  const SimilarityGraph graph = sparseann::neighbour_graph(nearest);
  CHECK(num_vertices(graph) == 4);
  CHECK(edges_of(graph) == Places{{{0, 1}, 0.75F},
                                  {{0, 2}, 0.5F},
                                  {{1, 0}, 0.75F},
                                  {{1, 2}, 0.25F},
                                  {{2, 0}, 0.5F},
                                  {{2, 1}, 0.25F},
                                  {{2, 3}, 0},
                                  {{3, 2}, 0}});
}

TEST_CASE("a neighbour graph has the edges of its definition") {
  for (const std::size_t items : {17U, 50U, 97U})
    for (const std::size_t neighbours : {1U, 5U, 16U}) {
      CAPTURE(items, neighbours);
      const auto table = sparseann::CosineSimilarity{}(sparseann::test::random_features(items, 3, Generator(items)));
      const NearestNeighbours nearest = sparseann::nearest_neighbours(table, neighbours);
      const SimilarityGraph graph = sparseann::neighbour_graph(nearest);
      const Places expected = edges_by_definition(sparseann::similarity_matrix(table).values(), nearest);
      CHECK(edges_of(graph) == expected);
      CHECK(num_edges(graph) == expected.size());
      std::vector<std::size_t> degrees(items, 0);
      for (const auto& [place, weight] : expected)
        ++degrees[place.first];
      REQUIRE(num_vertices(graph) == items);
      for (std::uint32_t vertex = 0; vertex < items; ++vertex)
        CHECK(out_degree(vertex, graph) == degrees[vertex]);
    }
}

TEST_CASE("without negative similarities there are N * neighbours to twice as many edges") {
  Array2<float> features = sparseann::test::random_features(60, 4, Generator(3));
  for (float& value : sparseann::elements(features))
    value = std::abs(value);
  const auto graph =
      sparseann::neighbour_graph(sparseann::nearest_neighbours(sparseann::CosineSimilarity{}(features), 6));
  CHECK(num_edges(graph) >= 60 * 6);
  CHECK(num_edges(graph) <= 2 * 60 * 6);
}

TEST_CASE("items that are like none keep a vertex without an edge") {
  const auto table = sparseann::CosineSimilarity{}({{1, 0}, {1, 0.5F}, {-1, -0.25F}});
  const SimilarityGraph graph = sparseann::neighbour_graph(sparseann::nearest_neighbours(table, 2));
  CHECK(num_vertices(graph) == 3);
  CHECK(num_edges(graph) == 2);
  CHECK(out_degree(2U, graph) == 0);
}

TEST_CASE("facility location on a neighbour graph of all neighbours is that on non-negative similarities") {
  const auto table = sparseann::CosineSimilarity{}(sparseann::test::random_features(40, 3, Generator(8)));
  const SimilarityGraph graph = sparseann::neighbour_graph(sparseann::nearest_neighbours(table, 39));
  const sparseann::GraphFacilityLocation sparse(graph, get(&SimilarityEdge::similarity, graph));
  const Array2<float> similarity = xt::maximum(sparseann::similarity_matrix(table).values(), 0.0F);
  const sparseann::FacilityLocation dense(similarity, {.baseline = 0});
  const sparseann::RankedSelection selection = sparseann::LazyGreedy{}(sparse, 10);
  const sparseann::RankedSelection expected = sparseann::LazyGreedy{}(dense, 10);
  CHECK(selection.indices == expected.indices);
  CHECK(selection.coverage.back() == Approx(expected.coverage.back()));
}
