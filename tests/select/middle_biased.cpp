#include "sparseann/select/middle_biased.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "support/catch.hpp"
#include "support/selector_suite.hpp"

using namespace sparseann;

static_assert(CountSelector<MiddleBiased>);
static_assert(prefix_consistent<MiddleBiased>);
static_assert(Options<MiddleBiased::Options>);

TEST_CASE("middle-biased slices pass the selectors' suite") {
  test::check_selector(MiddleBiased{});
  test::check_selector(MiddleBiased{.options = {.width = 0.01}});
  test::check_selector(MiddleBiased{.options = {.width = 1e300}});
}

TEST_CASE("two middle-biased slices come with the probabilities of successive weighted draws") {
  constexpr std::size_t draws = 20000;
  constexpr double width = 0.3;
  std::array<std::array<std::size_t, 4>, 4> counts{};
  for (std::uint64_t seed = 0; seed < draws; ++seed) {
    const RankedSelection selection = MiddleBiased{.options = {.width = width}}(4, 2, Generator(seed));
    ++counts[selection.indices[0]][selection.indices[1]];
  }
  // Slices lie at -3/8, -1/8, 1/8 and 3/8 of the stack.
  const double outer = std::exp(-9.0 / 64 / (2 * width * width));
  const double inner = std::exp(-1.0 / 64 / (2 * width * width));
  const std::array<double, 4> weight{outer, inner, inner, outer};
  const double sum = 2 * outer + 2 * inner;
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j) {
      const double probability = i == j ? 0 : weight[i] / sum * weight[j] / (sum - weight[i]);
      // 4.5 standard deviations of a binomial.
      const double allowed = 4.5 * std::sqrt(draws * probability * (1 - probability));
      CHECK(std::abs(static_cast<double>(counts[i][j]) - draws * probability) <= allowed);
    }
}

TEST_CASE("a wide spread is uniform, a narrow one works from the middle outwards") {
  std::array<std::size_t, 5> counts{};
  for (std::uint64_t seed = 0; seed < 5000; ++seed)
    ++counts[MiddleBiased{.options = {.width = 1e6}}(5, 1, Generator(seed)).indices.front()];
  for (const std::size_t count : counts)
    CHECK(std::abs(static_cast<double>(count) - 1000) < 4.5 * std::sqrt(5000 * 0.2 * 0.8));

  for (const double width : {1e-3, 1e-100})
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const std::vector<std::size_t> indices = MiddleBiased{.options = {.width = width}}(7, 7, Generator(seed)).indices;
      CHECK(indices[0] == 3);
      CHECK(std::set{indices[1], indices[2]} == std::set<std::size_t>{2, 4});
      CHECK(std::set{indices[3], indices[4]} == std::set<std::size_t>{1, 5});
    }
  // Here every key but the middle's is infinite.
  for (const double width : {1e-200, std::numeric_limits<double>::denorm_min()})
    CHECK(MiddleBiased{.options = {.width = width}}(7, 3, Generator(1)).indices == std::vector<std::size_t>{3, 0, 1});
}

TEST_CASE("another seed selects other middle-biased slices") {
  CHECK(MiddleBiased{}(100, 10, Generator(1)).indices != MiddleBiased{}(100, 10, Generator(2)).indices);
  CHECK(MiddleBiased{}(100, 10, Generator(1)).gains.empty());
}

TEST_CASE("middle-biased selection refuses bad widths and budgets") {
  CHECK_THROWS_WITH((MiddleBiased{.options = {.width = 0}}(10, 2, Generator(1))),
                    "width: expected a number above 0, got 0");
  CHECK_THROWS_AS((MiddleBiased{.options = {.width = std::nan("")}}(10, 2, Generator(1))), InvalidArgument);
  CHECK_THROWS_AS(MiddleBiased{}(10, 0, Generator(1)), InvalidArgument);
  CHECK_THROWS_AS(MiddleBiased{}(10, 11, Generator(1)), InvalidArgument);
}
