#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseann/core/array.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/progress.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/distance.hpp"
#include "sparseann/select/features.hpp"
#include "sparseann/select/k_means.hpp"
#include "sparseann/select/ranked_selection.hpp"
#include "sparseann/select/selector.hpp"

namespace sparseann {

struct TypicalClustersOptions {
  std::size_t clusters = 500;
  std::size_t neighbours = 20;
  KMeansOptions k_means;

  friend void visit(TypicalClustersOptions& options, auto&& visitor) {
    visitor(field("clusters", options.clusters, "the most clusters; as many as the budget where that is less",
                  at_least(1)));
    visitor(field("neighbours", options.neighbours,
                  "nearest neighbours whose mean distance says how typical a slice is", at_least(1)));
    visitor(field("k_means", options.k_means, "how the slices are clustered"));
  }
};

/// The most typical slice of each cluster of features, the largest cluster first (TypiClust).
///
/// Formula: k-means into min(K, clusters) clusters; then K times the cluster that has the fewest selected slices, among
/// those the largest, gives the most typical slice that it has left. Typicality of v: 1 / mean |f_v - f_u| over its k
/// nearest neighbours u within the cluster, k = min(neighbours, cluster size - 1). Ties go to the lower index; of
/// clusters, to that of the lowest one. There are no gains, as there is no objective.
/// Shapes: features (N, D).
/// Cost: O(N K D) per iteration of k-means, then O(M^2 D) for a cluster of M slices.
/// Throws: InvalidArgument for a budget of zero or above N; DataError for features that are NaN, infinite or zero rows.
/// Source: Hacohen, Dekel, Weinshall, "Active learning on a budget: opposite strategies suit high and low budgets",
/// ICML 2022.
/// Deviation: the authors' code leaves out clusters of at most five items, recomputes typicality without those
/// selected, and averages squared distances over min(20, half the cluster). Stacks are small, so here every cluster
/// counts; no slice is its own neighbour.
struct TypicalClusters {
  using Options = TypicalClustersOptions;
  static constexpr std::string_view name = "typical_clusters";

  Options options;
  Progress progress = {};

  [[nodiscard]] RankedSelection operator()(const Array2<float>& features, std::size_t budget,
                                           const Generator& generator) const {
    validate(options);
    check_features(features);
    check_selection_budget(budget, features.shape(0));
    const std::size_t clusters = std::min(budget, options.clusters);
    const std::vector<std::size_t> cluster = k_means(features, clusters, generator, options.k_means, progress).cluster;
    std::vector<Members> ranked(clusters);
    for (std::size_t row = 0; row < cluster.size(); ++row)
      ranked[cluster[row]].push_back(row);
    std::erase_if(ranked, [](const Members& members) { return members.empty(); });
    std::ranges::sort(ranked, before);
    Progress::Task task = progress.start("ranking by typicality", features.shape(0));
    for (Members& members : ranked)
      rank_by_typicality(features, members, task);
    task.finish();
    return in_rounds(ranked, budget);
  }

private:
  using Members = std::vector<std::size_t>; ///< rows of one cluster

  /// The larger cluster first, then that of the lowest index.
  [[nodiscard]] static bool before(const Members& a, const Members& b) {
    return a.size() != b.size() ? a.size() > b.size() : a.front() < b.front();
  }

  void rank_by_typicality(const Array2<float>& features, Members& members, Progress::Task& task) const {
    std::vector<double> remoteness(features.shape(0), 0.0);
    for (const std::size_t row : members) {
      remoteness[row] = mean_distance_to_nearest(features, row, members);
      task.advance();
    }
    std::ranges::sort(members, {}, [&](std::size_t row) { return std::pair(remoteness[row], row); });
  }

  /// The inverse of typicality.
  [[nodiscard]] double mean_distance_to_nearest(const Array2<float>& features, std::size_t row,
                                                const Members& members) const {
    std::vector<double> distances;
    for (const std::size_t other : members)
      if (other != row)
        distances.push_back(std::sqrt(squared_distance(feature_row(features, row), feature_row(features, other))));
    const std::size_t count = std::min(options.neighbours, distances.size());
    if (count == 0)
      return 0;
    const auto end = distances.begin() + static_cast<std::ptrdiff_t>(count);
    std::partial_sort(distances.begin(), end, distances.end());
    return std::accumulate(distances.begin(), end, 0.0) / static_cast<double>(count);
  }

  /// One slice of each cluster in turn; clusters that have no more are passed over.
  [[nodiscard]] static RankedSelection in_rounds(const std::vector<Members>& ranked, std::size_t budget) {
    RankedSelection selection;
    for (std::size_t round = 0; selection.indices.size() < budget; ++round)
      for (const Members& members : ranked)
        if (round < members.size() && selection.indices.size() < budget)
          selection.indices.push_back(members[round]);
    return selection;
  }
};

} // namespace sparseann
