#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/range/iterator_range.hpp>

#include "sparseann/core/array.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/progress.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/distance.hpp"
#include "sparseann/select/features.hpp"
#include "sparseann/select/k_means.hpp"
#include "sparseann/select/ranked_selection.hpp"
#include "sparseann/select/row_loops.hpp"
#include "sparseann/select/selector.hpp"
#include "sparseann/select/similarity.hpp"

namespace sparseann {

struct ProbabilityCoverOptions {
  std::optional<double> radius;
  double purity = 0.95;
  KMeansOptions k_means;

  friend void visit(ProbabilityCoverOptions& options, auto&& visitor) {
    visitor(field("radius", options.radius, "of the balls, between features of length 1; by purity where not given",
                  above(0)));
    visitor(field("purity", options.purity, "share of the balls that lie within one cluster, which sets the radius",
                  {.low = 0, .high = 1, .low_is_open = true}));
    visitor(field("k_means", options.k_means, "how the clusters are found"));
  }
};

/// Every row divided by its length. Rows must not be zero.
[[nodiscard]] inline Array2<float> unit_rows(const Array2<float>& features) {
  Array2<float> scaled = features;
  for (std::size_t row = 0; row < features.shape(0); ++row) {
    const std::span<const float> values = feature_row(features, row);
    row_loops::scale(values, 1 / std::sqrt(row_loops::dot(values, values)),
                     elements(scaled).subspan(row * features.shape(1), features.shape(1)));
  }
  return scaled;
}

/// The largest distance between two items at which at least `purity` of all balls are pure. The ball of an item is pure
/// where all items within the radius, itself among them, are of its cluster; the share of pure balls falls as the
/// radius grows.
///
/// Shapes: distances (N, N), cluster (N). Cost: O(N^2).
[[nodiscard]] inline double largest_pure_radius(const Array2<double>& distances, std::span<const std::size_t> cluster,
                                                double purity) {
  const std::size_t items = cluster.size();
  std::vector<double> pure_below(items, std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < items; ++i)
    for (std::size_t j = 0; j < items; ++j)
      if (cluster[i] != cluster[j])
        pure_below[i] = std::min(pure_below[i], distances(i, j));
  std::ranges::sort(pure_below, std::greater{});
  std::size_t needed = 1;
  while (static_cast<double>(needed) / static_cast<double>(items) < purity)
    ++needed;
  const double limit = pure_below[needed - 1];
  double radius = 0;
  for (const double distance : elements(distances))
    if (distance < limit)
      radius = std::max(radius, distance);
  return radius;
}

/// The slices whose balls of one radius hold as many slices as can be, found greedily (ProbCover).
///
/// Formula: a directed graph has an edge from i to j where |f_i / |f_i| - f_j / |f_j|| <= radius, loops included; the
/// vertex of most edges to uncovered vertices is selected and covers them, K times. Ties go to the lower index; so
/// where all slices are covered before the budget is spent, the lowest ones that are left follow. Without a radius, it
/// is the largest distance at which at least `purity` of all balls lie within one cluster of k-means; there are as many
/// clusters as the budget, and at least two. gains: the slices newly covered; coverage: those covered so far.
/// Shapes: features (N, D).
/// Cost: O(N^2 (D + K)) time, with k-means O(N K D) per iteration besides; O(N^2) memory.
/// Throws: InvalidArgument for a budget of zero or above N; DataError for features that are NaN, infinite or zero rows.
/// Source: Yehuda, Dekel, Hacohen, Weinshall, "Active learning through a covering lens", NeurIPS 2022; the greedy cover
/// reaches at least 1 - 1/e of the best one (Nemhauser, Wolsey, Fisher 1978).
/// Deviation: the paper's clusters are as many as the task has classes, which says nothing about a stack's slices. With
/// one cluster every ball would be pure. The paper leaves open what follows a full cover.
struct ProbabilityCover {
  using Options = ProbabilityCoverOptions;
  static constexpr std::string_view name = "probability_cover";

  Options options;
  Progress progress = {};

  [[nodiscard]] RankedSelection operator()(const Array2<float>& features, std::size_t budget,
                                           const Generator& generator) const {
    validate(options);
    check_features(features);
    check_selection_budget(budget, features.shape(0));
    const Array2<float> directions = unit_rows(features);
    const Array2<double> distances = euclidean_distances(directions, progress);
    const double radius = options.radius ? *options.radius : pure_radius(directions, distances, budget, generator);
    return cover(ball_graph(distances, radius), budget);
  }

private:
  using Graph = boost::compressed_sparse_row_graph<boost::directedS>;

  [[nodiscard]] double pure_radius(const Array2<float>& directions, const Array2<double>& distances, std::size_t budget,
                                   const Generator& generator) const {
    const std::size_t clusters = std::min(std::max<std::size_t>(budget, 2), directions.shape(0));
    const Clustering clustering = k_means(directions, clusters, generator, options.k_means, progress);
    return largest_pure_radius(distances, clustering.cluster, options.purity);
  }

  [[nodiscard]] static Graph ball_graph(const Array2<double>& distances, double radius) {
    std::vector<std::pair<std::size_t, std::size_t>> edges;
    for (std::size_t i = 0; i < distances.shape(0); ++i)
      for (std::size_t j = 0; j < distances.shape(1); ++j)
        if (distances(i, j) <= radius)
          edges.emplace_back(i, j);
    return Graph(boost::edges_are_sorted, edges.begin(), edges.end(), distances.shape(0));
  }

  [[nodiscard]] RankedSelection cover(const Graph& balls, std::size_t budget) const {
    std::vector<bool> covered(num_vertices(balls), false);
    std::vector<bool> selected(num_vertices(balls), false);
    RankedSelection selection;
    double total = 0;
    Progress::Task task = progress.start("selecting", budget);
    while (selection.indices.size() < budget) {
      const auto [gain, vertex] = best_vertex(balls, covered, selected);
      selected[vertex] = true;
      for (const std::size_t other : boost::make_iterator_range(adjacent_vertices(vertex, balls)))
        covered[other] = true;
      selection.indices.push_back(vertex);
      selection.gains.push_back(static_cast<double>(gain));
      selection.coverage.push_back(total += static_cast<double>(gain));
      task.advance();
    }
    task.finish();
    return selection;
  }

  /// How many uncovered vertices the best vertex has edges to, and which one it is.
  [[nodiscard]] static std::pair<std::ptrdiff_t, std::size_t>
  best_vertex(const Graph& balls, const std::vector<bool>& covered, const std::vector<bool>& selected) {
    std::pair<std::ptrdiff_t, std::size_t> best{-1, 0};
    for (const std::size_t vertex : boost::make_iterator_range(vertices(balls))) {
      if (selected[vertex])
        continue;
      const auto gain = std::ranges::count_if(boost::make_iterator_range(adjacent_vertices(vertex, balls)),
                                              [&](std::size_t other) { return !covered[other]; });
      if (gain > best.first)
        best = {gain, vertex};
    }
    return best;
  }
};

} // namespace sparseann
