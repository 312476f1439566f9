#include "sparseann/metric/paired_comparison.hpp"

#include "support/catch.hpp"

using namespace sparseann;

namespace {

SeedValues table(std::initializer_list<std::initializer_list<double>> rows) {
  SeedValues values(std::array<std::size_t, 2>{rows.size(), rows.begin()->size()});
  auto at = elements(values).begin();
  for (const auto& row : rows)
    at = std::ranges::copy(row, at).out;
  return values;
}

} // namespace

TEST_CASE("seeds are averaged before cases are compared") {
  const PairedComparison comparison =
      compare_paired(table({{0.8, 0.7, 0.9}, {0.6, 0.9, 0.9}}), table({{0.5, 0.7, 0.8}}));
  REQUIRE(comparison.differences.size() == 3);
  CHECK(comparison.differences[0] == Approx(0.2));
  CHECK(comparison.differences[1] == Approx(0.1));
  CHECK(comparison.differences[2] == Approx(0.1));
  CHECK(comparison.mean_difference == Approx(0.4 / 3));
  CHECK(comparison.test.used == 3);
}

// Means of two seeds drawn: 0, 5, 10 with probabilities 1/4, 1/2, 1/4; of two cases: 0, 1/2, 1 likewise, so that the
// least has 1/16 and the two least together 3/16.
TEST_CASE("intervals over seeds and cases are those of the distribution that both have") {
  const SeedValues values = table({{0, 1}, {10, 11}});
  CHECK((two_way_interval(values) == Interval{.low = 0, .high = 11}));
  CHECK((two_way_interval(values, {.confidence = 0.8}) == Interval{.low = 0.5, .high = 10.5}));
  const PairedComparison comparison = compare_paired(values, table({{0, 0}}), {.confidence = 0.8});
  CHECK((comparison.interval == Interval{.low = 0.5, .high = 10.5}));
}

TEST_CASE("an interval knows that seeds differ where cases do not, and that cases differ where seeds do not") {
  const Interval seeds = two_way_interval(table({{1, 1, 1, 1}, {2, 2, 2, 2}, {3, 3, 3, 3}}));
  CHECK(seeds.low < 1.5);
  CHECK(seeds.high > 2.5);
  const Interval cases = two_way_interval(table({{1, 2, 3, 4}, {1, 2, 3, 4}}));
  CHECK(cases.low < 2);
  CHECK(cases.high > 3);
}

TEST_CASE("cases that are hard for both are no difference") {
  const SeedValues baseline = table({{0.1, 0.5, 0.9, 0.3}});
  SeedValues method = baseline;
  for (double& value : elements(method))
    value += 0.05;
  const PairedComparison comparison = compare_paired(method, baseline);
  CHECK(comparison.interval.low == Approx(0.05));
  CHECK(comparison.interval.high == Approx(0.05));
  const PairedComparison same = compare_paired(baseline, baseline);
  CHECK(same.test.p_value == 1);
  CHECK(same.mean_difference == 0);
}

TEST_CASE("what is no comparison is refused") {
  CHECK_THROWS_WITH(compare_paired(table({{1, 2}}), table({{1, 2, 3}})),
                    "method: expected 3 cases as of the baseline, got 2");
  CHECK_THROWS_WITH(compare_paired(table({{1, 2}}), table({{1, std::nan("")}})),
                    "baseline: expected finite numbers, got nan at seed 0, case 1");
  CHECK_THROWS_AS(two_way_interval(SeedValues(std::array<std::size_t, 2>{0, 3})), InvalidArgument);
}
