#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <functional>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/property_map/property_map.hpp>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/select/objective.hpp"

namespace sparseann {

template <class G> using VertexOf = typename boost::graph_traits<G>::vertex_descriptor;
template <class G> using EdgeOf = typename boost::graph_traits<G>::edge_descriptor;

/// A readable property map from edges to numbers.
template <class W, class G>
concept EdgeWeights = std::copyable<W> && requires(const W weights, const EdgeOf<G>& edge) {
  { get(weights, edge) } -> std::convertible_to<float>;
};

/// A readable property map from vertices to 0..N-1.
template <class I, class G>
concept VertexIndices = std::copyable<I> && requires(const I indices, VertexOf<G> vertex) {
  { get(indices, vertex) } -> std::convertible_to<std::size_t>;
};

/// The vertex indices that a graph has itself. They are looked up where they are read: a graph without any, a list of
/// vertices say, can still be named.
template <class G> struct OwnVertexIndices {
  std::reference_wrapper<const G> graph;

  friend std::size_t get(const OwnVertexIndices& indices, const VertexOf<G>& vertex) {
    return static_cast<std::size_t>(get(boost::vertex_index, indices.graph.get(), vertex));
  }
};

/// Boost.Graph's IncidenceGraph and VertexListGraph: what coverage on a graph needs of it.
template <class G>
concept CoverageGraph =
    std::convertible_to<typename boost::graph_traits<G>::traversal_category, boost::incidence_graph_tag> &&
    std::convertible_to<typename boost::graph_traits<G>::traversal_category, boost::vertex_list_graph_tag> &&
    requires(const G& graph, VertexOf<G> vertex, EdgeOf<G> edge) {
      vertices(graph);
      { num_vertices(graph) } -> std::convertible_to<std::size_t>;
      out_edges(vertex, graph);
      { target(edge, graph) } -> std::convertible_to<VertexOf<G>>;
    };

struct GraphFacilityLocationOptions {
  double self_similarity = 1.0;

  friend void visit(GraphFacilityLocationOptions& options, auto&& visitor) {
    visitor(field("self_similarity", options.self_similarity, "how well a vertex represents itself", at_least(0)));
  }
};

/// Facility location on a graph whose edges carry similarity: a vertex represents itself and its neighbours.
///
/// Formula: F(S) = sum over vertices j of max(0, max over i in S of s(i, j)), with s(j, j) = self_similarity, s(i, j)
/// the weight of the edge from i to j, or between them where the graph is undirected, and 0 without an edge.
/// Cost: the out-degree per gain and per add; 12 bytes per vertex besides the graph, which is referred to and must
/// outlive the objective and its copies. Vertices are items in the order of their indices.
/// Throws: InvalidArgument for a graph without vertices, or vertex indices that are not 0..N-1; DataError naming the
/// edge for a weight that is negative or not finite, or a second edge between the same vertices. Loops are not looked
/// at.
/// Source: Zheng et al., AAAI 2020, Eq. 6 and 7, with the similarity of distant items taken for none.
template <CoverageGraph G, EdgeWeights<G> Weights, VertexIndices<G> Indices = OwnVertexIndices<G>>
class GraphFacilityLocation {
public:
  using Options = GraphFacilityLocationOptions;
  static constexpr std::string_view name = "graph_facility_location";

  GraphFacilityLocation(const G& graph, Weights weights, Indices indices, const Options& options = {})
      : graph_(graph), weights_(std::move(weights)), indices_(std::move(indices)),
        self_similarity_(static_cast<float>(options.self_similarity)), represented_(num_vertices(graph), 0.0F) {
    validate(options);
    order_vertices();
    check_edges();
  }

  /// With the graph's own vertex indices.
  GraphFacilityLocation(const G& graph, Weights weights, const Options& options = {})
    requires std::same_as<Indices, OwnVertexIndices<G>>
      : GraphFacilityLocation(graph, std::move(weights), Indices{graph}, options) {}

  [[nodiscard]] std::size_t size() const noexcept { return represented_.size(); }
  [[nodiscard]] double value() const noexcept { return std::accumulate(represented_.begin(), represented_.end(), 0.0); }

  [[nodiscard]] double gain(std::size_t item) const {
    double sum = above(self_similarity_, item);
    for_neighbours(item, [&](std::size_t neighbour, float similarity) { sum += above(similarity, neighbour); });
    return sum;
  }

  void add(std::size_t item) {
    represented_[item] = std::max(represented_[item], self_similarity_);
    for_neighbours(item, [&](std::size_t neighbour, float similarity) {
      represented_[neighbour] = std::max(represented_[neighbour], similarity);
    });
  }

private:
  [[nodiscard]] double above(float similarity, std::size_t client) const noexcept {
    return std::max(0.0, static_cast<double>(similarity) - static_cast<double>(represented_[client]));
  }

  [[nodiscard]] std::size_t index_of(VertexOf<G> vertex) const {
    return static_cast<std::size_t>(get(indices_, vertex));
  }

  /// Calls body(neighbour, similarity) for every edge out of an item that is no loop.
  template <class Body> void for_neighbours(std::size_t item, const Body& body) const {
    const G& graph = graph_.get();
    auto [edge, last] = out_edges(vertices_[item], graph);
    for (; edge != last; ++edge) {
      const std::size_t neighbour = index_of(target(*edge, graph));
      if (neighbour != item)
        body(neighbour, static_cast<float>(get(weights_, *edge)));
    }
  }

  void order_vertices() {
    if (size() == 0)
      throw InvalidArgument("graph", "at least one vertex", "none");
    std::vector<bool> seen(size(), false);
    vertices_.resize(size());
    auto [vertex, last] = vertices(graph_.get());
    for (; vertex != last; ++vertex) {
      const std::size_t index = index_of(*vertex);
      if (index >= size() || seen[index])
        throw InvalidArgument("indices", fmt::format("each of 0..{} for one vertex", size() - 1),
                              fmt::format("{}{}", index, index < size() ? " twice" : ""));
      seen[index] = true;
      vertices_[index] = *vertex;
    }
  }

  void check_edges() const {
    std::vector<std::size_t> last_source(size(), size());
    for (std::size_t item = 0; item < size(); ++item)
      for_neighbours(item, [&](std::size_t neighbour, float similarity) {
        if (!std::isfinite(similarity) || similarity < 0)
          throw DataError("graph", "finite weights of at least 0",
                          fmt::format("{} on the edge from {} to {}", similarity, item, neighbour));
        if (last_source[neighbour] == item)
          throw DataError("graph", "one edge from a vertex to another",
                          fmt::format("two from {} to {}", item, neighbour));
        last_source[neighbour] = item;
      });
  }

  std::reference_wrapper<const G> graph_;
  Weights weights_;
  Indices indices_;
  float self_similarity_;
  std::vector<VertexOf<G>> vertices_; ///< by index
  std::vector<float> represented_;
};

template <class G, class Weights>
GraphFacilityLocation(const G&, Weights, const GraphFacilityLocationOptions& = {}) -> GraphFacilityLocation<G, Weights>;
template <class G, class Weights, class Indices>
GraphFacilityLocation(const G&, Weights, Indices, const GraphFacilityLocationOptions& = {})
    -> GraphFacilityLocation<G, Weights, Indices>;

/// As FacilityLocation: a missing edge is a similarity of 0.
template <class G, class Weights, class Indices>
inline constexpr bool enable_submodular<GraphFacilityLocation<G, Weights, Indices>> = true;

} // namespace sparseann
