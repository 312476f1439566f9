#include "sparseann/select/lazy_greedy.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <utility>
#include <vector>

#include "sparseann/core/instruction_set.hpp"
#include "sparseann/select/facility_location.hpp"
#include "sparseann/select/naive_greedy.hpp"
#include "sparseann/select/tiled_facility_location.hpp"
#include "support/catch.hpp"
#include "support/counted_objective.hpp"
#include "support/recorded_progress.hpp"
#include "support/selection_data.hpp"

using sparseann::Array2;
using sparseann::CosineSimilarity;
using sparseann::Execution;
using sparseann::FacilityLocation;
using sparseann::Generator;
using sparseann::InstructionSet;
using sparseann::LazyGreedy;
using sparseann::NaiveGreedy;
using sparseann::RankedSelection;
using sparseann::TiledFacilityLocation;
using sparseann::test::CountedBoundedObjective;
using sparseann::test::CountedObjective;

namespace {

/// Item 2 is worth nothing until another item is in: not submodular.
struct Complements {
  bool ready = false;

  [[nodiscard]] std::size_t size() const { return 3; }
  [[nodiscard]] double value() const { return 0; }
  [[nodiscard]] double gain(std::size_t item) const { return item == 2 ? (ready ? 9.0 : 0.0) : 1.0; }
  void add(std::size_t) { ready = true; }
};

struct BrokenObjective {
  [[nodiscard]] std::size_t size() const { return 4; }
  [[nodiscard]] double value() const { return 0; }
  [[nodiscard]] double gain(std::size_t item) const { return item == 2 ? std::nan("") : 1.0; }
  void add(std::size_t) {}
};

void check_same_ranks(const RankedSelection& selection, const RankedSelection& expected) {
  CHECK(selection.indices == expected.indices);
  CHECK(selection.gains == expected.gains);
  CHECK(selection.coverage == expected.coverage);
}

} // namespace

template <> inline constexpr bool sparseann::enable_submodular<BrokenObjective> = true;

static_assert(sparseann::Maximiser<NaiveGreedy, Complements>);
static_assert(!sparseann::Maximiser<LazyGreedy, Complements>);
static_assert(sparseann::Maximiser<LazyGreedy, FacilityLocation>);

TEST_CASE("lazy, naive and brute-force greedy agree on 200 instances, and reach 1 - 1/e of the best") {
  std::size_t exhaustive = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    const Generator generator(seed);
    const std::size_t items = 1 + Generator(seed).split("items").uniform_index(60);
    const Array2<float> features = sparseann::test::features_of_kind(seed % 6, items, generator);
    const sparseann::SimilarityMatrix similarity = sparseann::test::cosines(features);
    const std::size_t budget = std::min<std::size_t>(items, 1 + seed % 20);

    const RankedSelection expected = sparseann::test::greedy_by_definition(similarity.values(), budget);
    const RankedSelection naive = NaiveGreedy{}(FacilityLocation(similarity), budget);
    const RankedSelection lazy = LazyGreedy{}(FacilityLocation(similarity), budget);
    CHECK(naive.indices == expected.indices);
    check_same_ranks(lazy, naive);
    check_same_ranks(LazyGreedy{}(CountedObjective{FacilityLocation(similarity)}, budget), naive);
    check_same_ranks(LazyGreedy{}(TiledFacilityLocation(CosineSimilarity{}(features)), budget), naive);
    for (std::size_t i = 0; i < budget; ++i) {
      CHECK(naive.gains[i] == Approx(expected.gains[i]).margin(1e-10));
      CHECK(naive.coverage[i] == Approx(expected.coverage[i]).margin(1e-10));
    }

    CHECK(lazy.certificate->value == lazy.coverage.back());
    CHECK(naive.certificate->upper_bound <= lazy.certificate->upper_bound + 1e-9);
    if (items > 16 || budget > 4)
      continue;
    ++exhaustive;
    const double optimum = sparseann::test::best_coverage(similarity.values(), budget);
    const auto shift = static_cast<double>(items); // the empty set is worth -items
    CHECK(lazy.coverage.back() + shift >= (1 - 1 / std::numbers::e) * (optimum + shift) - 1e-9);
    for (const RankedSelection& selection : {lazy, naive}) {
      CHECK(selection.certificate->items == items);
      CHECK(selection.certificate->value <= optimum + 1e-9);
      CHECK(selection.certificate->upper_bound >= optimum - 1e-9);
      CHECK(selection.certificate->best_single ==
            Approx(sparseann::test::best_coverage(similarity.values(), 1)).margin(1e-9));
    }
  }
  CHECK(exhaustive >= 5);
}

TEST_CASE("orders do not depend on threads, instructions, tiles or laziness") {
  for (std::size_t kind = 0; kind < sparseann::test::kinds_of_features; ++kind)
    for (const std::size_t items : {15U, 49U, 260U}) {
      CAPTURE(kind, items);
      const Array2<float> features = sparseann::test::features_of_kind(kind, items, Generator(kind));
      const std::size_t budget = items / 3;
      const RankedSelection naive =
          NaiveGreedy{}(FacilityLocation(sparseann::test::cosines(features, {1, {}})), budget);
      for (const InstructionSet set : {InstructionSet::generic, InstructionSet::avx2, InstructionSet::avx512})
        for (const std::size_t threads : {1U, 2U}) {
          if (!sparseann::is_supported(set))
            continue;
          const Execution execution{threads, set};
          const RankedSelection lazy =
              LazyGreedy{}(FacilityLocation(sparseann::test::cosines(features, execution), {}, execution), budget);
          const RankedSelection tiled =
              LazyGreedy{}(TiledFacilityLocation(CosineSimilarity{}(features, execution), {}, execution), budget);
          CHECK(lazy.indices == naive.indices);
          check_same_ranks(tiled, lazy);
          if (set != InstructionSet::generic)
            CHECK(lazy.gains == naive.gains);
        }
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
      const sparseann::SimilarityMatrix similarity =
          sparseann::test::cosines(sparseann::test::features_on_a_circle(corners));
      CHECK(LazyGreedy{}(FacilityLocation(similarity), 1).indices.front() == 0);
      const LazyGreedy strict{.options = {.tie_tolerance = 0}};
      rounding_matters |= strict(FacilityLocation(similarity), 1).indices.front() != 0;
    }
    CHECK(rounding_matters);
  }
  SECTION("a difference inside the band ties, one outside does not") {
    const Array2<float> similarity{{0.25F, 0, 0, 0}, {0, 0.5F, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 0}};
    const auto first = [&](double tolerance) {
      return LazyGreedy{.options = {.tie_tolerance = tolerance}}(FacilityLocation(similarity, {.baseline = 0}), 1)
          .indices.front();
    };
    CHECK(first(0.0) == 2);
    CHECK(first(0.99) == 2); // over sqrt(4) items, times the largest gain, 1
    CHECK(first(1.0) == 1);
    CHECK(first(1.5) == 0);
  }
}

TEST_CASE("naive and lazy greedy agree for wide bands, where the winner is not the best") {
  const sparseann::SimilarityMatrix similarity =
      sparseann::test::cosines(sparseann::test::smooth_features(40, Generator(10)));
  for (const double tolerance : {0.0, 1e-3, 3e-2, 0.2, 10.0}) {
    const NaiveGreedy naive{.options = {.tie_tolerance = tolerance}};
    const LazyGreedy lazy{.options = {.tie_tolerance = tolerance}};
    check_same_ranks(lazy(FacilityLocation(similarity), 40), naive(FacilityLocation(similarity), 40));
  }
}

TEST_CASE("lazy greedy evaluates a fraction of what naive greedy does, and less with bounds") {
  const FacilityLocation objective(sparseann::test::cosines(sparseann::test::smooth_features(120, Generator(10))));
  const LazyGreedy uncertified{.options = {.certify = false}};
  const CountedObjective counted{objective};
  (void)NaiveGreedy{}(counted, 12);
  CHECK(std::exchange(*counted.evaluations, 0) == 13 * 120 - 78); // once more at the end, for the certificate
  (void)uncertified(counted, 12);
  CHECK(*counted.evaluations >= 120);
  CHECK(*counted.evaluations < 600);
  const CountedBoundedObjective bounded{{objective}};
  (void)uncertified(bounded, 12);
  CHECK(*bounded.evaluations < 120);
}

TEST_CASE("without a certificate the ranks are the same") {
  const FacilityLocation objective(sparseann::test::cosines(sparseann::test::smooth_features(50, Generator(3))));
  const RankedSelection certified = LazyGreedy{}(objective, 10);
  const RankedSelection plain = LazyGreedy{.options = {.certify = false}}(objective, 10);
  check_same_ranks(plain, certified);
  CHECK(certified.certificate.has_value());
  CHECK(!plain.certificate.has_value());
}

TEST_CASE("lazy greedy refuses bad budgets and gains") {
  const FacilityLocation objective(Array2<float>(xt::ones<float>({4, 4})));
  CHECK_THROWS_AS(LazyGreedy{}(objective, 0), sparseann::InvalidArgument);
  CHECK_THROWS_AS(LazyGreedy{}(objective, 5), sparseann::InvalidArgument);
  CHECK_THROWS_WITH(LazyGreedy{}(BrokenObjective{}, 2), "greedy selection, iteration 0: the gain of item 2 is nan");
  CHECK_THROWS_WITH((LazyGreedy{.options = {.tie_tolerance = -1}}(objective, 1)),
                    "tie_tolerance: expected a number of at least 0, got -1");
}

TEST_CASE("bounds know their largest") {
  sparseann::detail::GainBounds bounds(40);
  for (std::size_t item = 0; item < 40; ++item)
    bounds.set(item, static_cast<double>(item % 7));
  CHECK(bounds.top() == 6);
  bounds.set(6, 1);
  CHECK(bounds.top() == 13);
  CHECK(bounds.largest() == 6);
  bounds.values()[39] = 9;
  bounds.refresh();
  CHECK(bounds.top() == 39);
  for (std::size_t item = 0; item < 40; ++item)
    bounds.set(item, sparseann::detail::GainBounds::none);
  CHECK(bounds.largest() == sparseann::detail::GainBounds::none);
}

TEST_CASE("lazy greedy tells each item that it selects") {
  sparseann::test::RecordedProgress recorded;
  const FacilityLocation objective(sparseann::test::cosines(sparseann::test::smooth_features(20, Generator(3))));
  (void)LazyGreedy{.progress = recorded.progress()}(objective, 7);
  sparseann::test::check_pieces(recorded, {"selecting"});
  CHECK(recorded.pieces().front().steps == 7);
}
