#include "sparseann/select/typical_clusters.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/recorded_progress.hpp"
#include "support/selector_suite.hpp"

using namespace sparseann;

static_assert(FeatureSelector<TypicalClusters>);
static_assert(!prefix_consistent<TypicalClusters>);
static_assert(Options<TypicalClusters::Options>);

namespace {

const std::vector<std::vector<std::size_t>> groups{{1, 6, 7, 9, 11, 12}, {0, 2, 5, 10}, {3, 8}, {4}};

/// Random rows, those of each group far from all others.
Array2<float> grouped_rows(const Generator& generator) {
  Array2<float> features = test::random_features(13, 4, generator);
  for (std::size_t group = 0; group < groups.size(); ++group)
    for (const std::size_t row : groups[group])
      features(row, group) += 1000;
  return features;
}

/// A group's rows, the most typical first, by definition.
std::vector<std::size_t> by_typicality(const Array2<float>& features, std::vector<std::size_t> group,
                                       std::size_t neighbours) {
  std::vector<double> typicality(features.shape(0), 0.0);
  for (const std::size_t row : group) {
    std::vector<double> distances;
    for (const std::size_t other : group) {
      double sum = 0;
      for (std::size_t column = 0; column < features.shape(1); ++column)
        sum += std::pow(static_cast<double>(features(row, column)) - static_cast<double>(features(other, column)), 2);
      distances.push_back(std::sqrt(sum));
    }
    std::ranges::sort(distances); // the first is the row's own
    double mean = 0;
    const std::size_t used = std::min(neighbours, group.size() - 1);
    for (std::size_t i = 1; i <= used; ++i)
      mean += distances[i] / static_cast<double>(used);
    typicality[row] = 1 / mean;
  }
  std::ranges::sort(group, {}, [&](std::size_t row) { return std::pair(-typicality[row], row); });
  return group;
}

} // namespace

TEST_CASE("typical clusters pass the selectors' suite") {
  test::check_selector(TypicalClusters{});
  test::check_selector(TypicalClusters{.options = {.clusters = 2, .neighbours = 1}});
  test::check_selector(TypicalClusters{.options = {.k_means = {.iterations = 0}}});
}

TEST_CASE("typical clusters by hand") {
  // Mean distances to the others: 4, 7/3, 7/3, 3, 16/3.
  const Array2<float> features{{10}, {13}, {14}, {16}, {8}};
  CHECK(TypicalClusters{}(features, 1, Generator(1)).indices == std::vector<std::size_t>{1});
  // To the nearest alone: 2, 1, 1, 2, 2.
  const TypicalClusters nearest{.options = {.clusters = 1, .neighbours = 1}};
  CHECK(nearest(features, 5, Generator(1)).indices == std::vector<std::size_t>{1, 2, 0, 3, 4});
  CHECK(nearest(features, 5, Generator(1)).gains.empty());
}

TEST_CASE("each cluster gives its most typical slice, the largest first") {
  for (std::uint64_t seed = 0; seed < 10; ++seed)
    for (const std::size_t neighbours : {1U, 2U, 3U, 20U}) {
      const Array2<float> features = grouped_rows(Generator(seed));
      std::vector<std::size_t> expected;
      for (const std::vector<std::size_t>& group : groups)
        expected.push_back(by_typicality(features, group, neighbours).front());
      const TypicalClusters selector{.options = {.neighbours = neighbours}};
      CHECK(selector(features, 4, Generator(seed)).indices == expected);
    }
}

TEST_CASE("with fewer clusters than slices to select, the clusters give their next ones in turn") {
  const Array2<float> features = grouped_rows(Generator(3));
  const TypicalClusters selector{.options = {.clusters = 4}};
  const std::vector<std::size_t> first = by_typicality(features, groups[0], 20);
  const std::vector<std::size_t> second = by_typicality(features, groups[1], 20);
  CHECK(selector(features, 13, Generator(1)).indices ==
        std::vector<std::size_t>{first[0], second[0], 3, 4, first[1], second[1], 8, first[2], second[2], first[3],
                                 second[3], first[4], first[5]});
}

TEST_CASE("clusters of one size come in the order of their lowest slice; slices alike in the stack's") {
  const Array2<float> features{{1, 0}, {0, 1}, {1, 0}, {0, 1}};
  CHECK(TypicalClusters{}(features, 2, Generator(1)).indices == std::vector<std::size_t>{0, 1});
  CHECK(TypicalClusters{}(features, 3, Generator(1)).indices == std::vector<std::size_t>{0, 1, 2});
  CHECK(TypicalClusters{}(xt::ones<float>({4, 3}), 4, Generator(1)).indices == std::vector<std::size_t>{0, 1, 2, 3});
}

TEST_CASE("typical clusters refuse bad budgets, features and options") {
  CHECK_THROWS_AS(TypicalClusters{}({{1, 2}, {3, 4}}, 0, Generator(1)), InvalidArgument);
  CHECK_THROWS_WITH(TypicalClusters{}({{1, 2}, {3, 4}}, 3, Generator(1)),
                    "budget: expected a count of at least 1 and at most 2 (all there are), got 3");
  CHECK_THROWS_AS(TypicalClusters{}({{1, 2}, {0, 0}}, 1, Generator(1)), DataError);
  CHECK_THROWS_WITH((TypicalClusters{.options = {.neighbours = 0}}({{1}}, 1, Generator(1))),
                    "neighbours: expected a number of at least 1, got 0");
  CHECK_THROWS_WITH((TypicalClusters{.options = {.k_means = {.tolerance = 2}}}({{1}}, 1, Generator(1))),
                    "k_means.tolerance: expected a number of at least 0 and at most 1, got 2");
}

TEST_CASE("typical clusters tell their clusters and each slice's typicality") {
  test::RecordedProgress recorded;
  (void)TypicalClusters{.progress = recorded.progress()}(test::random_features(20, 3, Generator(1)), 4, Generator(1));
  test::check_pieces(recorded, {"clustering", "ranking by typicality"});
  CHECK(recorded.pieces().back().steps == 20);
}
