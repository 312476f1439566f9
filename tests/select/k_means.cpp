#include "sparseann/select/k_means.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "support/catch.hpp"
#include "support/recorded_progress.hpp"
#include "support/selector_suite.hpp"

using namespace sparseann;

static_assert(Options<KMeansOptions>);

namespace {

/// The sum of squared distances to the means of the clusters, by definition.
double inertia_by_definition(const Array2<float>& features, const std::vector<std::size_t>& cluster,
                             std::size_t clusters) {
  double sum = 0;
  for (std::size_t k = 0; k < clusters; ++k)
    for (std::size_t column = 0; column < features.shape(1); ++column) {
      std::vector<double> values;
      for (std::size_t row = 0; row < cluster.size(); ++row)
        if (cluster[row] == k)
          values.push_back(static_cast<double>(features(row, column)));
      double mean = 0;
      for (const double value : values)
        mean += value / static_cast<double>(values.size());
      for (const double value : values)
        sum += (value - mean) * (value - mean);
    }
  return sum;
}

/// The smallest inertia of all clusterings into `clusters`.
double smallest_inertia(const Array2<float>& features, std::size_t clusters) {
  std::vector<std::size_t> cluster(features.shape(0), 0);
  double smallest = std::numeric_limits<double>::infinity();
  while (true) {
    smallest = std::min(smallest, inertia_by_definition(features, cluster, clusters));
    std::size_t row = 0;
    while (row < cluster.size() && ++cluster[row] == clusters)
      cluster[row++] = 0;
    if (row == cluster.size())
      return smallest;
  }
}

/// `groups` groups of `size` rows each, whose centers are 100 apart; row r is of group r % groups.
Array2<float> separated_rows(std::size_t groups, std::size_t size, const Generator& generator) {
  Array2<float> features = test::random_features(groups * size, 3, generator);
  for (std::size_t row = 0; row < groups * size; ++row)
    features(row, 0) += 100.0F * static_cast<float>(row % groups + 1);
  return features;
}

/// Rows of small whole numbers, many of them alike or tied.
Array2<float> lattice_rows(std::size_t rows, Generator generator) {
  Array2<float> features = xt::ones<float>({rows, std::size_t{3}});
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t column = 0; column < 2; ++column)
      features(row, column) = static_cast<float>(generator.uniform_index(5));
  return features;
}

std::size_t different_rows(const Array2<float>& features) {
  std::set<std::vector<float>> rows;
  for (std::size_t row = 0; row < features.shape(0); ++row)
    rows.emplace(feature_row(features, row).begin(), feature_row(features, row).end());
  return rows.size();
}

} // namespace

TEST_CASE("k-means by hand") {
  const Clustering found = k_means({{1, 2}, {3, 2}, {101, 2}, {103, 8}}, 2, Generator(1));
  CHECK(found.cluster[0] == found.cluster[1]);
  CHECK(found.cluster[2] == found.cluster[3]);
  CHECK(found.cluster[0] != found.cluster[2]);
  CHECK(found.centroids(found.cluster[0], 0) == 2);
  CHECK(found.centroids(found.cluster[0], 1) == 2);
  CHECK(found.centroids(found.cluster[2], 0) == 102);
  CHECK(found.centroids(found.cluster[2], 1) == 5);
  CHECK(found.inertia == 2 + 20);
}

TEST_CASE("one cluster is around the mean, and as many as rows have no inertia") {
  const Array2<float> features = test::random_features(20, 4, Generator(2));
  const Clustering one = k_means(features, 1, Generator(1));
  CHECK(one.inertia == Approx(inertia_by_definition(features, std::vector<std::size_t>(20, 0), 1)));
  const Clustering all = k_means(features, 20, Generator(1));
  CHECK(all.inertia == 0);
  CHECK(std::set(all.cluster.begin(), all.cluster.end()).size() == 20);
}

TEST_CASE("k-means finds separated groups from every start") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Clustering found = k_means(separated_rows(4, 9, Generator(seed)), 4, Generator(seed));
    for (std::size_t row = 4; row < 36; ++row)
      CHECK(found.cluster[row] == found.cluster[row % 4]);
    CHECK(std::set(found.cluster.begin(), found.cluster.end()).size() == 4);
  }
}

TEST_CASE("k-means is never below the optimum, on separated rows at it, and elsewhere from some start") {
  const Array2<float> separated = separated_rows(3, 3, Generator(4));
  CHECK(k_means(separated, 3, Generator(1)).inertia == Approx(smallest_inertia(separated, 3)));
  for (std::uint64_t data = 0; data < 5; ++data) {
    const Array2<float> features = test::random_features(9, 2, Generator(data));
    const double optimum = smallest_inertia(features, 3);
    double best = std::numeric_limits<double>::infinity();
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
      const Clustering found = k_means(features, 3, Generator(seed));
      CHECK(found.inertia == Approx(inertia_by_definition(features, found.cluster, 3)).margin(1e-12));
      best = std::min(best, found.inertia);
      CHECK(found.inertia >= optimum - 1e-9);
    }
    CHECK(best == Approx(optimum));
  }
}

TEST_CASE("the inertia of k-means never grows, until every row is in the cluster of its nearest mean") {
  const Array2<float> features = test::random_features(200, 3, Generator(6));
  std::vector<double> inertias;
  for (std::size_t iterations = 0; iterations <= 40; ++iterations)
    inertias.push_back(k_means(features, 12, Generator(3), {.iterations = iterations}).inertia);
  CHECK(std::ranges::is_sorted(inertias, std::greater{}));
  CHECK(inertias[0] > 1.1 * inertias[40]);
  const Clustering found = k_means(features, 12, Generator(3), {.iterations = 1000});
  CHECK(found.inertia == Approx(inertia_by_definition(features, found.cluster, 12)));
  for (std::size_t row = 0; row < 200; ++row) {
    std::vector<double> squared(12, 0.0);
    for (std::size_t k = 0; k < 12; ++k)
      for (std::size_t column = 0; column < 3; ++column)
        squared[k] += std::pow(static_cast<double>(features(row, column)) - found.centroids(k, column), 2);
    CHECK(squared[found.cluster[row]] <= std::ranges::min(squared) + 1e-12);
  }
}

TEST_CASE("a tolerance ends k-means earlier") {
  const Array2<float> features = test::random_features(200, 3, Generator(6));
  const double once = k_means(features, 12, Generator(3), {.iterations = 1}).inertia;
  CHECK(k_means(features, 12, Generator(3), {.tolerance = 1}).inertia == once);
  CHECK(k_means(features, 12, Generator(3)).inertia < once);
}

TEST_CASE("a cluster that loses its rows takes the row farthest from its centroid") {
  // From this start, Lloyd's algorithm empties a cluster on its way.
  const Array2<float> features{{1, 3, 0}, {4, 2, 4}, {2, 2, 0}, {4, 1, 4}, {4, 0, 4}, {0, 0, 3}, {1, 3, 0}, {2, 4, 4}};
  Generator generator(463);
  detail::Lloyd lloyd(features, 3, generator);
  const auto used = [&] {
    const std::vector<std::size_t> cluster = lloyd.clustering().cluster;
    return std::set(cluster.begin(), cluster.end()).size();
  };
  while (used() == 3) {
    lloyd.move_centroids();
    REQUIRE(lloyd.assign());
  }
  const Clustering before = lloyd.clustering();
  std::vector<double> squared(8, 0.0);
  for (std::size_t row = 0; row < 8; ++row)
    for (std::size_t column = 0; column < 3; ++column)
      squared[row] +=
          std::pow(static_cast<double>(features(row, column)) - before.centroids(before.cluster[row], column), 2);
  const auto farthest = static_cast<std::size_t>(std::ranges::max_element(squared) - squared.begin());
  lloyd.fill_empty_clusters();
  const Clustering after = lloyd.clustering();
  CHECK(used() == 3);
  for (std::size_t row = 0; row < 8; ++row)
    CHECK((after.cluster[row] != before.cluster[row]) == (row == farthest));
  CHECK(after.inertia == Approx(before.inertia - squared[farthest]));
}

TEST_CASE("k-means leaves a cluster empty only where there are fewer different rows") {
  std::size_t fewer = 0;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    const Array2<float> features = lattice_rows(14, Generator(seed));
    const std::size_t different = different_rows(features);
    for (const std::size_t clusters : {std::size_t{5}, std::size_t{11}}) {
      const Clustering found = k_means(features, clusters, Generator(seed));
      const std::size_t used = std::set(found.cluster.begin(), found.cluster.end()).size();
      REQUIRE(used == std::min(clusters, different));
      fewer += used < clusters ? std::size_t{1} : std::size_t{0};
    }
  }
  CHECK(fewer > 0);
  CHECK(k_means(xt::ones<float>({4, 2}), 3, Generator(1)).cluster == std::vector<std::size_t>(4, 0));
}

TEST_CASE("the first centroids are far apart: k-means++ draws by squared distance") {
  // From row 0 or 1 (distance 1 apart) the others are at 1 and 9 or 8: probabilities 1/82 and 81/82, or 1/65 and 64/65.
  const Array2<float> features{{1}, {2}, {10}};
  std::size_t far = 0;
  constexpr std::size_t draws = 6000;
  for (std::uint64_t seed = 0; seed < draws; ++seed) {
    const Clustering start = k_means(features, 2, Generator(seed), {.iterations = 0});
    far += start.cluster[0] == start.cluster[1] ? std::size_t{1} : std::size_t{0};
  }
  const double probability = (81.0 / 82 + 64.0 / 65 + 1) / 3;
  const double allowed = 4.5 * std::sqrt(draws * probability * (1 - probability));
  CHECK(std::abs(static_cast<double>(far) - draws * probability) < allowed);
}

TEST_CASE("k-means depends on the seed alone") {
  const Array2<float> features = test::random_features(60, 3, Generator(6));
  CHECK(k_means(features, 8, Generator(1)).cluster == k_means(features, 8, Generator(1)).cluster);
  CHECK(k_means(features, 8, Generator(1)).cluster != k_means(features, 8, Generator(2)).cluster);
}

TEST_CASE("k-means refuses bad numbers of clusters, features and options") {
  CHECK_THROWS_WITH(k_means({{1}, {2}}, 3, Generator(1)),
                    "clusters: expected a count of at least 1 and at most 2 (all there are), got 3");
  CHECK_THROWS_AS(k_means({{1}, {2}}, 0, Generator(1)), InvalidArgument);
  CHECK_THROWS_AS(k_means({{1}, {std::nanf("")}}, 1, Generator(1)), DataError);
  CHECK_THROWS_WITH(k_means({{1}, {2}}, 1, Generator(1), {.tolerance = -1}),
                    "tolerance: expected a number of at least 0 and at most 1, got -1");
}

TEST_CASE("k-means tells its iterations, those that it does not need included") {
  const Array2<float> features = sparseann::test::random_features(50, 4, Generator(1));
  for (const std::size_t iterations : {2U, 100U}) { // too few, and more than enough
    sparseann::test::RecordedProgress recorded;
    (void)k_means(features, 5, Generator(2), {.iterations = iterations}, recorded.progress());
    sparseann::test::check_pieces(recorded, {"clustering"});
    CHECK(recorded.pieces().front().total == 1 + iterations);
    CHECK((recorded.pieces().front().steps < 1 + iterations) == (iterations == 100));
  }
}
