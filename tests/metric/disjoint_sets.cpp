#include "sparseann/metric/disjoint_sets.hpp"

#include "support/catch.hpp"

#include "sparseann/core/random.hpp"

using namespace sparseann;

TEST_CASE("sets are those of numbers that chains of joins connect, and go by their least number") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    const auto count = static_cast<std::uint32_t>(1 + generator.uniform_index(40));
    DisjointSets sets(count);
    std::vector<std::uint32_t> expected(count); // the least number of each one's set, relabelled at every join
    std::iota(expected.begin(), expected.end(), 0U);
    for (std::size_t i = generator.uniform_index(60); i > 0; --i) {
      const auto a = static_cast<std::uint32_t>(generator.uniform_index(count));
      const auto b = static_cast<std::uint32_t>(generator.uniform_index(count));
      const auto [low, high] = std::minmax(expected[a], expected[b]);
      CHECK(sets.join(a, b) == (low != high));
      std::ranges::replace(expected, std::uint32_t{high}, std::uint32_t{low});
      CHECK(sets.find(a) == expected[a]);
    }
    CHECK((std::ranges::equal(sets.representatives(), expected)));
  }
}

TEST_CASE("a number can be added to sets that are there") {
  DisjointSets sets;
  CHECK(sets.add() == 0);
  CHECK(sets.add() == 1);
  sets.join(0, 1);
  CHECK(sets.add() == 2);
  CHECK(sets.find(1) == 0);
  CHECK(sets.find(2) == 2);
}
