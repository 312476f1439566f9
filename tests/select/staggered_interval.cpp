#include "sparseann/select/staggered_interval.hpp"

#include <cmath>
#include <set>
#include <vector>

#include "support/catch.hpp"
#include "support/selector_suite.hpp"

using namespace sparseann;

static_assert(CohortSelector<StaggeredInterval>);
static_assert(!needs_features<StaggeredInterval>);
static_assert(!prefix_consistent<StaggeredInterval>);
static_assert(Options<StaggeredInterval::Options>);

namespace {

/// One stack for each case index.
SelectionProblem stacks_of_cases(const std::vector<std::size_t>& cases, std::size_t slices, std::size_t budget) {
  SelectionProblem problem;
  for (const std::size_t case_index : cases)
    problem.stacks.push_back({.case_index = case_index, .plane = Plane::xz, .slices = slices, .budget = budget});
  return problem;
}

std::vector<std::vector<std::size_t>> staggered(const StaggeredIntervalOptions& options,
                                                const SelectionProblem& problem, std::uint64_t seed = 1) {
  std::vector<std::vector<std::size_t>> found;
  for (const RankedSelection& selection : StaggeredInterval{.options = options}(problem, Generator(seed)).selections)
    found.push_back(selection.indices);
  return found;
}

std::vector<std::size_t> first_cases(std::size_t count) {
  std::vector<std::size_t> cases(count);
  for (std::size_t i = 0; i < count; ++i)
    cases[i] = i;
  return cases;
}

} // namespace

TEST_CASE("staggered interval passes the selectors' suite") {
  test::check_selector(StaggeredInterval{});
  test::check_selector(StaggeredInterval{.options = {.share = 1}});
  test::check_selector(StaggeredInterval{.options = {.share = 1e-9}});
  test::check_selector(StaggeredInterval{.options = {.random_shift = true}});
}

TEST_CASE("the van der Corput sequence mirrors binary digits") {
  const std::vector<double> expected{0, 0.5, 0.25, 0.75, 0.125, 0.625, 0.375, 0.875, 0.0625};
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(van_der_corput(i) == expected[i]);
  std::set<double> sixteenths;
  for (std::size_t i = 1; i < 16; ++i)
    sixteenths.insert(16 * van_der_corput(i));
  CHECK(sixteenths == std::set<double>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15});
}

TEST_CASE("staggered interval by hand") {
  // 14 of 20 slices, 3..16; intervals of 7, offsets 1/2, 1/4, 3/4, 1/8: 3.5, 1.75, 5.25, 0.875 after the third slice.
  CHECK(staggered({}, stacks_of_cases({0, 1, 2, 3}, 20, 2)) ==
        std::vector<std::vector<std::size_t>>{{6, 13}, {4, 11}, {8, 15}, {3, 10}});
  // The whole stack: intervals of 5.
  CHECK(staggered({.share = 1}, stacks_of_cases({0, 1, 2}, 10, 2)) ==
        std::vector<std::vector<std::size_t>>{{2, 7}, {1, 6}, {3, 8}});
  CHECK(StaggeredInterval{}(stacks_of_cases({0}, 20, 2), Generator(1)).selections.front().gains.empty());
}

TEST_CASE("seven cases see every slice of the middle between them, none twice") {
  std::multiset<std::size_t> seen;
  for (const std::vector<std::size_t>& indices : staggered({}, stacks_of_cases(first_cases(7), 20, 2)))
    seen.insert(indices.begin(), indices.end());
  CHECK(seen == std::multiset<std::size_t>{3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
}

TEST_CASE("staggered interval is e + floor((i + o) (D - 2 e) / K)") {
  constexpr std::size_t cases = 31; // offsets are n / 32, exact in integers
  for (std::size_t slices = 1; slices <= 24; ++slices)
    for (std::size_t budget = 1; budget <= slices; ++budget) {
      // A share of 3/4 leaves out slices / 8 at each end, rounded half up.
      const std::size_t left_out = std::min((slices + 4) / 8, (slices - budget) / 2);
      const auto found = staggered({.share = 0.75}, stacks_of_cases(first_cases(cases), slices, budget));
      for (std::size_t i = 0; i < cases; ++i) {
        const auto of_32 = static_cast<std::size_t>(32 * van_der_corput(i + 1));
        std::vector<std::size_t> expected;
        for (std::size_t k = 0; k < budget; ++k)
          expected.push_back(left_out + (32 * k + of_32) * (slices - 2 * left_out) / (32 * budget));
        REQUIRE(found[i] == expected);
      }
    }
}

TEST_CASE("slices stay in the central share as far as the budget lets them") {
  const auto narrow = staggered({.share = 0.5}, stacks_of_cases(first_cases(15), 40, 4));
  for (const std::vector<std::size_t>& indices : narrow) {
    CHECK(indices.front() >= 10);
    CHECK(indices.back() < 30);
  }
  // 30 of 40: 5 are left out at each end, and every case has the same slices.
  for (const std::vector<std::size_t>& indices : staggered({.share = 0.5}, stacks_of_cases({0, 1, 2}, 40, 30)))
    CHECK((indices.front() == 5 && indices.back() == 34));
}

TEST_CASE("an offset depends on the case's position among the problem's cases, not on plane, order or seed") {
  SelectionProblem problem = stacks_of_cases({90, 7, 30}, 20, 2);
  problem.stacks.push_back({.case_index = 30, .plane = Plane::xy, .slices = 20, .budget = 2});
  const auto found = staggered({}, problem);
  CHECK(found == std::vector<std::vector<std::size_t>>{{8, 15}, {6, 13}, {4, 11}, {4, 11}});
  CHECK(staggered({}, problem, 2) == found);
}

TEST_CASE("a random shift moves the offsets of all cases by the same amount") {
  constexpr std::size_t slices = 1 << 20; // one slice each: its position is the offset
  const SelectionProblem problem = stacks_of_cases(first_cases(4), slices, 1);
  const auto unshifted = staggered({.share = 1}, problem);
  std::set<std::size_t> shifts;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto shifted = staggered({.share = 1, .random_shift = true}, problem, seed);
    const std::size_t shift = (shifted[0][0] + slices - unshifted[0][0]) % slices;
    for (std::size_t i = 0; i < 4; ++i)
      CHECK((shifted[i][0] + slices - unshifted[i][0]) % slices == shift);
    shifts.insert(8 * shift / slices);
  }
  CHECK(shifts.size() > 4); // of 8 equal parts of the axis; 20 draws reach so few with probability 1e-4
}

TEST_CASE("staggered interval refuses bad shares and budgets") {
  const SelectionProblem problem = stacks_of_cases({0}, 10, 2);
  CHECK_THROWS_WITH(staggered({.share = 0}, problem), "share: expected a number above 0 and at most 1, got 0");
  CHECK_THROWS_AS(staggered({.share = 1.5}, problem), InvalidArgument);
  CHECK_THROWS_AS(staggered({.share = std::nan("")}, problem), InvalidArgument);
  CHECK_THROWS_WITH(
      staggered({}, stacks_of_cases({3}, 10, 11)),
      "budget of case 3, plane xz: expected a count of at least 1 and at most 10 (all there are), got 11");
}
