#include "sparseann/select/k_center.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <set>
#include <span>
#include <vector>

#include "support/catch.hpp"
#include "support/recorded_progress.hpp"
#include "support/selector_suite.hpp"

using namespace sparseann;

static_assert(FeatureSelector<KCenter>);
static_assert(prefix_consistent<KCenter>);
static_assert(Options<KCenter::Options>);

namespace {

constexpr KCenterOptions random_first{.first = FirstCenter::random};

/// How far a row is from the nearest of `centers`, by definition.
double distance_to_nearest(const Array2<float>& features, std::size_t row, std::span<const std::size_t> centers) {
  double nearest = std::numeric_limits<double>::infinity();
  for (const std::size_t center : centers) {
    double sum = 0;
    for (std::size_t column = 0; column < features.shape(1); ++column)
      sum += std::pow(static_cast<double>(features(row, column)) - static_cast<double>(features(center, column)), 2);
    nearest = std::min(nearest, std::sqrt(sum));
  }
  return nearest;
}

double covering_radius(const Array2<float>& features, std::span<const std::size_t> centers) {
  double radius = 0;
  for (std::size_t row = 0; row < features.shape(0); ++row)
    radius = std::max(radius, distance_to_nearest(features, row, centers));
  return radius;
}

double smallest_covering_radius(const Array2<float>& features, std::size_t budget) {
  double smallest = std::numeric_limits<double>::infinity();
  for (unsigned mask = 0; mask < (1U << features.shape(0)); ++mask) {
    if (static_cast<std::size_t>(std::popcount(mask)) != budget)
      continue;
    std::vector<std::size_t> centers;
    for (std::size_t row = 0; row < features.shape(0); ++row)
      if ((mask >> row & 1U) != 0)
        centers.push_back(row);
    smallest = std::min(smallest, covering_radius(features, centers));
  }
  return smallest;
}

} // namespace

TEST_CASE("k-center passes the selectors' suite") {
  test::check_selector(KCenter{});
  test::check_selector(KCenter{.options = random_first});
}

TEST_CASE("k-center by hand") {
  // The mean of 1, 2, 3, 4, 9 and 11 is 5: 4 is nearest. 11 is 7 away; of 1 (3 away) and 9 (2 away) comes 1; then 9.
  const Array2<float> features{{1}, {2}, {3}, {4}, {9}, {11}};
  CHECK(KCenter{}(features, 4, Generator(1)).indices == std::vector<std::size_t>{3, 5, 0, 4});
  CHECK(KCenter{}(features, 4, Generator(1)).gains.empty());
  CHECK(KCenter{}(features, 4, Generator(1)).coverage.empty());
}

TEST_CASE("ties of k-center go to the lower index") {
  CHECK(KCenter{}({{1}, {3}, {3}, {5}}, 4, Generator(1)).indices == std::vector<std::size_t>{1, 0, 3, 2});
  CHECK(KCenter{}(xt::ones<float>({4, 3}), 4, Generator(1)).indices == std::vector<std::size_t>{0, 1, 2, 3});
}

TEST_CASE("every pick of k-center is farthest from the earlier ones") {
  for (const KCenterOptions& options : {KCenterOptions{}, random_first}) {
    const Array2<float> features = test::random_features(30, 11, Generator(4));
    const std::vector<std::size_t> indices = KCenter{.options = options}(features, 12, Generator(8)).indices;
    for (std::size_t rank = 1; rank < indices.size(); ++rank) {
      const std::span<const std::size_t> earlier = std::span(indices).first(rank);
      CHECK(distance_to_nearest(features, indices[rank], earlier) == Approx(covering_radius(features, earlier)));
    }
  }
}

TEST_CASE("k-center's radius is at most twice the smallest") {
  double worst = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Array2<float> features = test::random_features(11, 2, Generator(seed));
    for (std::size_t budget = 1; budget <= 5; ++budget)
      for (const KCenterOptions& options : {KCenterOptions{}, random_first}) {
        const auto indices = KCenter{.options = options}(features, budget, Generator(seed)).indices;
        const double ratio = covering_radius(features, indices) / smallest_covering_radius(features, budget);
        CHECK(ratio >= 1 - 1e-12);
        CHECK(ratio <= 2 + 1e-12);
        worst = std::max(worst, ratio);
      }
  }
  CHECK(worst > 1.2); // the instances are not all easy
}

TEST_CASE("a random first center reaches every slice, and the rest follows from it") {
  const Array2<float> features{{1}, {2}, {4}, {8}};
  std::set<std::vector<std::size_t>> orders;
  for (std::uint64_t seed = 0; seed < 60; ++seed)
    orders.insert(KCenter{.options = random_first}(features, 2, Generator(seed)).indices);
  CHECK(orders == std::set<std::vector<std::size_t>>{{0, 3}, {1, 3}, {2, 3}, {3, 0}});
}

TEST_CASE("k-center refuses bad budgets and features") {
  CHECK_THROWS_AS(KCenter{}({{1, 2}, {3, 4}}, 0, Generator(1)), InvalidArgument);
  CHECK_THROWS_WITH(KCenter{}({{1, 2}, {3, 4}}, 3, Generator(1)),
                    "budget: expected a count of at least 1 and at most 2 (all there are), got 3");
  CHECK_THROWS_AS(KCenter{}({{1, 2}, {0, 0}}, 1, Generator(1)), DataError);
  CHECK_THROWS_AS(KCenter{}({{1, 2}, {std::nanf(""), 0}}, 1, Generator(1)), DataError);
}

TEST_CASE("k-center tells each slice that it selects") {
  test::RecordedProgress recorded;
  (void)KCenter{.progress = recorded.progress()}(test::random_features(9, 3, Generator(1)), 4, Generator(1));
  test::check_pieces(recorded, {"selecting"});
  CHECK(recorded.pieces().front().steps == 4);
}
