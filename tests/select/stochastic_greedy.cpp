#include "sparseann/select/stochastic_greedy.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <numbers>
#include <set>
#include <utility>
#include <vector>

#include "sparseann/select/cosine_similarity.hpp"
#include "sparseann/select/facility_location.hpp"
#include "sparseann/select/max_cover.hpp"
#include "sparseann/select/naive_greedy.hpp"
#include "sparseann/select/similarity_matrix.hpp"
#include "support/catch.hpp"
#include "support/objective_suite.hpp"
#include "support/recorded_progress.hpp"
#include "support/selector_suite.hpp"

using sparseann::Array2;
using sparseann::FacilityLocation;
using sparseann::Generator;
using sparseann::NaiveGreedy;
using sparseann::RankedSelection;
using sparseann::StochasticGreedy;

namespace {

FacilityLocation random_location(std::size_t items, std::uint64_t seed) {
  const Array2<float> features = sparseann::test::random_features(items, 3, Generator(seed));
  return FacilityLocation(sparseann::similarity_matrix(sparseann::CosineSimilarity{}(features)));
}

/// Counts how many gains are asked for between two additions.
struct GainCounter {
  FacilityLocation objective;
  std::shared_ptr<std::vector<std::size_t>> counts =
      std::make_shared<std::vector<std::size_t>>(std::vector<std::size_t>{0});

  [[nodiscard]] std::size_t size() const { return objective.size(); }
  [[nodiscard]] double value() const { return objective.value(); }
  [[nodiscard]] double gain(std::size_t item) const {
    ++counts->back();
    return objective.gain(item);
  }
  void add(std::size_t item) {
    objective.add(item);
    counts->push_back(0);
  }
};

struct WithoutPromise {
  [[nodiscard]] std::size_t size() const { return 3; }
  [[nodiscard]] double value() const { return 0; }
  [[nodiscard]] double gain(std::size_t) const { return 1; }
  void add(std::size_t) {}
};

/// The gain of item 2 is no number.
struct SometimesNothing : WithoutPromise {
  [[nodiscard]] double gain(std::size_t item) const { return item == 2 ? std::nan("") : 1.0; }
};

} // namespace

template <> inline constexpr bool sparseann::enable_submodular<GainCounter> = true;
template <> inline constexpr bool sparseann::enable_submodular<SometimesNothing> = true;

static_assert(sparseann::RandomisedMaximiser<StochasticGreedy, FacilityLocation>);
static_assert(!sparseann::DeterministicMaximiser<StochasticGreedy, FacilityLocation>);
static_assert(!sparseann::Maximiser<StochasticGreedy, WithoutPromise>);
static_assert(!sparseann::prefix_consistent<sparseann::MaxCover<FacilityLocation, StochasticGreedy>>);

TEST_CASE("stochastic greedy passes the selectors' suite") {
  sparseann::test::check_selector(sparseann::MaxCover<FacilityLocation, StochasticGreedy>{});
}

TEST_CASE("stochastic greedy draws from the generator alone and selects distinct items") {
  const FacilityLocation objective = random_location(60, 1);
  const StochasticGreedy greedy{.options = {.shortfall = 0.4}};
  std::set<std::vector<std::size_t>> selections;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const RankedSelection selection = greedy(objective, 30, Generator(seed));
    CHECK(greedy(objective, 30, Generator(seed)) == selection);
    const std::set<std::size_t> distinct(selection.indices.begin(), selection.indices.end());
    CHECK(distinct.size() == 30);
    CHECK(*distinct.rbegin() < 60);
    CHECK_FALSE(selection.certificate);
    selections.insert(selection.indices);
  }
  CHECK(selections.size() > 10);
}

TEST_CASE("stochastic greedy's gains are those of its items in their order") {
  FacilityLocation objective = random_location(40, 2);
  const RankedSelection selection = StochasticGreedy{.options = {.shortfall = 0.3}}(objective, 40, Generator(4));
  REQUIRE(selection.gains.size() == 40);
  REQUIRE(selection.coverage.size() == 40);
  for (std::size_t rank = 0; rank < 40; ++rank) {
    CHECK(selection.gains[rank] == objective.gain(selection.indices[rank]));
    objective.add(selection.indices[rank]);
    CHECK(selection.coverage[rank] == Approx(objective.value()));
  }
}

TEST_CASE("stochastic greedy's samples are N / budget * ln(1 / shortfall) of the remaining items") {
  struct Case {
    std::size_t items;
    std::size_t budget;
    double shortfall;
    std::size_t sample; // by hand
  };
  for (const Case& known : {Case{50, 10, 0.1, 12},    // 5 * 2.303 = 11.5
                            Case{50, 10, 0.01, 24},   // 5 * 4.605 = 23.03
                            Case{50, 7, 0.5, 5},      // 7.14 * 0.693 = 4.95
                            Case{30, 30, 0.5, 1},     // 0.69
                            Case{20, 1, 0.01, 93}}) { // more than there are
    CAPTURE(known.items, known.budget, known.shortfall);
    const GainCounter counter{random_location(known.items, 3)};
    (void)StochasticGreedy{.options = {.shortfall = known.shortfall}}(counter, known.budget, Generator(1));
    REQUIRE(counter.counts->size() == known.budget + 1);
    for (std::size_t step = 0; step < known.budget; ++step)
      CHECK((*counter.counts)[step] == std::min(known.sample, known.items - step));
    CHECK(counter.counts->back() == 0);
  }
}

TEST_CASE("samples are uniform") {
  // All gains are equal, so the lowest of two drawn items is picked: item i with probability (n - 1 - i) / C(n, 2).
  const FacilityLocation objective(Array2<float>(xt::ones<float>({5, 5})));
  const StochasticGreedy greedy{.options = {.shortfall = 0.5}}; // ceil(5 / 2 * 0.693) = 2
  constexpr std::size_t runs = 4000;
  std::vector<double> picked(5, 0.0);
  for (std::uint64_t seed = 0; seed < runs; ++seed)
    picked[greedy(objective, 2, Generator(seed)).indices.front()] += 1;
  for (std::size_t item = 0; item < 5; ++item) {
    const double probability = static_cast<double>(4 - item) / 10;
    const double deviation = std::sqrt(runs * probability * (1 - probability));
    CHECK(std::abs(picked[item] - runs * probability) <= 4 * deviation);
  }
}

TEST_CASE("a sample of everything makes it greedy, the lower index where gains tie exactly") {
  const StochasticGreedy everything{.options = {.shortfall = 1e-300}};
  const NaiveGreedy greedy{.options = {.tie_tolerance = 0}};
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const FacilityLocation objective = random_location(30, seed);
    const RankedSelection expected = greedy(objective, 30);
    const RankedSelection selection = everything(objective, 30, Generator(seed));
    CHECK(selection.indices == expected.indices);
    CHECK(selection.gains == expected.gains);
    CHECK(selection.coverage == expected.coverage);
  }
  const FacilityLocation alike(Array2<float>(xt::ones<float>({6, 6})));
  CHECK(everything(alike, 6, Generator(1)).indices == std::vector<std::size_t>{0, 1, 2, 3, 4, 5});
}

TEST_CASE("the smallest shortfall there is samples everything") {
  const StochasticGreedy greedy{.options = {.shortfall = std::numeric_limits<double>::denorm_min()}};
  const GainCounter counter{random_location(10, 3)};
  CHECK(greedy(counter, 3, Generator(1)).indices.size() == 3);
  CHECK(*counter.counts == std::vector<std::size_t>{10, 9, 8, 0});
}

TEST_CASE("stochastic greedy reaches 1 - 1/e - shortfall of the best set on average") {
  constexpr std::size_t items = 10;
  constexpr std::size_t budget = 3;
  for (std::uint64_t instance = 0; instance < 4; ++instance)
    for (const double shortfall : {0.5, 0.2, 0.01}) {
      CAPTURE(instance, shortfall);
      const auto make = [&] { return random_location(items, 100 + instance); };
      const double empty = make().value();
      const double optimum =
          sparseann::test::best_value(make, items, [](auto set) { return set.size() <= budget; }) - empty;
      double sum = 0;
      for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const StochasticGreedy greedy{.options = {.shortfall = shortfall}};
        const double reached = greedy(make(), budget, Generator(seed)).coverage.back() - empty;
        CHECK(reached <= optimum + 1e-9);
        sum += reached;
      }
      CHECK(sum / 200 >= (1 - 1 / std::numbers::e - shortfall) * optimum);
    }
}

TEST_CASE("stochastic greedy refuses bad budgets, shortfalls and gains") {
  const FacilityLocation objective = random_location(4, 1);
  const auto with = [](double shortfall) { return StochasticGreedy{.options = {.shortfall = shortfall}}; };
  CHECK_THROWS_WITH(with(0.1)(objective, 0, Generator(1)),
                    "budget: expected a count of at least 1 and at most 4 (all there are), got 0");
  CHECK_THROWS_WITH(with(0.1)(objective, 5, Generator(1)),
                    "budget: expected a count of at least 1 and at most 4 (all there are), got 5");
  CHECK_THROWS_WITH(with(0)(objective, 1, Generator(1)), "shortfall: expected a number above 0 and at most 0.5, got 0");
  CHECK_THROWS_WITH(with(0.6)(objective, 1, Generator(1)),
                    "shortfall: expected a number above 0 and at most 0.5, got 0.6");
  CHECK_THROWS_AS(with(std::nan(""))(objective, 1, Generator(1)), sparseann::InvalidArgument);
  CHECK_THROWS_WITH(with(1e-9)(SometimesNothing{}, 1, Generator(1)),
                    "greedy selection, iteration 0: the gain of item 2 is nan");
}

TEST_CASE("stochastic greedy tells each item that it selects") {
  sparseann::test::RecordedProgress recorded;
  (void)StochasticGreedy{.progress = recorded.progress()}(random_location(20, 1), 5, Generator(1));
  sparseann::test::check_pieces(recorded, {"selecting"});
  CHECK(recorded.pieces().front().steps == 5);
}
