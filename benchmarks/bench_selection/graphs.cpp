#include "graphs.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <boost/graph/adjacency_list.hpp>
#include <fmt/format.h>

#include "sparseann/core/random.hpp"
#include "sparseann/select/graph_facility_location.hpp"
#include "sparseann/select/lazy_greedy.hpp"
#include "sparseann/select/neighbour_graph.hpp"

namespace {

using namespace sparseann;
using AdjacencyList =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property, SimilarityEdge>;

constexpr std::size_t neighbours = 32;

struct Edges {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> places;
  std::vector<SimilarityEdge> weights;
};

/// Every vertex with so many distinct random neighbours, weights uniform in [0, 1).
Edges random_edges(std::size_t vertices) {
  Edges edges;
  Generator generator(1);
  for (std::size_t from = 0; from < vertices; ++from) {
    std::vector<std::uint32_t> targets;
    while (targets.size() < neighbours) {
      const auto to = static_cast<std::uint32_t>(generator.uniform_index(vertices));
      if (to != from && std::ranges::find(targets, to) == targets.end())
        targets.push_back(to);
    }
    for (const std::uint32_t to : targets) {
      edges.places.emplace_back(static_cast<std::uint32_t>(from), to);
      edges.weights.push_back({static_cast<float>(generator.uniform())});
    }
  }
  return edges;
}

template <class Graph> Graph random_graph(std::size_t vertices) {
  const Edges edges = random_edges(vertices);
  if constexpr (std::is_same_v<Graph, SimilarityGraph>)
    return {boost::edges_are_sorted, edges.places.begin(), edges.places.end(), edges.weights.begin(),
            static_cast<std::uint32_t>(vertices)};
  else
    return Graph(edges.places.begin(), edges.places.end(), edges.weights.begin(), vertices);
}

template <class Graph> void add_graph(const std::string& name, std::size_t vertices, std::size_t budget) {
  benchmark::RegisterBenchmark(fmt::format("{}/random/{}/{}/{}", name, vertices, neighbours, budget).c_str(),
                               [=](benchmark::State& state) {
                                 const auto graph = random_graph<Graph>(vertices);
                                 for (auto _ : state)
                                   benchmark::DoNotOptimize(LazyGreedy{}(
                                       GraphFacilityLocation(graph, get(&SimilarityEdge::similarity, graph)), budget));
                               })
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond)
      ->Iterations(1);
}

} // namespace

void bench::add_graphs() {
  add_graph<SimilarityGraph>("graph_compressed_sparse_row", 1'000'000, 10'000);
  add_graph<SimilarityGraph>("graph_compressed_sparse_row", 100'000, 1000);
  add_graph<AdjacencyList>("graph_adjacency_list", 100'000, 1000);
}
