#include "sparseann/select/budgeted_greedy.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numbers>
#include <numeric>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "sparseann/select/cosine_similarity.hpp"
#include "sparseann/select/facility_location.hpp"
#include "sparseann/select/feature_coverage.hpp"
#include "sparseann/select/lazy_greedy.hpp"
#include "sparseann/select/similarity_matrix.hpp"
#include "sparseann/select/tiled_facility_location.hpp"
#include "support/catch.hpp"
#include "support/counted_objective.hpp"
#include "support/objective_suite.hpp"
#include "support/recorded_progress.hpp"
#include "support/selector_suite.hpp"

using sparseann::Array2;
using sparseann::BudgetedGreedy;
using sparseann::FacilityLocation;
using sparseann::Generator;
using sparseann::LazyGreedy;
using sparseann::RankedSelection;
using sparseann::test::CountedBoundedObjective;
using sparseann::test::CountedObjective;

namespace {

/// Each item has a value of its own.
struct Additive {
  std::vector<double> worths;
  double sum = 0;

  [[nodiscard]] std::size_t size() const { return worths.size(); }
  [[nodiscard]] double value() const { return sum; }
  [[nodiscard]] double gain(std::size_t item) const { return worths[item]; }
  void add(std::size_t item) { sum += worths[item]; }
};

FacilityLocation location_of(std::size_t items, std::size_t columns, std::uint64_t seed) {
  const Array2<float> features = sparseann::test::random_features(items, columns, Generator(seed));
  return FacilityLocation(sparseann::similarity_matrix(sparseann::CosineSimilarity{}(features)));
}

double total_cost(std::span<const double> costs, std::span<const std::size_t> set) {
  return std::accumulate(set.begin(), set.end(), 0.0, [&](double sum, std::size_t item) { return sum + costs[item]; });
}

std::vector<double> random_costs(std::size_t items, Generator generator) {
  std::vector<double> costs(items);
  for (double& cost : costs)
    cost = generator.coin() ? generator.uniform(0.2, 1) : generator.uniform(1, 6);
  return costs;
}

/// Greedy under a budget of costs with nothing remembered: every coverage is computed from the set.
RankedSelection spent_by_definition(const Array2<float>& similarity, std::span<const double> costs, double budget,
                                    bool per_cost) {
  RankedSelection selection;
  double band = 0;
  for (;;) {
    const double left = budget * (1 + 1e-12) - total_cost(costs, selection.indices);
    const double before = sparseann::test::coverage_by_definition(similarity, selection.indices);
    std::vector<double> ranks(costs.size(), -std::numeric_limits<double>::infinity());
    for (std::size_t item = 0; item < costs.size(); ++item) {
      std::vector<std::size_t> with = selection.indices;
      with.push_back(item);
      if (costs[item] <= left && std::ranges::find(selection.indices, item) == selection.indices.end())
        ranks[item] =
            (sparseann::test::coverage_by_definition(similarity, with) - before) / (per_cost ? costs[item] : 1);
    }
    const double best = std::ranges::max(ranks);
    if (std::isinf(best))
      return selection;
    if (selection.indices.empty())
      band = 1e-6 * best / std::sqrt(static_cast<double>(costs.size()));
    const auto chosen = std::ranges::find_if(ranks, [&](double rank) { return rank >= best - band; });
    const auto item = static_cast<std::size_t>(chosen - ranks.begin());
    selection.indices.push_back(item);
    selection.gains.push_back(*chosen * (per_cost ? costs[item] : 1));
    selection.coverage.push_back(before + selection.gains.back());
  }
}

/// What a set has, and the gains beside it that fit the budget, the last of them in part.
double packed_by_definition(const Array2<float>& similarity, std::span<const double> costs, double budget,
                            std::vector<std::size_t> set) {
  const double before = sparseann::test::coverage_by_definition(similarity, set);
  std::vector<std::pair<double, std::size_t>> ratios;
  set.push_back(0);
  for (std::size_t item = 0; item < costs.size(); ++item) {
    set.back() = item;
    if (costs[item] <= budget)
      ratios.emplace_back((sparseann::test::coverage_by_definition(similarity, set) - before) / costs[item], item);
  }
  std::ranges::sort(ratios, std::greater{});
  double packed = before;
  for (const auto& [ratio, item] : ratios) {
    packed += ratio * std::min(costs[item], budget);
    budget -= std::min(costs[item], budget);
  }
  return packed;
}

} // namespace

template <> inline constexpr bool sparseann::enable_submodular<Additive> = true;

TEST_CASE("with equal costs, budgeted greedy is lazy greedy") {
  const FacilityLocation objective = location_of(40, 4, 1);
  const RankedSelection everything = LazyGreedy{}(objective, 40);
  for (const double cost : {1.0, 0.1, 0.7, 1.0 / 3, 12.9, 1e-5})
    for (std::size_t count = 1; count <= 40; ++count) {
      CAPTURE(cost, count);
      const std::vector<double> costs(40, cost);
      const RankedSelection selection = BudgetedGreedy{}(objective, costs, static_cast<double>(count) * cost);
      const auto first = [count](auto all) {
        all.resize(count);
        return all;
      };
      CHECK(selection.indices == first(everything.indices));
      CHECK(selection.gains == first(everything.gains));
      CHECK(selection.coverage == first(everything.coverage));
    }
}

TEST_CASE("with equal costs, ties are those of lazy greedy") {
  const FacilityLocation alike(Array2<float>(xt::ones<float>({9, 9})));
  const std::vector<double> costs(9, 0.3);
  CHECK(BudgetedGreedy{}(alike, costs, 1.5).indices == std::vector<std::size_t>{0, 1, 2, 3, 4});
  const Additive close{.worths = {0.5, 0.75, 1}};
  const BudgetedGreedy wide{.options = {.tie_tolerance = 0.5}}; // 0.5 / sqrt(3) reaches from 1 to 0.75
  CHECK(wide(close, std::vector<double>(3, 2.0), 2).indices == std::vector<std::size_t>{1});
  CHECK(LazyGreedy{.options = {.tie_tolerance = 0.5}}(close, 1).indices == std::vector<std::size_t>{1});
}

TEST_CASE("budgeted greedy reaches (1 - 1/e) / 2 of the best affordable set, and its certificate bounds that") {
  constexpr std::size_t items = 9;
  std::size_t differing_lengths = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    const std::vector<double> costs = random_costs(items, generator.split("costs"));
    const double budget = std::ranges::min(costs) * 1.001 + generator.uniform(0, 8);
    const auto make = [&] { return location_of(items, 3, seed); };
    const double empty = make().value();
    const double optimum = sparseann::test::best_value(
        make, items, [&](std::span<const std::size_t> set) { return total_cost(costs, set) <= budget; });

    const RankedSelection selection = BudgetedGreedy{}(make(), costs, budget);
    CHECK(total_cost(costs, selection.indices) <= budget * (1 + 1e-12));
    const std::set<std::size_t> distinct(selection.indices.begin(), selection.indices.end());
    CHECK(distinct.size() == selection.indices.size());
    const double value = sparseann::test::with_added(make(), selection.indices).value();
    CHECK(selection.coverage.back() == Approx(value));
    CHECK(value - empty >= (1 - 1 / std::numbers::e) / 2 * (optimum - empty));
    REQUIRE(selection.certificate);
    CHECK(selection.certificate->items == items);
    CHECK(selection.certificate->value == selection.coverage.back());
    CHECK(selection.certificate->upper_bound >= optimum - 1e-9);
    CHECK(optimum >= value - 1e-9);
    differing_lengths += selection.indices.size() == 1 ? 0U : 1U;
  }
  CHECK(differing_lengths > 50); // most budgets buy more than one item
}

TEST_CASE("budgeted greedy is its definition, whatever bounds and batches the objective has") {
  for (std::uint64_t seed = 0; seed < 24; ++seed) {
    CAPTURE(seed);
    const std::size_t items = 20 + 9 * seed;
    const Array2<float> features = sparseann::test::features_of_kind(seed % 6, items, Generator(seed));
    const sparseann::SimilarityMatrix similarity = sparseann::test::cosines(features);
    const std::vector<double> costs = random_costs(items, Generator(seed).split("costs"));
    const double budget = 0.15 * std::reduce(costs.begin(), costs.end());
    const RankedSelection by_ratio = spent_by_definition(similarity.values(), costs, budget, true);
    const RankedSelection by_gain = spent_by_definition(similarity.values(), costs, budget, false);
    const RankedSelection& expected = by_gain.coverage.back() > by_ratio.coverage.back() ? by_gain : by_ratio;

    const RankedSelection bounded = BudgetedGreedy{}(FacilityLocation(similarity), costs, budget);
    const RankedSelection plain = BudgetedGreedy{}(CountedObjective{FacilityLocation(similarity)}, costs, budget);
    const auto tiles = sparseann::CosineSimilarity{}(features);
    const RankedSelection tiled = BudgetedGreedy{}(sparseann::TiledFacilityLocation(tiles), costs, budget);
    CHECK(bounded.indices == expected.indices);
    for (std::size_t rank = 0; rank < expected.gains.size(); ++rank)
      CHECK(bounded.gains[rank] == Approx(expected.gains[rank]).margin(1e-9));
    for (const RankedSelection& selection : {bounded, plain, tiled}) {
      const double most = std::min(packed_by_definition(similarity.values(), costs, budget, {}),
                                   packed_by_definition(similarity.values(), costs, budget, selection.indices));
      CHECK(selection.certificate->upper_bound <= most + 1e-6);
      CHECK(selection.certificate->upper_bound >= selection.certificate->value);
    }
    for (const RankedSelection& other : {plain, tiled}) {
      CHECK(other.indices == bounded.indices);
      CHECK(other.gains == bounded.gains);
      CHECK(other.coverage == bounded.coverage);
      CHECK(other.certificate->value == bounded.certificate->value);
      CHECK(other.certificate->best_single == bounded.certificate->best_single);
    }
  }
}

TEST_CASE("with bounds, budgeted greedy evaluates few gains") {
  const std::vector<double> costs = random_costs(120, Generator(10));
  const Array2<float> features = sparseann::test::smooth_features(120, Generator(10));
  const CountedBoundedObjective objective{{FacilityLocation(sparseann::test::cosines(features))}};
  const RankedSelection selection = BudgetedGreedy{}(objective, costs, 30);
  CHECK(selection.indices.size() > 10);
  CHECK(selection.certificate->upper_bound > selection.certificate->value);
  CHECK(*objective.evaluations >= selection.indices.size());
  CHECK(*objective.evaluations < 240); // each of the searches and each bound would take as many without
}

TEST_CASE("nothing that is affordable and worth something is left") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::vector<double> costs = random_costs(25, Generator(seed));
    const FacilityLocation objective = location_of(25, 5, seed);
    const RankedSelection selection = BudgetedGreedy{}(objective, costs, 20);
    const double left = 20 - total_cost(costs, selection.indices);
    for (std::size_t item = 0; item < 25; ++item)
      if (std::ranges::find(selection.indices, item) == selection.indices.end())
        CHECK(costs[item] > left);
  }
}

TEST_CASE("the gain alone saves what the gain per cost misses") {
  // Item 0 has twice the gain per cost; with it, item 1 no longer fits.
  const Additive objective{.worths = {0.002, 1000}};
  const RankedSelection selection = BudgetedGreedy{}(objective, std::vector<double>{0.001, 1000}, 1000);
  CHECK(selection.indices == std::vector<std::size_t>{1});
  CHECK(selection.gains == std::vector<double>{1000});
  CHECK(selection.certificate->best_single == 1000);
  CHECK(selection.certificate->upper_bound == Approx(0.002 + 999.999)); // the fractional knapsack's
}

TEST_CASE("the gain per cost saves what the gain alone misses") {
  std::vector<double> worths(11, 1.0);
  std::vector<double> costs(11, 1.0);
  worths[4] = 1.5;
  costs[4] = 10;
  const RankedSelection selection = BudgetedGreedy{}(Additive{.worths = worths}, costs, 10);
  CHECK(selection.indices == std::vector<std::size_t>{0, 1, 2, 3, 5, 6, 7, 8, 9, 10});
  CHECK(selection.coverage.back() == 10);
  CHECK(selection.certificate->value == 10);
  CHECK(selection.certificate->best_single == 1.5);
  CHECK(selection.certificate->upper_bound == Approx(10));
}

TEST_CASE("items beyond the budget count for nothing, nor in the certificate") {
  const Additive objective{.worths = {100, 1, 2}};
  const RankedSelection selection = BudgetedGreedy{}(objective, std::vector<double>{50, 3, 4}, 7);
  CHECK(selection.indices == std::vector<std::size_t>{2, 1});
  CHECK(selection.certificate->best_single == 2);
  CHECK(selection.certificate->upper_bound == 3);
}

TEST_CASE("gains are those of the objective to the bit, whatever the costs") {
  FacilityLocation objective = location_of(30, 4, 3);
  const std::vector<double> costs = random_costs(30, Generator(3));
  const RankedSelection selection = BudgetedGreedy{}(objective, costs, 30);
  REQUIRE(selection.indices.size() > 5);
  for (std::size_t rank = 0; rank < selection.indices.size(); ++rank) {
    CHECK(selection.gains[rank] == objective.gain(selection.indices[rank]));
    objective.add(selection.indices[rank]);
  }
}

TEST_CASE("budgeted greedy certifies on demand") {
  const FacilityLocation objective = location_of(8, 3, 1);
  const std::vector<double> costs(8, 1.0);
  const RankedSelection with = BudgetedGreedy{}(objective, costs, 3);
  RankedSelection without = BudgetedGreedy{.options = {.certify = false}}(objective, costs, 3);
  CHECK_FALSE(without.certificate);
  without.certificate = with.certificate;
  CHECK(without == with);
}

TEST_CASE("budgeted greedy names bad costs, budgets and gains") {
  const FacilityLocation objective = location_of(3, 2, 1);
  const double infinity = std::numeric_limits<double>::infinity();
  const auto select = [&](const std::vector<double>& costs, double budget) {
    return BudgetedGreedy{}(objective, costs, budget);
  };
  CHECK_THROWS_WITH(select({1, 2}, 3), "costs: expected 3 costs, one per item, got 2");
  CHECK_THROWS_AS(select({1, 2}, 3), sparseann::DataError);
  CHECK_THROWS_WITH(select({1, 2, 0}, 3), "costs: expected positive, finite costs, got 0 for item 2");
  CHECK_THROWS_WITH(select({1, -2, 1}, 3), "costs: expected positive, finite costs, got -2 for item 1");
  CHECK_THROWS_WITH(select({infinity, 2, 1}, 3), "costs: expected positive, finite costs, got inf for item 0");
  CHECK_THROWS_WITH(select({1, std::nan(""), 1}, 3), "costs: expected positive, finite costs, got nan for item 1");
  CHECK_THROWS_WITH(select({3, 2, 4}, 1.5), "budget: expected a finite number of at least 2, the lowest cost, got 1.5");
  CHECK_THROWS_AS(select({3, 2, 4}, 1.5), sparseann::InvalidArgument);
  CHECK_THROWS_WITH(select({3, 2, 4}, infinity),
                    "budget: expected a finite number of at least 2, the lowest cost, got inf");
  CHECK_THROWS_WITH(select({3, 2, 4}, std::nan("")),
                    "budget: expected a finite number of at least 2, the lowest cost, got nan");
  CHECK_THROWS_WITH(BudgetedGreedy{}(Additive{.worths = {1, std::nan("")}}, std::vector<double>{1, 1}, 1),
                    "greedy selection, iteration 0: the gain of item 1 is nan");
  CHECK_THROWS_WITH(BudgetedGreedy{}(Additive{.worths = {}}, std::vector<double>{}, 1),
                    "budget: expected items to select from, got none");
  CHECK_THROWS_WITH((BudgetedGreedy{.options = {.tie_tolerance = -1}}(objective, std::vector<double>(3, 1.0), 1)),
                    "tie_tolerance: expected a number of at least 0, got -1");
}

TEST_CASE("budgeted greedy tells how much of the budget its two searches spent") {
  sparseann::test::RecordedProgress recorded;
  const BudgetedGreedy greedy{.progress = recorded.progress()};
  (void)greedy(location_of(30, 4, 3), random_costs(30, Generator(3)), 10);
  sparseann::test::check_pieces(recorded, {"selecting"});
  CHECK(recorded.pieces().front().total == 200);
  CHECK(recorded.pieces().front().steps >= 6);
}
