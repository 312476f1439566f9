#include "sparseann/meta/random_fit.hpp"

#include <array>

#include "support/catch.hpp"
#include "support/fit_suite.hpp"

using namespace sparseann;

TEST_CASE("RandomFit is a fit strategy") { test::check_fit(RandomFit{}); }

TEST_CASE("random-fit draws the sets uniformly, whatever the model says") {
  const FitCandidates candidates = test::hand_made_candidates();
  std::array<int, 3> counts{};
  constexpr std::uint64_t draws = 3000;
  for (std::uint64_t i = 0; i < draws; ++i) {
    Generator generator = Generator(1).split(i);
    for (const std::size_t set : RandomFit{}(candidates, {}, generator))
      ++counts[set];
  }
  for (const int count : counts)
    CHECK(std::abs(count - 2000) < 160); // 4.4 standard deviations of Binomial(6000, 1/3)
}

TEST_CASE("random-fit draws for a sample of a batch what it draws for it as a part's first") {
  FitCandidates candidates = test::hand_made_candidates();
  Generator generator(5);
  const std::vector<std::size_t> both = RandomFit{}(candidates, {}, generator);
  REQUIRE(both.size() == 2);
  candidates.first_sample = 1;
  CHECK(RandomFit{}(candidates, {}, generator).front() == both[1]);
}
