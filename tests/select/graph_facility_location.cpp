#include "sparseann/select/graph_facility_location.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/graph_archetypes.hpp>
#include <boost/property_map/function_property_map.hpp>
#include <boost/property_map/property_map.hpp>

#include "sparseann/select/facility_location.hpp"
#include "sparseann/select/lazy_greedy.hpp"
#include "sparseann/select/naive_greedy.hpp"
#include "sparseann/select/neighbour_graph.hpp"
#include "support/catch.hpp"
#include "support/objective_suite.hpp"
#include "support/selector_suite.hpp"

using sparseann::Array2;
using sparseann::FacilityLocation;
using sparseann::Generator;
using sparseann::GraphFacilityLocation;
using sparseann::LazyGreedy;
using sparseann::NaiveGreedy;
using sparseann::SimilarityEdge;
using sparseann::SimilarityGraph;

namespace {

struct WeightedEdge {
  std::uint32_t from;
  std::uint32_t to;
  float weight;
};

template <class VertexContainer, class Directed, class EdgeProperty = SimilarityEdge>
using ListGraph = boost::adjacency_list<boost::vecS, VertexContainer, Directed, boost::no_property, EdgeProperty>;

/// Edges either way of about a third of all pairs, of the same weight.
std::vector<WeightedEdge> random_pairs(std::size_t vertices, Generator generator) {
  std::vector<WeightedEdge> edges;
  for (std::uint32_t i = 0; i < vertices; ++i)
    for (std::uint32_t j = i + 1; j < vertices; ++j)
      if (generator.coin(0.35))
        edges.push_back({i, j, static_cast<float>(generator.uniform(0.1, 0.9))});
  return edges;
}

std::vector<WeightedEdge> either_way(std::vector<WeightedEdge> edges) {
  const std::size_t pairs = edges.size();
  for (std::size_t i = 0; i < pairs; ++i)
    edges.push_back({edges[i].to, edges[i].from, edges[i].weight});
  return edges;
}

SimilarityGraph compressed_graph(std::size_t vertices, const std::vector<WeightedEdge>& edges) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> places;
  std::vector<SimilarityEdge> weights;
  for (const WeightedEdge& edge : edges) {
    places.emplace_back(edge.from, edge.to);
    weights.push_back({edge.weight});
  }
  return {boost::edges_are_unsorted_multi_pass, places.begin(), places.end(), weights.begin(),
          static_cast<std::uint32_t>(vertices)};
}

template <class Directed, class EdgeProperty = SimilarityEdge>
ListGraph<boost::vecS, Directed, EdgeProperty> vector_graph(std::size_t vertices,
                                                            const std::vector<WeightedEdge>& edges) {
  ListGraph<boost::vecS, Directed, EdgeProperty> graph(vertices);
  for (const auto& [from, to, weight] : edges)
    add_edge(from, to, EdgeProperty{weight}, graph);
  return graph;
}

/// The similarities that a graph stands for.
Array2<float> dense_matrix(std::size_t vertices, const std::vector<WeightedEdge>& edges) {
  Array2<float> similarity = xt::zeros<float>({vertices, vertices});
  for (const auto& [from, to, weight] : edges)
    similarity(from, to) = weight;
  for (std::size_t i = 0; i < vertices; ++i)
    similarity(i, i) = 1;
  return similarity;
}

/// The docblock's formula.
double graph_coverage_by_definition(const Array2<float>& similarity, std::span<const std::size_t> set) {
  double value = 0;
  for (std::size_t j = 0; j < similarity.shape(1); ++j) {
    double best = 0;
    for (const std::size_t i : set)
      best = std::max(best, static_cast<double>(similarity(i, j)));
    value += best;
  }
  return value;
}

/// Values and gains along one order of additions.
template <class A, class B> void check_same_objective(A a, B b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t added = 0; added < a.size(); added += 2) {
    for (std::size_t item = 0; item < a.size(); ++item)
      CHECK(a.gain(item) == Approx(b.gain(item)).margin(1e-12));
    a.add(added);
    b.add(added);
    CHECK(a.value() == Approx(b.value()).margin(1e-12));
  }
}

using CompressedLocation =
    GraphFacilityLocation<SimilarityGraph, boost::property_map<SimilarityGraph, float SimilarityEdge::*>::const_type>;

} // namespace

static_assert(sparseann::CoverageGraph<SimilarityGraph>);
static_assert(sparseann::CoverageGraph<ListGraph<boost::listS, boost::bidirectionalS>>);
static_assert(!sparseann::CoverageGraph<
              boost::adjacency_graph_archetype<int, boost::directed_tag, boost::allow_parallel_edge_tag>>);
static_assert(sparseann::SubmodularObjective<CompressedLocation>);

TEST_CASE("coverage on a graph by hand") {
  // 0 -> 1 -> 2, and 3 by itself
  const SimilarityGraph graph = compressed_graph(4, {{0, 1, 0.5F}, {1, 2, 0.25F}});
  GraphFacilityLocation objective(graph, get(&SimilarityEdge::similarity, graph));
  CHECK(objective.size() == 4);
  CHECK(objective.value() == 0);
  CHECK(objective.gain(0) == 1.5);
  CHECK(objective.gain(1) == 1.25);
  CHECK(objective.gain(2) == 1); // edges lead from what represents
  CHECK(objective.gain(3) == 1); // a vertex without an edge covers itself fully
  objective.add(0);
  CHECK(objective.value() == 1.5);
  CHECK(objective.gain(0) == 0);
  CHECK(objective.gain(1) == 0.75);
  objective.add(3);
  CHECK(objective.value() == 2.5);
  CHECK(objective.gain(3) == 0);
}

TEST_CASE("how well a vertex represents itself is an option") {
  const SimilarityGraph graph = compressed_graph(2, {{0, 1, 0.5F}});
  GraphFacilityLocation objective(graph, get(&SimilarityEdge::similarity, graph), {.self_similarity = 0.25});
  CHECK(objective.gain(0) == 0.75);
  objective.add(0);
  CHECK(objective.gain(1) == 0); // represented better by 0 than by itself
}

TEST_CASE("coverage on a graph is its formula") {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    CAPTURE(seed);
    std::vector<WeightedEdge> edges = either_way(random_pairs(7, Generator(seed)));
    Generator generator(seed);
    for (WeightedEdge& edge : edges) // one weight there, another back
      edge.weight = static_cast<float>(generator.uniform(0, 1.5));
    const SimilarityGraph graph = compressed_graph(7, edges);
    const auto make = [&] { return GraphFacilityLocation(graph, get(&SimilarityEdge::similarity, graph)); };
    const Array2<float> similarity = dense_matrix(7, edges);
    sparseann::test::check_formula(
        make, 7, [&](std::span<const std::size_t> set) { return graph_coverage_by_definition(similarity, set); });
    sparseann::test::check_objective(make, 7);
  }
}

TEST_CASE("coverage on a graph is facility location on the dense matrix") {
  const std::vector<WeightedEdge> edges = either_way(random_pairs(30, Generator(4)));
  const SimilarityGraph graph = compressed_graph(30, edges);
  const GraphFacilityLocation sparse(graph, get(&SimilarityEdge::similarity, graph));
  const FacilityLocation dense(dense_matrix(30, edges), {.baseline = 0});
  check_same_objective(sparse, dense);
  const sparseann::RankedSelection selection = LazyGreedy{}(sparse, 30);
  CHECK(selection.indices == LazyGreedy{}(dense, 30).indices);
  CHECK(selection.indices == NaiveGreedy{}(sparse, 30).indices);
  CHECK(selection.gains == NaiveGreedy{}(sparse, 30).gains);
}

TEST_CASE("coverage is the same on every kind of graph with the same edges") {
  const std::vector<WeightedEdge> pairs = random_pairs(12, Generator(5));
  const std::vector<WeightedEdge> directed = either_way(pairs);
  const SimilarityGraph reference_graph = compressed_graph(12, directed);
  const GraphFacilityLocation reference(reference_graph, get(&SimilarityEdge::similarity, reference_graph));

  SECTION("vertices in a vector, directed") {
    const auto graph = vector_graph<boost::directedS>(12, directed);
    check_same_objective(GraphFacilityLocation(graph, get(&SimilarityEdge::similarity, graph)), reference);
  }
  SECTION("vertices in a vector, undirected: one edge counts for both") {
    const auto graph = vector_graph<boost::undirectedS>(12, pairs);
    check_same_objective(GraphFacilityLocation(graph, get(&SimilarityEdge::similarity, graph)), reference);
  }
  SECTION("vertices in a vector, bidirectional: edges in do not count") {
    const auto graph = vector_graph<boost::bidirectionalS>(12, directed);
    check_same_objective(GraphFacilityLocation(graph, get(&SimilarityEdge::similarity, graph)), reference);
    const auto one_way = vector_graph<boost::bidirectionalS>(2, {{0, 1, 0.5F}});
    const GraphFacilityLocation objective(one_way, get(&SimilarityEdge::similarity, one_way));
    CHECK(objective.gain(0) == 1.5);
    CHECK(objective.gain(1) == 1);
  }
  SECTION("an interior edge_weight") {
    using Weight = boost::property<boost::edge_weight_t, float>;
    const auto graph = vector_graph<boost::undirectedS, Weight>(12, pairs);
    check_same_objective(GraphFacilityLocation(graph, get(boost::edge_weight, graph)), reference);
  }
  SECTION("an edge_weight in double") {
    using Weight = boost::property<boost::edge_weight_t, double>;
    const auto graph = vector_graph<boost::directedS, Weight>(12, directed);
    check_same_objective(GraphFacilityLocation(graph, get(boost::edge_weight, graph)), reference);
  }
  SECTION("weights that a function computes") {
    const auto graph = vector_graph<boost::directedS>(12, directed);
    const std::function<float(const sparseann::EdgeOf<decltype(graph)>&)> weight =
        [&graph](const sparseann::EdgeOf<decltype(graph)>& edge) { return graph[edge].similarity; };
    const auto weights = boost::make_function_property_map<sparseann::EdgeOf<decltype(graph)>>(weight);
    check_same_objective(GraphFacilityLocation(graph, weights), reference);
  }
  SECTION("weights in a map outside the graph") {
    ListGraph<boost::vecS, boost::directedS, boost::no_property> graph(12);
    using Edge = sparseann::EdgeOf<decltype(graph)>;
    const auto before = [](const Edge& a, const Edge& b) {
      return std::pair(a.m_source, a.m_target) < std::pair(b.m_source, b.m_target);
    };
    std::map<Edge, double, decltype(before)> weights(before);
    for (const auto& [from, to, weight] : directed)
      weights[add_edge(from, to, graph).first] = static_cast<double>(weight);
    const auto read = boost::make_assoc_property_map(weights);
    check_same_objective(GraphFacilityLocation(std::as_const(graph), read), reference);
  }
}

TEST_CASE("vertices in a list have the order of their indices") {
  const std::vector<WeightedEdge> pairs = random_pairs(12, Generator(6));
  const SimilarityGraph reference_graph = compressed_graph(12, either_way(pairs));
  const GraphFacilityLocation reference(reference_graph, get(&SimilarityEdge::similarity, reference_graph));
  const auto check = [&]<class Graph>(const Graph& graph, const std::vector<sparseann::VertexOf<Graph>>& vertices) {
    std::map<sparseann::VertexOf<Graph>, std::size_t> numbers;
    for (std::size_t i = 0; i < vertices.size(); ++i)
      numbers[vertices[i]] = i;
    const boost::associative_property_map indices(numbers);
    check_same_objective(GraphFacilityLocation(graph, get(&SimilarityEdge::similarity, graph), indices), reference);
  };
  const auto build = [&]<class Graph>(Graph& graph, const std::vector<WeightedEdge>& edges) {
    std::vector<sparseann::VertexOf<Graph>> vertices(12);
    for (std::size_t i = 0; i < 12; ++i) // added in another order than that of their indices
      vertices[i * 5 % 12] = add_vertex(graph);
    for (const auto& [from, to, weight] : edges)
      add_edge(vertices[from], vertices[to], SimilarityEdge{weight}, graph);
    return vertices;
  };
  SECTION("directed") {
    ListGraph<boost::listS, boost::directedS> graph;
    check(graph, build(graph, either_way(pairs)));
  }
  SECTION("undirected") {
    ListGraph<boost::listS, boost::undirectedS> graph;
    check(graph, build(graph, pairs));
  }
  SECTION("bidirectional") {
    ListGraph<boost::listS, boost::bidirectionalS> graph;
    check(graph, build(graph, either_way(pairs)));
  }
}

TEST_CASE("loops do not count, whatever their weight") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const SimilarityGraph directed = compressed_graph(2, {{0, 0, nan}, {0, 1, 0.5F}, {1, 1, -7}, {1, 1, 9}});
  const GraphFacilityLocation objective(directed, get(&SimilarityEdge::similarity, directed));
  CHECK(objective.gain(0) == 1.5);
  CHECK(objective.gain(1) == 1);
  const auto undirected = vector_graph<boost::undirectedS>(2, {{0, 0, 9}, {0, 1, 0.5F}});
  CHECK(GraphFacilityLocation(undirected, get(&SimilarityEdge::similarity, undirected)).gain(0) == 1.5);
}

TEST_CASE("the objective reads the graph that it was given") {
  auto graph = vector_graph<boost::directedS>(2, {{0, 1, 0.5F}});
  const GraphFacilityLocation objective(std::as_const(graph), get(&SimilarityEdge::similarity, std::as_const(graph)));
  graph[*edges(graph).first].similarity = 0.75F;
  CHECK(objective.gain(0) == 1.75);
}

TEST_CASE("coverage on a graph names what is wrong") {
  const auto construct = [](std::size_t vertices, const std::vector<WeightedEdge>& edges) {
    const SimilarityGraph graph = compressed_graph(vertices, edges);
    return GraphFacilityLocation(graph, get(&SimilarityEdge::similarity, graph)).size();
  };
  CHECK(construct(3, {{0, 1, 0}, {1, 0, 0.5F}}) == 3);
  CHECK_THROWS_WITH(construct(0, {}), "graph: expected at least one vertex, got none");
  CHECK_THROWS_AS(construct(0, {}), sparseann::InvalidArgument);
  CHECK_THROWS_WITH(construct(3, {{0, 1, 0.5F}, {2, 1, -0.5F}}),
                    "graph: expected finite weights of at least 0, got -0.5 on the edge from 2 to 1");
  CHECK_THROWS_AS(construct(3, {{2, 1, -0.5F}}), sparseann::DataError);
  CHECK_THROWS_WITH(construct(3, {{1, 2, std::numeric_limits<float>::quiet_NaN()}}),
                    "graph: expected finite weights of at least 0, got nan on the edge from 1 to 2");
  CHECK_THROWS_WITH(construct(3, {{1, 2, std::numeric_limits<float>::infinity()}}),
                    "graph: expected finite weights of at least 0, got inf on the edge from 1 to 2");
  CHECK_THROWS_WITH(construct(4, {{3, 1, 0.5F}, {3, 0, 0.5F}, {3, 1, 0.25F}}),
                    "graph: expected one edge from a vertex to another, got two from 3 to 1");
  const auto undirected = vector_graph<boost::undirectedS>(2, {{0, 1, 0.5F}, {1, 0, 0.5F}});
  CHECK_THROWS_WITH(GraphFacilityLocation(undirected, get(&SimilarityEdge::similarity, undirected)),
                    "graph: expected one edge from a vertex to another, got two from 0 to 1");
}

TEST_CASE("coverage on a graph names wrong indices and options") {
  const auto graph = vector_graph<boost::directedS>(3, {});
  const auto weights = get(&SimilarityEdge::similarity, graph);
  const auto construct = [&](const std::vector<std::size_t>& indices) {
    const auto read = boost::make_iterator_property_map(indices.begin(), get(boost::vertex_index, graph));
    return GraphFacilityLocation(graph, weights, read).size();
  };
  CHECK(construct({2, 0, 1}) == 3);
  CHECK_THROWS_WITH(construct({0, 1, 1}), "indices: expected each of 0..2 for one vertex, got 1 twice");
  CHECK_THROWS_WITH(construct({0, 3, 1}), "indices: expected each of 0..2 for one vertex, got 3");
  CHECK_THROWS_AS(construct({0, 3, 1}), sparseann::InvalidArgument);
  CHECK_THROWS_WITH(GraphFacilityLocation(graph, weights, {.self_similarity = -1}),
                    "self_similarity: expected a number of at least 0, got -1");
}

namespace {

/// What Boost.Graph asks of a vertex.
struct PlainVertex {
  PlainVertex() = default;
  explicit PlainVertex(const boost::detail::dummy_constructor&) {}
  bool operator==(const PlainVertex&) const = default;
};

/// Has what Boost.Graph's IncidenceGraph and VertexListGraph ask for, and nothing else.
using IncidenceArchetype =
    boost::incidence_graph_archetype<PlainVertex, boost::directed_tag, boost::disallow_parallel_edge_tag>;
using GraphArchetype = boost::vertex_list_graph_archetype<PlainVertex, boost::directed_tag,
                                                          boost::disallow_parallel_edge_tag, IncidenceArchetype>;
using WeightsArchetype = boost::readable_property_map_archetype<sparseann::EdgeOf<GraphArchetype>, float>;
using IndicesArchetype = boost::readable_property_map_archetype<PlainVertex, std::size_t>;

} // namespace

// Compiled and never run: an archetype's iterators do not end.
template class sparseann::GraphFacilityLocation<GraphArchetype, WeightsArchetype, IndicesArchetype>;
