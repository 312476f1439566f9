#include "sparseann/select/cohort_cover.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "sparseann/select/max_cover.hpp"
#include "support/catch.hpp"
#include "support/recorded_progress.hpp"
#include "support/selector_suite.hpp"

using namespace sparseann;

static_assert(CohortSelector<CohortCover<>>);
static_assert(needs_features<CohortCover<>>);
static_assert(!prefix_consistent<CohortCover<>>);
static_assert(budget_scope<CohortCover<>> == BudgetScope::cohort);
static_assert(Options<CohortCover<>::Options>);

namespace {

CohortCover<> cover(std::size_t minimum) { return {.options = {.minimum_per_case = minimum}}; }

/// Four cases of different sizes, xy in all and yz in two of them, yz first in the problem.
SelectionProblem cohort_problem(std::uint64_t seed, const std::vector<std::size_t>& budgets) {
  SelectionProblem problem;
  const auto add = [&](std::size_t case_index, Plane plane, std::size_t slices) {
    const Generator stream = Generator(seed).split(case_index).split(name_of(plane));
    problem.stacks.push_back({.case_index = case_index,
                              .plane = plane,
                              .slices = slices,
                              .budget = budgets[problem.stacks.size()],
                              .features = test::random_features(slices, 3, stream)});
  };
  add(7, Plane::yz, 6);
  add(7, Plane::xy, 4);
  add(0, Plane::xy, 8);
  add(3, Plane::xy, 5);
  add(5, Plane::yz, 7);
  add(5, Plane::xy, 4);
  return problem;
}

struct Chosen {
  std::size_t stack;
  std::size_t slice;
  bool operator==(const Chosen&) const = default;
};

/// The objective from its definition: for each slice of each stack the best cosine to a chosen slice of its plane.
double cohort_coverage(const SelectionProblem& problem, const std::vector<Chosen>& set) {
  double sum = 0;
  for (const SliceStack& stack : problem.stacks)
    for (std::size_t slice = 0; slice < stack.slices; ++slice) {
      double best = -1;
      for (const Chosen& chosen : set) {
        const SliceStack& other = problem.stacks[chosen.stack];
        if (other.plane != stack.plane)
          continue;
        Array2<float> pair = xt::zeros<float>({2, 3});
        for (std::size_t c = 0; c < 3; ++c) {
          pair(0, c) = (*stack.features)(slice, c);
          pair(1, c) = (*other.features)(chosen.slice, c);
        }
        best = std::max(best, static_cast<double>(test::cosines(pair).values()(0, 1)));
      }
      sum += best;
    }
  return sum;
}

/// Greedy that looks at every slice at each step and asks whether the minimums can still be met afterwards; `band`
/// below the best ties.
std::vector<Chosen> greedy_with_minimum(const SelectionProblem& problem, std::size_t minimum, double band = 1e-9) {
  std::size_t budget = 0;
  std::vector<Chosen> set;
  std::map<std::size_t, std::size_t> has;
  for (std::size_t s = 0; s < problem.stacks.size(); ++s) {
    budget += problem.stacks[s].budget;
    has[problem.stacks[s].case_index] += problem.stacks[s].labelled.size();
    for (const std::size_t slice : problem.stacks[s].labelled)
      set.push_back({s, slice});
  }
  const auto is_allowed = [&](const Chosen& slice, std::size_t left) {
    std::map<std::size_t, std::size_t> then = has;
    ++then[problem.stacks[slice.stack].case_index];
    std::size_t missing = 0;
    for (const auto& [case_index, count] : then)
      missing += minimum - std::min(minimum, count);
    return missing <= left - 1 && std::ranges::find(set, slice) == set.end();
  };
  std::vector<Chosen> selected;
  for (std::size_t left = budget; left > 0; --left) {
    std::vector<std::pair<double, Chosen>> candidates; // plane by plane, as ties go
    for (const Plane plane : all_planes)
      for (std::size_t s = 0; s < problem.stacks.size(); ++s)
        for (std::size_t slice = 0; problem.stacks[s].plane == plane && slice < problem.stacks[s].slices; ++slice)
          if (is_allowed({s, slice}, left)) {
            std::vector<Chosen> with = set;
            with.push_back({s, slice});
            candidates.emplace_back(cohort_coverage(problem, with), with.back());
          }
    double most = -std::numeric_limits<double>::infinity();
    for (const auto& [value, slice] : candidates)
      most = std::max(most, value);
    const Chosen best =
        std::ranges::find_if(candidates, [&](const auto& entry) { return entry.first >= most - band; })->second;
    ++has[problem.stacks[best.stack].case_index];
    set.push_back(best);
    selected.push_back(best);
  }
  return selected;
}

/// What each stack gets of a joint order.
std::vector<std::vector<std::size_t>> by_stack(const std::vector<Chosen>& selected, std::size_t stacks) {
  std::vector<std::vector<std::size_t>> slices(stacks);
  for (const Chosen& chosen : selected)
    slices[chosen.stack].push_back(chosen.slice);
  return slices;
}

std::vector<std::vector<std::size_t>> indices_of(const SelectionPlan& plan) {
  std::vector<std::vector<std::size_t>> indices;
  for (const RankedSelection& selection : plan.selections)
    indices.push_back(selection.indices);
  return indices;
}

std::map<std::size_t, std::size_t> slices_by_case(const SelectionProblem& problem, const SelectionPlan& plan) {
  std::map<std::size_t, std::size_t> counts;
  for (std::size_t i = 0; i < problem.stacks.size(); ++i)
    counts[problem.stacks[i].case_index] += plan.selections[i].indices.size();
  return counts;
}

} // namespace

TEST_CASE("cohort cover passes the selectors' suite") {
  test::check_selector(cover(0));
  test::check_selector(CohortCover<>{});
}

TEST_CASE("cohort cover is greedy over all slices of a plane in which the minimums stay possible") {
  bool minimum_matters = false;
  for (std::uint64_t seed = 0; seed < 6; ++seed)
    for (const std::size_t minimum : {0U, 1U, 2U}) {
      const SelectionProblem problem = cohort_problem(seed, {1, 1, 2, 2, 1, 1});
      const SelectionPlan plan = cover(minimum)(problem, Generator(1));
      CHECK(indices_of(plan) == by_stack(greedy_with_minimum(problem, minimum), 6));
      minimum_matters |= plan != cover(0)(problem, Generator(1));
      for (const auto& [case_index, count] : slices_by_case(problem, plan))
        CHECK(count >= minimum);
    }
  CHECK(minimum_matters);
}

TEST_CASE("cohort cover's ties are a share of the best slice's gain, also where few are left") {
  for (const double tolerance : {0.01, 0.1, 0.5})
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      const SelectionProblem problem = cohort_problem(seed, {1, 1, 2, 2, 1, 1});
      const CohortCover<> selector{.options = {.tie_tolerance = tolerance, .minimum_per_case = 2}};
      double best = 0;
      for (std::size_t stack = 0; stack < 6; ++stack)
        for (std::size_t slice = 0; slice < problem.stacks[stack].slices; ++slice)
          best = std::max(best, cohort_coverage(problem, {{stack, slice}}) - cohort_coverage(problem, {}));
      const double band = tolerance * best / std::sqrt(34.0); // 6 + 4 + 8 + 5 + 7 + 4 slices
      CHECK(indices_of(selector(problem, Generator(1))) == by_stack(greedy_with_minimum(problem, 2, band), 6));
    }
}

TEST_CASE("labelled slices represent other cases and count for their case's minimum") {
  for (std::uint64_t seed = 0; seed < 6; ++seed)
    for (const std::size_t minimum : {0U, 1U, 2U}) {
      SelectionProblem problem = cohort_problem(seed, {1, 1, 1, 1, 1, 0});
      problem.stacks[5].labelled = {0, 1, 2, 3};
      problem.stacks[2].labelled = {6};
      CHECK(indices_of(cover(minimum)(problem, Generator(1))) == by_stack(greedy_with_minimum(problem, minimum), 6));
    }
}

TEST_CASE("cases that are alike share their labels, unless each needs its own") {
  const Array2<float> features{{1, 0, 0}, {0, 1, 0}};
  SelectionProblem problem;
  for (const std::size_t case_index : {0U, 1U, 2U})
    problem.stacks.push_back({.case_index = case_index, .slices = 2, .budget = 1, .features = features});
  problem.stacks[2].features = Array2<float>{{0, 0, 1}, {0, 0, 1}};
  const SelectionPlan shared = cover(0)(problem, Generator(1));
  CHECK(indices_of(shared) == std::vector<std::vector<std::size_t>>{{0, 1}, {}, {0}});
  CHECK(shared.selections[0].gains == std::vector<double>{2 * 2 + 4, 2});
  const SelectionPlan each = cover(1)(problem, Generator(1));
  CHECK(indices_of(each) == std::vector<std::vector<std::size_t>>{{0}, {1}, {0}});
}

TEST_CASE("without a minimum a small budget's cohort cover begins a large budget's") {
  const SelectionPlan whole = cover(0)(cohort_problem(1, {6, 4, 8, 5, 7, 4}), Generator(1));
  for (std::size_t budget = 1; budget <= 4; ++budget) {
    const SelectionPlan part = cover(0)(cohort_problem(1, std::vector<std::size_t>(6, budget)), Generator(1));
    for (std::size_t i = 0; i < 6; ++i) {
      const std::vector<std::size_t>& indices = part.selections[i].indices;
      CHECK(std::ranges::equal(indices, std::span(whole.selections[i].indices).first(indices.size())));
    }
  }
}

TEST_CASE("one stack's cohort cover is max-cover") {
  const Array2<float> features = test::random_features(30, 5, Generator(2));
  const SelectionProblem problem{{{.plane = Plane::yz, .slices = 30, .budget = 8, .features = features}}};
  const RankedSelection expected = MaxCover<>{}(features, 8, Generator(1));
  const RankedSelection selection = cover(0)(problem, Generator(1)).selections.front();
  CHECK(selection.indices == expected.indices);
  for (std::size_t rank = 0; rank < 8; ++rank)
    CHECK(selection.gains[rank] == Approx(expected.gains[rank]).margin(1e-12));
}

TEST_CASE("cohort cover refuses minimums and features that do not fit") {
  const SelectionProblem problem = cohort_problem(1, {1, 1, 1, 1, 1, 1});
  CHECK_NOTHROW(cover(1)(problem, Generator(1)));
  CHECK_THROWS_WITH(cover(2)(problem, Generator(1)),
                    "minimum_per_case: expected minimums that fit the budget of 6, got 2, for which 8 are "
                    "missing");
  CHECK_THROWS_WITH(cover(6)(problem, Generator(1)),
                    "minimum_per_case: expected at most 5, the slices of case 3, got 6");
  SelectionProblem other_encoder = problem;
  other_encoder.stacks[3].features = test::random_features(5, 4, Generator(1));
  CHECK_THROWS_WITH(cover(0)(other_encoder, Generator(1)),
                    "features of case 3, plane xy: expected 3 columns as in case 7, plane xy, got 4");
}

TEST_CASE("cohort cover's options are named") {
  CohortCover<>::Options options;
  std::vector<std::string> paths;
  visit_leaves(options, "", [&](const std::string& path, const auto&) { paths.push_back(path); });
  CHECK(paths == std::vector<std::string>{"objective.baseline", "tie_tolerance", "minimum_per_case"});
}

TEST_CASE("cohort cover tells the similarities of each plane and then its slices") {
  test::RecordedProgress recorded;
  SelectionProblem problem;
  for (const Plane plane : {Plane::xy, Plane::yz})
    problem.stacks.push_back(
        {.plane = plane, .slices = 60, .budget = 4, .features = test::random_features(60, 3, Generator(1))});
  const CohortCover<> selector{.progress = recorded.progress()};
  (void)selector(problem, Generator(1));
  test::check_pieces(recorded, {"comparing all items", "comparing all items", "selecting"});
  CHECK(recorded.pieces().back().steps == 8);
}
