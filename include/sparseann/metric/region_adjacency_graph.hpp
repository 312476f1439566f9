#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <queue>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/graph/adjacency_list.hpp>
#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/metric/disjoint_sets.hpp"

namespace sparseann {

/// Where two segments touch: the faces between voxels of the one and of the other, and their affinities, each the mean
/// of what the face's two voxels have.
struct SegmentContact {
  double affinity_sum = 0.0;
  std::uint64_t faces = 0;

  [[nodiscard]] double mean_affinity() const noexcept { return affinity_sum / static_cast<double>(faces); }
  void add(const SegmentContact& other) noexcept {
    affinity_sum += other.affinity_sum;
    faces += other.faces;
  }
  bool operator==(const SegmentContact&) const = default;
};

/// Segments that touch. Vertex i is segment i; 0, what is no segment, and numbers that no voxel has are alone.
using RegionAdjacencyGraph =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, boost::no_property, SegmentContact>;

/// The graph of a volume's segments that share faces.
///
/// Shapes: labels, 0 = no segment, and affinity, the probability of cell say, (z, y, x).
/// Cost: linear in the voxels; edges by ascending segments.
/// Throws: InvalidArgument where the shapes differ, for a label above the number of voxels, and for an affinity that is
/// not finite, with its voxel.
[[nodiscard]] inline RegionAdjacencyGraph region_adjacency_graph(const Array3<std::uint32_t>& labels,
                                                                 const Array3<float>& affinity) {
  const Shape3 shape = shape_of(labels);
  if (shape_of(affinity) != shape)
    throw InvalidArgument("affinity", to_string(shape) + " voxels as the labels", to_string(shape_of(affinity)));
  std::uint32_t highest = 0;
  for (std::size_t voxel = 0; voxel < labels.size(); ++voxel) {
    highest = std::max(highest, labels.data()[voxel]);
    if (!std::isfinite(affinity.data()[voxel]))
      throw InvalidArgument("affinity", "finite numbers",
                            fmt::format("{} at {}", affinity.data()[voxel], voxel_text(shape, voxel)));
  }
  if (highest > labels.size())
    throw InvalidArgument("labels", fmt::format("numbers up to {}, that of the voxels", labels.size()),
                          std::to_string(highest));

  std::unordered_map<std::uint64_t, SegmentContact> contacts;
  const auto meet = [&](std::size_t voxel, std::size_t neighbour) {
    const auto [low, high] = std::minmax({labels.data()[voxel], labels.data()[neighbour]});
    if (low == 0 || low == high)
      return;
    const double both = static_cast<double>(affinity.data()[voxel]) + static_cast<double>(affinity.data()[neighbour]);
    contacts[std::uint64_t{low} << 32U | high].add({.affinity_sum = both / 2, .faces = 1});
  };
  std::size_t voxel = 0;
  for (std::size_t z = 0; z < shape[0]; ++z)
    for (std::size_t y = 0; y < shape[1]; ++y)
      for (std::size_t x = 0; x < shape[2]; ++x, ++voxel) {
        if (x > 0)
          meet(voxel, voxel - 1);
        if (y > 0)
          meet(voxel, voxel - shape[2]);
        if (z > 0)
          meet(voxel, voxel - shape[1] * shape[2]);
      }

  std::vector<std::pair<std::uint64_t, SegmentContact>> edges(contacts.begin(), contacts.end());
  std::ranges::sort(edges, {}, [](const auto& edge) { return edge.first; });
  RegionAdjacencyGraph graph(std::size_t{highest} + 1);
  for (const auto& [pair, contact] : edges)
    boost::add_edge(pair >> 32U, pair & 0xffffffffU, contact, graph);
  return graph;
}

namespace detail {

/// Segments that are merged pair by pair, the pair of the highest mean affinity first.
class Agglomeration {
public:
  explicit Agglomeration(const RegionAdjacencyGraph& graph)
      : sets_(static_cast<std::uint32_t>(boost::num_vertices(graph))), least_(boost::num_vertices(graph)),
        neighbours_(boost::num_vertices(graph)) {
    for (std::uint32_t segment = 0; segment < least_.size(); ++segment)
      least_[segment] = segment;
    for (const auto edge : boost::make_iterator_range(boost::edges(graph))) {
      const auto a = static_cast<std::uint32_t>(boost::source(edge, graph));
      const auto b = static_cast<std::uint32_t>(boost::target(edge, graph));
      neighbours_[a][b].add(graph[edge]);
      neighbours_[b][a].add(graph[edge]);
    }
    for (std::uint32_t segment = 0; segment < least_.size(); ++segment)
      for (const auto& [other, contact] : neighbours_[segment])
        if (segment < other)
          push(segment, other, contact);
  }

  [[nodiscard]] std::vector<std::uint32_t> run(double least_affinity) {
    while (!queue_.empty() && queue_.top().contact.mean_affinity() >= least_affinity) {
      const Candidate candidate = queue_.top();
      queue_.pop();
      const auto found = neighbours_[candidate.a].find(candidate.b);
      if (found != neighbours_[candidate.a].end() && found->second == candidate.contact)
        merge(candidate.a, candidate.b);
    }
    const auto representatives = sets_.representatives();
    return {representatives.begin(), representatives.end()};
  }

private:
  struct Candidate {
    std::uint32_t low; ///< the least segments of both regions, for ties
    std::uint32_t high;
    std::uint32_t a;
    std::uint32_t b;
    SegmentContact contact;

    /// Whether the other goes first.
    bool operator<(const Candidate& other) const noexcept {
      return std::tuple(contact.mean_affinity(), other.low, other.high) <
             std::tuple(other.contact.mean_affinity(), low, high);
    }
  };

  void push(std::uint32_t a, std::uint32_t b, const SegmentContact& contact) {
    const auto [low, high] = std::minmax({least_[a], least_[b]});
    queue_.push({.low = low, .high = high, .a = a, .b = b, .contact = contact});
  }

  /// The region with fewer neighbours becomes part of the other.
  void merge(std::uint32_t a, std::uint32_t b) {
    sets_.join(a, b);
    if (neighbours_[a].size() < neighbours_[b].size())
      std::swap(a, b);
    neighbours_[a].erase(b);
    neighbours_[b].erase(a);
    const bool was_least = least_[a] < least_[b];
    least_[a] = std::min(least_[a], least_[b]);
    for (const auto& [other, contact] : neighbours_[b]) {
      neighbours_[other].erase(b);
      neighbours_[other][a].add(contact);
      neighbours_[a][other].add(contact);
      push(a, other, neighbours_[a][other]);
    }
    if (!was_least) // ties go by another name from now on
      for (const auto& [other, contact] : neighbours_[a])
        if (!neighbours_[b].contains(other))
          push(a, other, contact);
    neighbours_[b].clear();
  }

  DisjointSets sets_;
  std::vector<std::uint32_t> least_; ///< segment of each region
  std::vector<std::unordered_map<std::uint32_t, SegmentContact>> neighbours_;
  std::priority_queue<Candidate> queue_;
};

} // namespace detail

/// Merges segments as long as two that touch have a mean affinity of at least `least_affinity`: always the two of the
/// highest, of equal ones the two of the least segments, by the least of each region. The mean of what was merged is
/// over all faces.
///
/// Shapes: for each segment the least of those that it is one with.
/// Cost: a logarithm per change of a contact, of which the region with fewer pays.
/// Throws: InvalidArgument for a threshold that is no number.
/// Source: mean-affinity agglomeration as in Lee et al., "Superhuman accuracy on the SNEMI3D connectomics challenge"
/// (2017).
[[nodiscard]] inline std::vector<std::uint32_t> agglomerate(const RegionAdjacencyGraph& graph, double least_affinity) {
  if (std::isnan(least_affinity))
    throw InvalidArgument("least_affinity", "a number", "nan");
  return detail::Agglomeration(graph).run(least_affinity);
}

/// The segments of a volume under the names that `agglomerate` gave them.
///
/// Throws: InvalidArgument for a segment that has no name.
[[nodiscard]] inline Array3<std::uint32_t> renamed(Array3<std::uint32_t> labels, std::span<const std::uint32_t> names) {
  for (std::uint32_t& label : elements(labels)) {
    if (label >= names.size())
      throw InvalidArgument("labels", fmt::format("segments below {}", names.size()), std::to_string(label));
    label = names[label];
  }
  return labels;
}

} // namespace sparseann
