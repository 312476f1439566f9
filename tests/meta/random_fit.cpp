#include "sparseann/meta/random_fit.hpp"

#include <array>

#include "support/catch.hpp"
#include "support/fit_suite.hpp"

using namespace sparseann;

TEST_CASE("RandomFit is a fit strategy") { test::check_fit(RandomFit{}); }

TEST_CASE("random-fit draws the sets uniformly, whatever the model says") {
  const FitCandidates candidates = test::hand_made_candidates();
  std::array<int, 3> counts{};
  Generator generator(1);
  constexpr int draws = 3000;
  for (int i = 0; i < draws; ++i)
    for (const std::size_t set : RandomFit{}(candidates, {}, generator))
      ++counts[set];
  for (const int count : counts)
    CHECK(std::abs(count - 2000) < 160); // 4.4 standard deviations of Binomial(6000, 1/3)
}
