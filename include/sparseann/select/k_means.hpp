#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "sparseann/core/array.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/progress.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/distance.hpp"
#include "sparseann/select/features.hpp"
#include "sparseann/select/ranked_selection.hpp"

namespace sparseann {

struct KMeansOptions {
  std::size_t iterations = 100;
  double tolerance = 0.0;

  friend void visit(KMeansOptions& options, auto&& visitor) {
    visitor(field("iterations", options.iterations, "at most this many times the centroids move"));
    visitor(field("tolerance", options.tolerance,
                  "ends where the inertia falls by less than this share of it; 0: where no row changes its cluster",
                  between(0, 1)));
  }
};

/// Rows in clusters. Shapes: cluster (N), the number of each row's cluster; centroids (K, D). Units: inertia is the sum
/// of the rows' squared distances to their clusters' centroids.
struct Clustering {
  std::vector<std::size_t> cluster;
  Array2<double> centroids;
  double inertia = 0;
};

namespace detail {

/// The state of Lloyd's algorithm; after every call of `assign` each row is in the cluster of its nearest centroid.
class Lloyd {
public:
  Lloyd(const Array2<float>& features, std::size_t clusters, Generator& generator)
      : features_(features), centroids_(xt::zeros<double>({clusters, features.shape(1)})),
        cluster_(features.shape(0), 0), squared_(features.shape(0), std::numeric_limits<double>::infinity()) {
    start(generator);
  }

  /// Returns whether a row changed its cluster. Ties go to the lower cluster.
  bool assign() {
    bool changed = false;
    for (std::size_t row = 0; row < cluster_.size(); ++row) {
      const std::size_t before = cluster_[row];
      squared_[row] = std::numeric_limits<double>::infinity();
      for (std::size_t cluster = 0; cluster < centroids_.shape(0); ++cluster)
        approach(row, cluster);
      changed |= cluster_[row] != before;
    }
    return changed;
  }

  /// A cluster without rows takes the row that is farthest from its centroid out of a cluster of several, as long as
  /// one is off its centroid at all.
  void fill_empty_clusters() {
    std::vector<std::size_t> sizes = this->sizes();
    for (std::size_t cluster = 0; cluster < sizes.size(); ++cluster) {
      if (sizes[cluster] != 0)
        continue;
      const auto removable = [&](std::size_t row) { return sizes[cluster_[row]] > 1 ? squared_[row] : 0.0; };
      const std::size_t row = argmax(removable);
      if (removable(row) == 0)
        return;
      --sizes[cluster_[row]];
      ++sizes[cluster];
      cluster_[row] = cluster;
      squared_[row] = 0;
    }
  }

  /// Moves every centroid to the mean of its rows; one without rows stays where it is.
  void move_centroids() {
    const std::vector<std::size_t> sizes = this->sizes();
    for (std::size_t cluster = 0; cluster < sizes.size(); ++cluster)
      if (sizes[cluster] != 0)
        std::ranges::fill(centroid(cluster), 0.0);
    for (std::size_t row = 0; row < cluster_.size(); ++row)
      for (std::size_t column = 0; column < features_.shape(1); ++column)
        centroids_(cluster_[row], column) += static_cast<double>(features_(row, column));
    for (std::size_t cluster = 0; cluster < sizes.size(); ++cluster)
      for (double& value : centroid(cluster))
        value /= static_cast<double>(std::max<std::size_t>(sizes[cluster], 1));
  }

  [[nodiscard]] double inertia() const { return std::accumulate(squared_.begin(), squared_.end(), 0.0); }

  [[nodiscard]] Clustering clustering() const { return {cluster_, centroids_, inertia()}; }

private:
  /// k-means++: each centroid is a row, drawn with a probability proportional to its squared distance to the nearest
  /// earlier one; any row where all are on earlier ones.
  void start(Generator& generator) {
    std::size_t row = generator.uniform_index(cluster_.size());
    for (std::size_t cluster = 0; cluster < centroids_.shape(0); ++cluster) {
      if (cluster != 0)
        row = draw(generator);
      std::ranges::copy(feature_row(features_, row), centroid(cluster).begin());
      for (std::size_t other = 0; other < cluster_.size(); ++other)
        approach(other, cluster);
    }
  }

  [[nodiscard]] std::size_t draw(Generator& generator) const {
    const double total = inertia();
    if (total == 0)
      return generator.uniform_index(cluster_.size());
    double left = generator.uniform(0, total);
    std::size_t last = 0;
    for (std::size_t row = 0; row < squared_.size(); ++row) {
      if (squared_[row] == 0)
        continue;
      if (left < squared_[row])
        return row;
      left -= squared_[row];
      last = row;
    }
    return last; // rounding alone leads here
  }

  /// Puts `row` in `cluster` where its centroid is nearer than that of the row's cluster so far.
  void approach(std::size_t row, std::size_t cluster) {
    const double squared = squared_distance(feature_row(features_, row), std::span<const double>(centroid(cluster)));
    if (squared < squared_[row]) {
      squared_[row] = squared;
      cluster_[row] = cluster;
    }
  }

  [[nodiscard]] std::span<double> centroid(std::size_t cluster) {
    return elements(centroids_).subspan(cluster * centroids_.shape(1), centroids_.shape(1));
  }

  [[nodiscard]] std::vector<std::size_t> sizes() const {
    std::vector<std::size_t> sizes(centroids_.shape(0), 0);
    for (const std::size_t cluster : cluster_)
      ++sizes[cluster];
    return sizes;
  }

  [[nodiscard]] std::size_t argmax(const auto& value) const {
    std::size_t best = 0;
    for (std::size_t row = 1; row < cluster_.size(); ++row)
      if (value(row) > value(best))
        best = row;
    return best;
  }

  const Array2<float>& features_;
  Array2<double> centroids_;
  std::vector<std::size_t> cluster_;
  std::vector<double> squared_;
};

} // namespace detail

/// Clusters of small squared distances to their means: k-means++, then Lloyd's algorithm until no row changes its
/// cluster, or an option ends it.
///
/// Formula: assign every row to its nearest centroid, move every centroid to the mean of its rows, repeat. The inertia
/// never grows. A cluster is empty at the end only where there are fewer different rows than clusters, or where an
/// option ended it.
/// Shapes: features (N, D), clusters of 1..N.
/// Cost: O(N K D) per iteration, O(N + K D) memory.
/// Throws: InvalidArgument for a number of clusters of zero or above N; DataError for features that are NaN, infinite
/// or zero rows.
/// Source: Lloyd, "Least squares quantization in PCM", IEEE Transactions on Information Theory 28(2), 1982; Arthur and
/// Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007.
/// Deviation: Lloyd leaves empty clusters open; one takes the row farthest from its centroid, which lowers the inertia.
[[nodiscard]] inline Clustering k_means(const Array2<float>& features, std::size_t clusters, Generator generator,
                                        const KMeansOptions& options = {}, const Progress& progress = {}) {
  validate(options);
  check_features(features);
  check_selection_budget(clusters, features.shape(0), "clusters");
  Progress::Task task = progress.start("clustering", 1 + options.iterations);
  detail::Lloyd lloyd(features, clusters, generator);
  task.advance();
  for (std::size_t iteration = 0; iteration < options.iterations; ++iteration) {
    const double before = lloyd.inertia();
    lloyd.fill_empty_clusters();
    lloyd.move_centroids();
    // Rounding can make the inertia of tied rows grow, without end.
    if (!lloyd.assign() || before - lloyd.inertia() < options.tolerance * before) {
      task.advance(options.iterations - iteration);
      break;
    }
    task.advance();
  }
  task.finish();
  return lloyd.clustering();
}

} // namespace sparseann
