#include "sparseann/metric/region_adjacency_graph.hpp"

#include <map>

#include "support/catch.hpp"

#include "sparseann/core/random.hpp"

using namespace sparseann;

namespace {

using Pair = std::pair<std::uint32_t, std::uint32_t>;

std::map<Pair, SegmentContact> contacts_in(const Array3<std::uint32_t>& labels, const Array3<float>& affinity) {
  std::map<Pair, SegmentContact> contacts;
  const Shape3 shape = shape_of(labels);
  for (std::size_t z = 0; z < shape[0]; ++z)
    for (std::size_t y = 0; y < shape[1]; ++y)
      for (std::size_t x = 0; x < shape[2]; ++x)
        for (const Shape3& n : {Shape3{z + 1, y, x}, {z, y + 1, x}, {z, y, x + 1}}) {
          if (n[0] == shape[0] || n[1] == shape[1] || n[2] == shape[2])
            continue;
          const Pair pair = std::minmax({labels(z, y, x), labels(n[0], n[1], n[2])});
          if (pair.first == 0 || pair.first == pair.second)
            continue;
          const double sum = static_cast<double>(affinity(z, y, x)) + static_cast<double>(affinity(n[0], n[1], n[2]));
          contacts[pair].add({.affinity_sum = sum / 2, .faces = 1});
        }
  return contacts;
}

/// Looks at all contacts anew before every merge.
Array3<std::uint32_t> plain_agglomeration(Array3<std::uint32_t> labels, const Array3<float>& affinity, double least) {
  for (;;) {
    const auto contacts = contacts_in(labels, affinity);
    const auto best = std::ranges::max_element(contacts, [](const auto& a, const auto& b) {
      return a.second.mean_affinity() < b.second.mean_affinity(); // of equal ones the first, the least segments
    });
    if (best == contacts.end() || best->second.mean_affinity() < least)
      return labels;
    std::ranges::replace(elements(labels), best->first.second, best->first.first);
  }
}

} // namespace

TEST_CASE("a graph of segments has their contacts, and agglomeration merges the likeliest pair first") {
  for (std::uint64_t seed = 0; seed < 80; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    const Shape3 shape{1 + generator.uniform_index(3), 1 + generator.uniform_index(6), 1 + generator.uniform_index(6)};
    Array3<std::uint32_t> labels = xt::zeros<std::uint32_t>(shape);
    Array3<float> affinity = xt::zeros<float>(shape);
    const std::size_t segments = std::min<std::size_t>(labels.size(), 1 + generator.uniform_index(12));
    for (std::size_t i = 0; i < labels.size(); ++i) {
      labels.data()[i] = static_cast<std::uint32_t>(generator.uniform_index(segments + 1));
      affinity.data()[i] = static_cast<float>(generator.uniform_index(9)) / 8; // sums are exact, and there are ties
    }
    const RegionAdjacencyGraph graph = region_adjacency_graph(labels, affinity);
    const auto expected = contacts_in(labels, affinity);
    CHECK(boost::num_edges(graph) == expected.size());
    for (const auto& [pair, contact] : expected) {
      const auto [edge, is_there] = boost::edge(pair.first, pair.second, graph);
      REQUIRE(is_there);
      CHECK(graph[edge] == contact);
    }
    for (const double least : {0.0, 0.4, 0.6, 0.9, 2.0})
      CHECK((renamed(labels, agglomerate(graph, least)) == plain_agglomeration(labels, affinity, least)));
  }
}

TEST_CASE("means are over all faces of what was merged") {
  // 1 and 2 merge first; then 3 touches them with 0.4 and 0.2, which is 0.3 on average.
  const Array3<std::uint32_t> labels{{{1, 2}, {3, 3}}};
  const Array3<float> affinity{{{0.8F, 0.4F}, {0.0F, 0.0F}}};
  const RegionAdjacencyGraph graph = region_adjacency_graph(labels, affinity);
  CHECK(agglomerate(graph, 0.35) == std::vector<std::uint32_t>{0, 1, 1, 3});
  CHECK(agglomerate(graph, 0.25) == std::vector<std::uint32_t>{0, 1, 1, 1});
}

TEST_CASE("a graph refuses what is no over-segmentation with affinities") {
  Array3<std::uint32_t> labels = xt::ones<std::uint32_t>({2, 2, 2});
  Array3<float> affinity = xt::ones<float>({2, 2, 2});
  CHECK_THROWS_AS(region_adjacency_graph(labels, xt::ones<float>({2, 2, 1})), InvalidArgument);
  affinity(1, 0, 1) = std::numeric_limits<float>::infinity();
  CHECK_THROWS_WITH(region_adjacency_graph(labels, affinity), ContainsSubstring("(z, y, x) = (1, 0, 1)"));
  affinity(1, 0, 1) = 1;
  labels(0, 0, 0) = 9;
  CHECK_THROWS_AS(region_adjacency_graph(labels, affinity), InvalidArgument);
  CHECK_THROWS_AS(renamed(labels, std::vector<std::uint32_t>{0, 1}), InvalidArgument);
  CHECK_THROWS_AS(agglomerate(RegionAdjacencyGraph(2), std::numeric_limits<double>::quiet_NaN()), InvalidArgument);
}
