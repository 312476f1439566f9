#include "sparseann/select/equal_interval.hpp"

#include <set>

#include "support/catch.hpp"
#include "support/selector_suite.hpp"

using namespace sparseann;

static_assert(CountSelector<EqualInterval>);
static_assert(Options<EqualInterval::Options>);

namespace {
std::vector<std::size_t> positions(EqualIntervalOptions options, std::size_t count, std::size_t budget,
                                   std::uint64_t seed = 1) {
  return EqualInterval{.options = options}(count, budget, Generator(seed)).indices;
}
} // namespace

TEST_CASE("equal interval passes the selectors' suite") {
  test::check_selector(EqualInterval{});
  test::check_selector(EqualInterval{.options = {.offset = 0}});
  test::check_selector(EqualInterval{.options = {.offset = 0.999}});
  test::check_selector(EqualInterval{.options = {.random_start = true}});
}

TEST_CASE("equal interval by hand") {
  CHECK(positions({}, 10, 2) == std::vector<std::size_t>{2, 7});
  CHECK(positions({}, 9, 3) == std::vector<std::size_t>{1, 4, 7});
  CHECK(positions({}, 7, 1) == std::vector<std::size_t>{3});
  CHECK(positions({.offset = 0}, 10, 3) == std::vector<std::size_t>{0, 3, 6});
  CHECK(EqualInterval{}(10, 2, Generator(1)).gains.empty());
}

TEST_CASE("equal interval is floor((i + offset) D / K)") {
  // Offsets of n / 8 make the closed form exact in integers: floor((8 i + n) D / (8 K)).
  for (std::size_t count = 1; count <= 40; ++count)
    for (std::size_t budget = 1; budget <= count; ++budget)
      for (std::size_t eighths = 0; eighths < 8; ++eighths) {
        std::vector<std::size_t> expected;
        for (std::size_t i = 0; i < budget; ++i)
          expected.push_back((8 * i + eighths) * count / (8 * budget));
        REQUIRE(positions({.offset = static_cast<double>(eighths) / 8}, count, budget) == expected);
      }
}

TEST_CASE("the largest offset below 1 stays within the stack and without repeats") {
  const double offset = std::nextafter(1.0, 0.0);
  for (const std::size_t count : {1U, 3U, 1000U, 4099U})
    for (const std::size_t budget : {std::size_t{1}, (count + 1) / 2, std::size_t{count}}) {
      const std::vector<std::size_t> found = positions({.offset = offset}, count, budget);
      CHECK(std::set(found.begin(), found.end()).size() == budget);
      CHECK(found.back() == count - 1);
    }
}

TEST_CASE("a random start reaches every slice and keeps the interval") {
  std::set<std::size_t> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::vector<std::size_t> found = positions({.random_start = true}, 12, 3, seed);
    REQUIRE(found.size() == 3);
    CHECK(found[1] - found[0] == 4);
    CHECK(found[2] - found[1] == 4);
    seen.insert(found.begin(), found.end());
  }
  CHECK(seen.size() == 12);
}

TEST_CASE("equal interval refuses offsets that leave the interval, and bad budgets") {
  CHECK_THROWS_WITH(positions({.offset = 1}, 10, 2), "offset: expected a number of at least 0 and below 1, got 1");
  CHECK_THROWS_AS(positions({.offset = -0.25}, 10, 2), InvalidArgument);
  CHECK_THROWS_AS(positions({.offset = std::nan("")}, 10, 2), InvalidArgument);
  CHECK_THROWS_AS(positions({}, 10, 0), InvalidArgument);
  CHECK_THROWS_AS(positions({}, 10, 11), InvalidArgument);
}
