#include "sparseann/select/random_slices.hpp"

#include <array>
#include <cmath>

#include "support/catch.hpp"
#include "support/selector_suite.hpp"

using namespace sparseann;

static_assert(CountSelector<RandomSlices>);

TEST_CASE("random slices pass the selectors' suite") { test::check_selector(RandomSlices{}); }

TEST_CASE("every pair of slices is as likely as any other") {
  constexpr std::size_t draws = 12000;
  std::array<std::array<std::size_t, 4>, 4> counts{};
  for (std::uint64_t seed = 0; seed < draws; ++seed) {
    const RankedSelection selection = RandomSlices{}(4, 2, Generator(seed));
    ++counts[selection.indices[0]][selection.indices[1]];
  }
  // 12 ordered pairs; 4.5 standard deviations of a binomial.
  const double allowed = 4.5 * std::sqrt(draws / 12.0 * 11.0 / 12.0);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j)
      CHECK(std::abs(static_cast<double>(counts[i][j]) - (i == j ? 0.0 : draws / 12.0)) < (i == j ? 1.0 : allowed));
}

TEST_CASE("another seed selects other slices") {
  CHECK(RandomSlices{}(100, 10, Generator(1)).indices != RandomSlices{}(100, 10, Generator(2)).indices);
  CHECK(RandomSlices{}(100, 10, Generator(1)).gains.empty());
}
