#include "sparseann/metric/signed_rank_test.hpp"

#include "support/catch.hpp"

#include "sparseann/core/random.hpp"

using namespace sparseann;

namespace {

/// About as many positive as negative numbers, of six decimals, that are all different.
std::vector<double> waves(std::size_t count, double frequency, double shift, double scale) {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto place = static_cast<double>(i);
    values[i] = std::round(1e6 * (std::sin(place * frequency) + shift + place / scale)) / 1e6;
  }
  return values;
}

void check_test(const std::vector<double>& differences, double statistic, double p_value, std::size_t used,
                bool exact) {
  const SignedRankTest test = signed_rank_test(differences);
  CHECK(test.statistic == Approx(statistic));
  CHECK(test.p_value == Approx(p_value).epsilon(1e-9));
  CHECK(test.used == used);
  CHECK(test.exact == exact);
}

/// Tries every choice of signs.
double brute_force(std::vector<double> differences) {
  std::ranges::sort(differences, {}, [](double value) { return std::abs(value); });
  const std::size_t n = differences.size();
  const auto sum_of = [n](auto&& counts) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < n; ++i)
      sum += counts(i) ? i + 1 : 0;
    return std::min(sum, n * (n + 1) / 2 - sum);
  };
  const std::size_t observed = sum_of([&](std::size_t i) { return differences[i] > 0; });
  std::size_t extreme = 0;
  for (std::size_t signs = 0; signs < std::size_t{1} << n; ++signs)
    extreme += sum_of([&](std::size_t i) { return (signs >> i & 1) != 0; }) <= observed ? 1U : 0U;
  return static_cast<double>(extreme) / static_cast<double>(std::size_t{1} << n);
}

} // namespace

// scipy.stats.wilcoxon of SciPy 1.14.1, zero_method="wilcox", of the differences that are not 0.
TEST_CASE("p-values are SciPy's, method exact, of up to 50 different differences") {
  check_test({0.021, -0.004, 0.013, 0.007, -0.011, 0.032, 0.018, 0.002}, 6, 0.109375, 8, true);
  check_test({-1, -2, -3, -4, -5}, 0, 0.0625, 5, true);
  check_test({0, 0.5, -0.25, 0, 0.75, 1.0, -1.25, 2.0, 3.0}, 6, 0.21875, 7, true);
  check_test(waves(50, 2.3, 0.35, 997), 318, 0.001654895925714328, 50, true);
}

TEST_CASE("p-values are SciPy's, method approx with correction, of ties or many differences") {
  check_test({0.01, 0.01, -0.01, 0.02, 0.03, -0.02, 0.05, 0.04, 0.01}, 8, 0.09397032043042589, 9, false);
  check_test(waves(60, 1.7, 0.25, 1000), 535, 0.005210422946728579, 60, false);
}

TEST_CASE("exact p-values equal brute force over all signs") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    std::vector<double> differences(1 + generator.uniform_index(10));
    for (double& difference : differences)
      difference = generator.normal(0.3);
    CHECK(signed_rank_test(differences).p_value == Approx(brute_force(differences)));
  }
}

TEST_CASE("the sign of all differences changes nothing, and no difference is no evidence") {
  const std::vector<double> differences{0.5, -0.25, 0.75, 1.0};
  std::vector<double> negative = differences;
  for (double& difference : negative)
    difference = -difference;
  CHECK(signed_rank_test(differences).p_value == signed_rank_test(negative).p_value);
  const SignedRankTest none = signed_rank_test(std::vector<double>{0, 0, 0});
  CHECK(none.p_value == 1);
  CHECK(none.used == 0);
  CHECK(signed_rank_test(std::vector<double>{1, -1}).p_value == 1); // half of the ranks each
}

TEST_CASE("differences that are none are refused") {
  CHECK_THROWS_AS(signed_rank_test(std::vector<double>{}), InvalidArgument);
  CHECK_THROWS_WITH(signed_rank_test(std::vector<double>{1, std::nan("")}),
                    "values: expected finite numbers, got nan at index 1");
}
