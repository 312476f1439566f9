#include "sparseann/select/lazy_greedy.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <numbers>
#include <numeric>
#include <utility>
#include <vector>

#include "sparseann/select/facility_location.hpp"
#include "sparseann/select/naive_greedy.hpp"
#include "sparseann/select/cosine_similarity.hpp"
#include "sparseann/select/similarity_matrix.hpp"
#include "support/catch.hpp"
#include "support/selector_suite.hpp"

using sparseann::Array2;
using sparseann::FacilityLocation;
using sparseann::Generator;
using sparseann::LazyGreedy;
using sparseann::NaiveGreedy;
using sparseann::RankedSelection;

namespace {

SimilarityMatrix similarity_of(const Array2<float>& features) {
  return similarity_matrix(CosineSimilarity{}(features));
}

/// Greedy from Eq. 8 with nothing remembered: every coverage is computed from the set.
RankedSelection greedy_by_definition(const Array2<float>& similarity, std::size_t budget, double band) {
  const std::size_t items = similarity.shape(0);
  const auto coverage = [&](const std::vector<std::size_t>& set) {
    double sum = 0;
    for (std::size_t j = 0; j < items; ++j) {
      double best = -1;
      for (const std::size_t i : set)
        best = std::max(best, static_cast<double>(similarity(i, j)));
      sum += best;
    }
    return sum;
  };
  RankedSelection selection;
  while (selection.indices.size() < budget) {
    std::vector<double> gains(items, -std::numeric_limits<double>::infinity());
    for (std::size_t item = 0; item < items; ++item) {
      if (std::ranges::find(selection.indices, item) != selection.indices.end())
        continue;
      std::vector<std::size_t> with = selection.indices;
      with.push_back(item);
      gains[item] = coverage(with) - coverage(selection.indices);
    }
    const double best = std::ranges::max(gains);
    const auto chosen = std::ranges::find_if(gains, [&](double gain) { return gain >= best - band; });
    selection.indices.push_back(static_cast<std::size_t>(chosen - gains.begin()));
    selection.gains.push_back(*chosen);
  }
  return selection;
}

Array2<float> features_on_a_circle(std::size_t count) {
  Array2<float> features = xt::zeros<float>({count, std::size_t{2}});
  for (std::size_t i = 0; i < count; ++i) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(count);
    features(i, 0) = static_cast<float>(std::cos(angle));
    features(i, 1) = static_cast<float>(std::sin(angle));
  }
  return features;
}

/// Row i of the result is row i % distinct, scaled.
Array2<float> repeated_features(std::size_t count, std::size_t distinct) {
  const Array2<float> originals = sparseann::test::random_features(distinct, 4, Generator(8));
  Array2<float> features = xt::zeros<float>({count, std::size_t{4}});
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t c = 0; c < 4; ++c)
      features(i, c) = static_cast<float>(1 + i) * originals(i % distinct, c);
  return features;
}

/// Row 2 i + 1 is minus row 2 i.
Array2<float> opposite_features(std::size_t pairs) {
  const Array2<float> originals = sparseann::test::random_features(pairs, 5, Generator(9));
  Array2<float> features = xt::zeros<float>({2 * pairs, std::size_t{5}});
  for (std::size_t i = 0; i < 2 * pairs; ++i)
    for (std::size_t c = 0; c < 5; ++c)
      features(i, c) = (i % 2 == 0 ? 1.0F : -1.0F) * originals(i / 2, c);
  return features;
}

/// Neighbouring rows are alike, as neighbouring slices are.
Array2<float> smooth_features(std::size_t count) {
  Array2<float> features = sparseann::test::random_features(count, 6, Generator(10));
  for (std::size_t i = 1; i < count; ++i)
    for (std::size_t c = 0; c < 6; ++c)
      features(i, c) = 0.9F * features(i - 1, c) + 0.4F * features(i, c);
  return features;
}

struct CountedObjective {
  FacilityLocation objective;
  std::shared_ptr<std::size_t> evaluations = std::make_shared<std::size_t>(0);

  [[nodiscard]] std::size_t size() const { return objective.size(); }
  [[nodiscard]] double gain(std::size_t item) const {
    ++*evaluations;
    return objective.gain(item);
  }
  void add(std::size_t item) { objective.add(item); }
};

/// Item 2 is worth nothing until another item is in: not submodular.
struct Complements {
  bool ready = false;

  [[nodiscard]] std::size_t size() const { return 3; }
  [[nodiscard]] double gain(std::size_t item) const { return item == 2 ? (ready ? 9.0 : 0.0) : 1.0; }
  void add(std::size_t) { ready = true; }
};

struct BrokenObjective {
  [[nodiscard]] std::size_t size() const { return 4; }
  [[nodiscard]] double gain(std::size_t item) const { return item == 2 ? std::nan("") : 1.0; }
  void add(std::size_t) {}
};

} // namespace

template <> inline constexpr bool sparseann::enable_submodular<CountedObjective> = true;
template <> inline constexpr bool sparseann::enable_submodular<BrokenObjective> = true;

static_assert(sparseann::Maximiser<NaiveGreedy, Complements>);
static_assert(!sparseann::Maximiser<LazyGreedy, Complements>);
static_assert(sparseann::Maximiser<LazyGreedy, FacilityLocation>);

TEST_CASE("naive and lazy greedy are Eq. 8") {
  const std::vector<Array2<float>> cases{
      sparseann::test::random_features(24, 4, Generator(1)),
      sparseann::test::random_features(24, 64, Generator(2)),
      repeated_features(24, 5),
      opposite_features(12),
      features_on_a_circle(24),
      smooth_features(24),
      xt::ones<float>({24, 3}),
  };
  for (const Array2<float>& features : cases) {
    CAPTURE(&features - cases.data());
    const Array2<float> similarity = similarity_of(features);
    const RankedSelection expected = greedy_by_definition(similarity, 24, 24 * 1e-7);
    const RankedSelection naive = NaiveGreedy{}(FacilityLocation(similarity), 24);
    const RankedSelection lazy = LazyGreedy{}(FacilityLocation(similarity), 24);
    CHECK(naive.indices == expected.indices);
    CHECK(lazy == naive);
    for (std::size_t i = 0; i < 24; ++i)
      CHECK(naive.gains[i] == Approx(expected.gains[i]).margin(1e-10));
  }
}

TEST_CASE("ties go to the lower index") {
  SECTION("alike items") {
    const Array2<float> similarity = xt::ones<float>({5, 5});
    CHECK(LazyGreedy{}(FacilityLocation(similarity), 5).indices == std::vector<std::size_t>{0, 1, 2, 3, 4});
  }
  SECTION("items that tie but for rounding: all corners of a regular polygon represent it equally well") {
    bool rounding_matters = false;
    for (std::size_t corners = 3; corners <= 24; ++corners) {
      const Array2<float> similarity = similarity_of(features_on_a_circle(corners));
      CHECK(LazyGreedy{}(FacilityLocation(similarity), 1).indices.front() == 0);
      const LazyGreedy strict{.options = {.tie_tolerance = 0}};
      rounding_matters |= strict(FacilityLocation(similarity), 1).indices.front() != 0;
    }
    CHECK(rounding_matters);
  }
  SECTION("a difference inside the band ties, one outside does not") {
    const Array2<float> similarity{{0.25F, 0, 0}, {0, 0.5F, 0}, {0, 0, 1}};
    const auto first = [&](double tolerance) {
      return LazyGreedy{.options = {.tie_tolerance = tolerance}}(FacilityLocation(similarity, {.baseline = 0}), 1)
          .indices.front();
    };
    CHECK(first(0.0) == 2);
    CHECK(first(0.2) == 1); // 3 * 0.2 reaches from 1 to 0.5
    CHECK(first(0.25) == 0);
  }
}

TEST_CASE("naive and lazy greedy agree for wide bands, where the winner is not the best") {
  for (const double tolerance : {0.0, 1e-3, 3e-2, 0.2, 10.0}) {
    const Array2<float> similarity = similarity_of(smooth_features(40));
    const NaiveGreedy naive{.options = {.tie_tolerance = tolerance}};
    const LazyGreedy lazy{.options = {.tie_tolerance = tolerance}};
    CHECK(lazy(FacilityLocation(similarity), 40) == naive(FacilityLocation(similarity), 40));
  }
}

TEST_CASE("greedy reaches 1 - 1/e of the best set") {
  constexpr std::size_t items = 10;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Array2<float> similarity =
        similarity_of(sparseann::test::random_features(items, 3, Generator(seed)));
    for (std::size_t budget = 1; budget <= 4; ++budget) {
      double optimum = 0;
      for (unsigned mask = 0; mask < (1U << items); ++mask) {
        if (static_cast<std::size_t>(std::popcount(mask)) != budget)
          continue;
        FacilityLocation objective(similarity);
        for (std::size_t item = 0; item < items; ++item)
          if ((mask >> item & 1U) != 0)
            objective.add(item);
        optimum = std::max(optimum, objective.coverage() + items);
      }
      const std::vector<double> gains = LazyGreedy{}(FacilityLocation(similarity), budget).gains;
      const double reached = std::accumulate(gains.begin(), gains.end(), 0.0);
      CHECK(reached >= (1 - 1 / std::numbers::e) * optimum);
      CHECK(reached <= optimum + 1e-9);
      if (budget == 1)
        CHECK(reached == Approx(optimum));
    }
  }
}

TEST_CASE("lazy greedy evaluates a fraction of what naive greedy does") {
  const FacilityLocation objective(similarity_of(smooth_features(120)));
  const CountedObjective counted{objective};
  (void)NaiveGreedy{}(counted, 12);
  CHECK(std::exchange(*counted.evaluations, 0) == 12 * 120 - 66);
  (void)LazyGreedy{}(counted, 12);
  CHECK(*counted.evaluations >= 120);
  CHECK(*counted.evaluations < 600);
}

TEST_CASE("naive greedy needs no submodularity") {
  CHECK(NaiveGreedy{}(Complements{}, 3).indices == std::vector<std::size_t>{0, 2, 1});
}

TEST_CASE("greedy refuses bad budgets and gains") {
  const FacilityLocation objective(xt::ones<float>({4, 4}));
  CHECK_THROWS_AS(NaiveGreedy{}(objective, 0), sparseann::InvalidArgument);
  CHECK_THROWS_AS(LazyGreedy{}(objective, 5), sparseann::InvalidArgument);
  CHECK_THROWS_WITH(NaiveGreedy{}(BrokenObjective{}, 2), "greedy selection, iteration 0: the gain of item 2 is nan");
  CHECK_THROWS_WITH(LazyGreedy{}(BrokenObjective{}, 2), "greedy selection, iteration 0: the gain of item 2 is nan");
  CHECK_THROWS_WITH((LazyGreedy{.options = {.tie_tolerance = -1}}(objective, 1)),
                    "tie_tolerance: expected a number of at least 0, got -1");
}
