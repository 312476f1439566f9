#include "sparseann/select/probability_cover.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <set>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/recorded_progress.hpp"
#include "support/selector_suite.hpp"

using namespace sparseann;

static_assert(FeatureSelector<ProbabilityCover>);
static_assert(!prefix_consistent<ProbabilityCover>);
static_assert(Options<ProbabilityCover::Options>);

namespace {

double radians(double degrees) { return degrees * std::numbers::pi / 180; }

/// The distance of two directions that are `degrees` apart.
double chord(double degrees) { return 2 * std::sin(radians(degrees) / 2); }

/// Rows in these directions; row i has length i + 1.
Array2<float> directions(const std::vector<double>& degrees) {
  Array2<float> features = xt::zeros<float>({degrees.size(), std::size_t{2}});
  for (std::size_t i = 0; i < degrees.size(); ++i) {
    features(i, 0) = static_cast<float>(static_cast<double>(i + 1) * std::cos(radians(degrees[i])));
    features(i, 1) = static_cast<float>(static_cast<double>(i + 1) * std::sin(radians(degrees[i])));
  }
  return features;
}

/// The rows whose directions are within `radius` of each row's.
std::vector<std::set<std::size_t>> balls_by_definition(const Array2<float>& features, double radius) {
  const Array2<float> similarity = test::cosines(features).values();
  std::vector<std::set<std::size_t>> balls(features.shape(0));
  for (std::size_t i = 0; i < balls.size(); ++i)
    for (std::size_t j = 0; j < balls.size(); ++j)
      if (2 - 2 * static_cast<double>(similarity(i, j)) <= radius * radius)
        balls[i].insert(j);
  return balls;
}

std::size_t united(const std::vector<std::set<std::size_t>>& balls, const std::vector<std::size_t>& chosen) {
  std::set<std::size_t> all;
  for (const std::size_t i : chosen)
    all.insert(balls[i].begin(), balls[i].end());
  return all.size();
}

/// The greedy cover, every union counted anew.
RankedSelection cover_by_definition(const std::vector<std::set<std::size_t>>& balls, std::size_t budget) {
  RankedSelection selection;
  while (selection.indices.size() < budget) {
    const std::size_t before = united(balls, selection.indices);
    std::size_t best = balls.size();
    std::size_t most = 0;
    for (std::size_t i = 0; i < balls.size(); ++i) {
      if (std::ranges::find(selection.indices, i) != selection.indices.end())
        continue;
      std::vector<std::size_t> with = selection.indices;
      with.push_back(i);
      const std::size_t gain = united(balls, with) - before;
      if (best == balls.size() || gain > most) {
        best = i;
        most = gain;
      }
    }
    selection.indices.push_back(best);
    selection.gains.push_back(static_cast<double>(most));
    selection.coverage.push_back(static_cast<double>(before + most));
  }
  return selection;
}

/// The share of items whose ball of `radius` is of one cluster.
double share_of_pure_balls(const Array2<double>& distances, const std::vector<std::size_t>& cluster, double radius) {
  std::size_t pure = 0;
  for (std::size_t i = 0; i < cluster.size(); ++i) {
    std::set<std::size_t> within;
    for (std::size_t j = 0; j < cluster.size(); ++j)
      if (distances(i, j) <= radius)
        within.insert(cluster[j]);
    pure += within.size() == 1 ? std::size_t{1} : std::size_t{0};
  }
  return static_cast<double>(pure) / static_cast<double>(cluster.size());
}

} // namespace

TEST_CASE("probability cover passes the selectors' suite") {
  test::check_selector(ProbabilityCover{});
  test::check_selector(ProbabilityCover{.options = {.purity = 0.5}});
  test::check_selector(ProbabilityCover{.options = {.radius = 1e-3}});
  test::check_selector(ProbabilityCover{.options = {.radius = 0.7}});
  test::check_selector(ProbabilityCover{.options = {.radius = 5}});
}

TEST_CASE("rows are divided by their length") {
  const Array2<float> unit = unit_rows({{3, 4}, {0, -2}, {1e-30F, 0}});
  CHECK(unit == Array2<float>{{0.6F, 0.8F}, {0, -1}, {1, 0}});
}

TEST_CASE("probability cover by hand, whatever the rows' lengths") {
  const ProbabilityCover selector{.options = {.radius = chord(6)}};
  const RankedSelection selection = selector(directions({0, 5, 10, 90, 95, 180}), 5, Generator(1));
  CHECK(selection.indices == std::vector<std::size_t>{1, 3, 5, 0, 2}); // all are covered: the lowest that are left
  CHECK(selection.gains == std::vector<double>{3, 2, 1, 0, 0});
  CHECK(selection.coverage == std::vector<double>{3, 5, 6, 6, 6});
}

TEST_CASE("probability cover is greedy, and reaches 1 - 1/e of the best cover") {
  std::size_t below_optimum = 0;
  for (std::uint64_t seed = 0; seed < 15; ++seed)
    for (const double radius : {0.4, 0.8, 1.2}) {
      const Array2<float> features = test::random_features(10, 3, Generator(seed));
      const auto balls = balls_by_definition(features, radius);
      const ProbabilityCover selector{.options = {.radius = radius}};
      CHECK(selector(features, 10, Generator(1)) == cover_by_definition(balls, 10));
      for (std::size_t budget = 1; budget <= 4; ++budget) {
        CHECK(selector(features, budget, Generator(1)) == cover_by_definition(balls, budget));
        std::size_t optimum = 0;
        for (unsigned mask = 0; mask < (1U << 10); ++mask) {
          std::vector<std::size_t> chosen;
          for (std::size_t i = 0; i < 10; ++i)
            if ((mask >> i & 1U) != 0)
              chosen.push_back(i);
          if (chosen.size() == budget)
            optimum = std::max(optimum, united(balls, chosen));
        }
        const double reached = selector(features, budget, Generator(1)).coverage.back();
        CHECK(reached <= static_cast<double>(optimum));
        CHECK(reached >= (1 - 1 / std::numbers::e) * static_cast<double>(optimum));
        below_optimum += reached < static_cast<double>(optimum) ? std::size_t{1} : std::size_t{0};
      }
    }
  CHECK(below_optimum > 0); // the instances are not all easy
}

TEST_CASE("the pure radius by hand") {
  // Items at 0, 1, 3 of one cluster, at 7 and 8 of another.
  const Array2<double> distances{{0, 1, 3, 7, 8}, {1, 0, 2, 6, 7}, {3, 2, 0, 4, 5}, {7, 6, 4, 0, 1}, {8, 7, 5, 1, 0}};
  const std::vector<std::size_t> cluster{0, 0, 0, 1, 1};
  CHECK(largest_pure_radius(distances, cluster, 1) == 3);   // item 2's nearest of the other cluster is at 4
  CHECK(largest_pure_radius(distances, cluster, 0.6) == 4); // 2 and 3 (at 4) are not pure, 0, 1 and 4 (5 away) are
  CHECK(largest_pure_radius(distances, cluster, 0.4) == 5); // item 1's nearest of the other cluster is at 6
  CHECK(largest_pure_radius(distances, cluster, 0.1) == 6);
  CHECK(largest_pure_radius(distances, std::vector<std::size_t>(5, 0), 1) == 8);
  CHECK(largest_pure_radius(distances, std::vector<std::size_t>{0, 1, 2, 3, 4}, 1) == 0);
}

TEST_CASE("the pure radius is the largest distance at which enough balls are pure") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Array2<float> features = test::random_features(20, 2, Generator(seed));
    const Array2<double> distances = euclidean_distances(features);
    const std::vector<std::size_t> cluster = k_means(features, 4, Generator(seed)).cluster;
    for (const double purity : {0.05, 0.3, 0.5, 0.9, 0.95, 1.0}) {
      double expected = 0;
      for (const double distance : elements(distances))
        if (share_of_pure_balls(distances, cluster, distance) >= purity)
          expected = std::max(expected, distance);
      CHECK(largest_pure_radius(distances, cluster, purity) == expected);
    }
  }
}

TEST_CASE("without a radius, separated directions give one slice each, the most frequent first") {
  const Array2<float> features = directions({1, 180, 91, 3, 92, 181, 2, 93, 0, 4});
  CHECK(ProbabilityCover{}(features, 3, Generator(1)).gains == std::vector<double>{5, 3, 2});
  CHECK(ProbabilityCover{}(features, 3, Generator(1)).indices == std::vector<std::size_t>{0, 2, 1});
  // One slice is not of one cluster, in which every ball would be as good.
  CHECK(ProbabilityCover{}(directions({180, 0, 1, 2}), 1, Generator(1)).indices == std::vector<std::size_t>{1});
  CHECK(ProbabilityCover{}({{1, 2}}, 1, Generator(1)).indices == std::vector<std::size_t>{0});
}

TEST_CASE("probability cover's options are named") {
  ProbabilityCover::Options options;
  std::vector<std::string> paths;
  visit_leaves(options, "", [&](const std::string& path, const auto&) { paths.push_back(path); });
  CHECK(paths == std::vector<std::string>{"radius", "purity", "k_means.iterations", "k_means.tolerance"});
}

TEST_CASE("probability cover refuses bad budgets, features and options") {
  CHECK_THROWS_AS(ProbabilityCover{}({{1, 2}, {3, 4}}, 0, Generator(1)), InvalidArgument);
  CHECK_THROWS_WITH(ProbabilityCover{}({{1, 2}, {3, 4}}, 3, Generator(1)),
                    "budget: expected a count of at least 1 and at most 2 (all there are), got 3");
  CHECK_THROWS_AS(ProbabilityCover{}({{1, 2}, {0, 0}}, 1, Generator(1)), DataError);
  CHECK_THROWS_WITH((ProbabilityCover{.options = {.radius = 0}}({{1}}, 1, Generator(1))),
                    "radius: expected a number above 0, got 0");
  CHECK_THROWS_WITH((ProbabilityCover{.options = {.purity = 1.5}}({{1}}, 1, Generator(1))),
                    "purity: expected a number above 0 and at most 1, got 1.5");
}

TEST_CASE("probability cover tells its distances, clusters and slices") {
  test::RecordedProgress recorded;
  ProbabilityCover selector{.progress = recorded.progress()};
  const Array2<float> features = test::random_features(20, 3, Generator(1));
  (void)selector(features, 4, Generator(1));
  test::check_pieces(recorded, {"comparing all items", "clustering", "selecting"});
  CHECK(recorded.pieces().front().total == 20 * 21 / 2);
  CHECK(recorded.pieces().back().steps == 4);
  test::RecordedProgress without_clusters;
  selector.options.radius = 0.5;
  selector.progress = without_clusters.progress();
  (void)selector(features, 4, Generator(1));
  test::check_pieces(without_clusters, {"comparing all items", "selecting"});
}
