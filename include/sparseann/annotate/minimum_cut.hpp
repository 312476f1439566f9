#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>

#include <fmt/format.h>

#include "sparseann/annotate/label_propagation.hpp"
#include "sparseann/annotate/sparse_labels.hpp"
#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/volume.hpp"

namespace sparseann {

struct MinimumCutOptions {
  std::optional<double> contrast;
  std::size_t rounds = 3;

  friend void visit(MinimumCutOptions& options, auto&& visitor) {
    visitor(field("contrast", options.contrast,
                  "difference of intensity at which a boundary costs exp(-1/2) of one without any; none: the root mean "
                  "square over neighbours",
                  above(0)));
    visitor(field("rounds", options.rounds, "times that every class may expand; fewer where nothing changes any more",
                  at_least(1)));
  }
};

namespace detail {

/// Two neighbours and what it costs to part them.
struct NeighbourPair {
  std::size_t first = 0;
  std::size_t second = 0;
  double weight = 0;
};

/// All pairs of 6-neighbours of a scan. The mean weight of a pair without contrast is 1.
[[nodiscard]] inline std::vector<NeighbourPair> neighbour_pairs(const Image& image, std::optional<double> contrast) {
  const Shape3& shape = image.shape();
  const std::array<double, 3>& spacing = image.geometry.spacing_mm;
  const std::array<std::size_t, 3> strides{shape[1] * shape[2], shape[2], 1};
  const std::size_t voxels = voxel_count(shape);
  std::vector<NeighbourPair> pairs;
  std::array<double, 3> faces{spacing[1] * spacing[2], spacing[0] * spacing[2], spacing[0] * spacing[1]};
  const double mean_face = (faces[0] + faces[1] + faces[2]) / 3;
  double squares = 0;
  for (std::size_t z = 0; z < shape[0]; ++z)
    for (std::size_t y = 0; y < shape[1]; ++y)
      for (std::size_t x = 0; x < shape[2]; ++x) {
        const Shape3 voxel{z, y, x};
        for (std::size_t axis = 0; axis < 3; ++axis) {
          if (voxel[axis] + 1 == shape[axis])
            continue;
          const std::size_t first = z * strides[0] + y * strides[1] + x;
          NeighbourPair pair{.first = first, .second = first + strides[axis], .weight = 0};
          for (std::size_t channel = 0; channel < image.channels(); ++channel) {
            const double difference = static_cast<double>(image.voxels.data()[channel * voxels + pair.first]) -
                                      static_cast<double>(image.voxels.data()[channel * voxels + pair.second]);
            pair.weight += difference * difference; // until the contrast is known
          }
          squares += pair.weight;
          pairs.push_back(pair);
        }
      }
  const double scale =
      contrast ? *contrast * *contrast : squares / static_cast<double>(std::max<std::size_t>(1, pairs.size()));
  for (NeighbourPair& pair : pairs) {
    const std::size_t step = pair.second - pair.first;
    const std::size_t axis = step == 1 ? 2 : step == strides[1] ? 1 : 0;
    pair.weight = faces[axis] / mean_face * (scale > 0 ? std::exp(-pair.weight / (2 * scale)) : 1.0);
  }
  return pairs;
}

/// A flow network between a source, vertex 0, and a sink, vertex 1.
class FlowNetwork {
public:
  explicit FlowNetwork(std::size_t nodes) : graph_(nodes + 2) {}

  /// `cost` where node is on the sink's side; a negative one where it is on the source's.
  void add_cost(std::size_t node, double cost) {
    if (cost > 0)
      connect(0, node + 2, cost);
    else if (cost < 0)
      connect(node + 2, 1, -cost);
  }

  /// `cost` where `from` is on the source's side and `to` on the sink's.
  void add_cost(std::size_t from, std::size_t to, double cost) {
    if (cost > 0)
      connect(from + 2, to + 2, cost);
  }

  /// Which nodes a cheapest cut leaves on the sink's side.
  [[nodiscard]] std::vector<bool> sink_side() {
    boost::boykov_kolmogorov_max_flow(graph_, get(&Edge::capacity, graph_), get(&Edge::residual, graph_),
                                      get(&Edge::reverse, graph_), get(&Vertex::predecessor, graph_),
                                      get(&Vertex::colour, graph_), get(&Vertex::distance, graph_),
                                      get(boost::vertex_index, graph_), Node{0}, Node{1});
    std::vector<bool> sink(num_vertices(graph_) - 2);
    for (std::size_t node = 0; node < sink.size(); ++node)
      sink[node] = graph_[node + 2].colour == boost::white_color; // the sink's tree; black is the source's, gray free
    return sink;
  }

private:
  using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::bidirectionalS>;
  using Node = Traits::vertex_descriptor;
  struct Vertex {
    Traits::edge_descriptor predecessor;
    boost::default_color_type colour = boost::gray_color;
    long distance = 0;
  };
  struct Edge {
    double capacity = 0;
    double residual = 0;
    Traits::edge_descriptor reverse;
  };
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, Vertex, Edge>;

  void connect(Node from, Node to, double capacity) {
    const auto edge = add_edge(from, to, Edge{.capacity = capacity, .residual = 0, .reverse = {}}, graph_).first;
    const auto reverse = add_edge(to, from, Edge{.capacity = 0, .residual = 0, .reverse = edge}, graph_).first;
    graph_[edge].reverse = reverse;
  }

  Graph graph_;
};

} // namespace detail

/// What a labelling costs: the weights of all neighbours with different labels.
[[nodiscard]] inline double cut_cost(const std::vector<detail::NeighbourPair>& pairs,
                                     const Array3<std::uint8_t>& labels) {
  double cost = 0;
  for (const detail::NeighbourPair& pair : pairs)
    if (labels.data()[pair.first] != labels.data()[pair.second])
      cost += pair.weight;
  return cost;
}

/// Fills the gaps between annotated slices by boundaries that follow the image's edges and are short: the cheapest cut
/// of the graph of voxels that leaves annotated voxels their labels.
///
/// Formula: minimises the sum over 6-neighbours with different labels of A exp(-|I_p - I_q|^2 / (2 contrast^2)), where
/// A is the area of the face between them over the mean. For two classes that is the minimum; for more, classes expand
/// in turn until none does, which is at most twice the minimum. Ties leave a voxel as it is. Shapes: image (C, z, y,
/// x), labels (z, y, x). Cost: per class and round one maximum flow on the unlabelled voxels, for which Boost.Graph
/// takes some 700 bytes per voxel. Throws: InvalidArgument for options beyond their limits; DataError where nothing is
/// annotated or the image has another shape. Source: Boykov, Veksler, Zabih, "Fast approximate energy minimization via
/// graph cuts", IEEE TPAMI 23 (2001); Boykov, Kolmogorov, "An experimental comparison of min-cut/max-flow algorithms",
/// IEEE TPAMI 26 (2004), as Boost.Graph has it.
struct MinimumCut {
  static constexpr std::string_view name = "minimum_cut";

  MinimumCutOptions options;

  [[nodiscard]] Array3<std::uint8_t> operator()(const SparseLabels& labels, const Image& image) const {
    validate(options, std::string(name));
    if (image.shape() != labels.shape())
      throw DataError("image", "the labels' shape, " + to_string(labels.shape()), to_string(image.shape()));
    if (labels.annotated_voxels() == 0)
      throw DataError("sparse labels", "an annotated voxel", "none");
    const std::vector<detail::NeighbourPair> pairs = detail::neighbour_pairs(image, options.contrast);
    Array3<std::uint8_t> filled = labels.voxels();
    std::vector<std::size_t> nodes(filled.size(), no_node);
    std::size_t count = 0;
    for (std::size_t voxel = 0; voxel < filled.size(); ++voxel)
      if (filled.data()[voxel] == labels.unlabelled()) {
        nodes[voxel] = count++;
        filled.data()[voxel] = 0;
      }
    for (std::size_t round = 0; round < options.rounds; ++round) {
      bool changed = false;
      for (std::size_t label = 1; label <= labels.classes();
           ++label) // the background last, as all voxels start with it
        changed = expand(static_cast<std::uint8_t>(label % labels.classes()), pairs, nodes, count, filled) || changed;
      if (!changed || labels.classes() == 2)
        break;
    }
    return filled;
  }

private:
  static constexpr std::size_t no_node = std::numeric_limits<std::size_t>::max();

  /// Gives `label` to the voxels for which that is cheapest, all at once. Whether any changed.
  [[nodiscard]] static bool expand(std::uint8_t label, const std::vector<detail::NeighbourPair>& pairs,
                                   const std::vector<std::size_t>& nodes, std::size_t count,
                                   Array3<std::uint8_t>& filled) {
    detail::FlowNetwork network(count);
    std::vector<double> costs(count); // of taking the label
    for (const detail::NeighbourPair& pair : pairs) {
      const std::size_t p = nodes[pair.first];
      const std::size_t q = nodes[pair.second];
      const std::uint8_t of_first = filled.data()[pair.first];
      const std::uint8_t of_second = filled.data()[pair.second];
      const auto cost = [&](std::uint8_t a, std::uint8_t b) { return a == b ? 0.0 : pair.weight; };
      if (p != no_node && q != no_node) {
        const double both_keep = cost(of_first, of_second);
        const double second_takes = cost(of_first, label);
        const double first_takes = cost(label, of_second);
        costs[p] += first_takes - both_keep;
        costs[q] -= first_takes;
        network.add_cost(p, q, second_takes + first_takes - both_keep);
      } else if (p != no_node) {
        costs[p] += cost(label, of_second) - cost(of_first, of_second);
      } else if (q != no_node) {
        costs[q] += cost(label, of_first) - cost(of_second, of_first);
      }
    }
    for (std::size_t node = 0; node < count; ++node)
      network.add_cost(node, costs[node]);
    const std::vector<bool> takes = network.sink_side();
    const double before = cut_cost(pairs, filled);
    Array3<std::uint8_t> expanded = filled;
    for (std::size_t voxel = 0; voxel < nodes.size(); ++voxel)
      if (nodes[voxel] != no_node && takes[nodes[voxel]])
        expanded.data()[voxel] = label;
    if (cut_cost(pairs, expanded) >= before - 1e-9 * (1 + before))
      return false;
    filled = std::move(expanded);
    return true;
  }
};

static_assert(LabelPropagation<MinimumCut>);

} // namespace sparseann
