#include "sparseann/select/per_stack.hpp"

#include <map>

#include "sparseann/select/equal_interval.hpp"
#include "sparseann/select/max_cover.hpp"
#include "sparseann/select/random_slices.hpp"
#include "support/catch.hpp"
#include "support/selector_suite.hpp"

using namespace sparseann;

static_assert(CohortSelector<PerStack<RandomSlices>>);
static_assert(!CountSelector<PerStack<RandomSlices>>);
static_assert(!FeatureSelector<PerStack<MaxCover<>>>);
static_assert(needs_features<PerStack<MaxCover<>>>);
static_assert(!needs_features<PerStack<RandomSlices>>);
static_assert(prefix_consistent<PerStack<RandomSlices>>);
static_assert(!prefix_consistent<PerStack<EqualInterval>>);
static_assert(PerStack<EqualInterval>::name == EqualInterval::name);

TEST_CASE("PerStack hands its selector the stack's slices, budget and options") {
  PerStack selector{EqualInterval{}};
  selector.options.offset = 0;
  const SelectionProblem problem{{{.case_index = 0, .plane = Plane::xy, .slices = 10, .budget = 2},
                                  {.case_index = 5, .plane = Plane::yz, .slices = 9, .budget = 3}}};
  const SelectionPlan plan = selector(problem, Generator(1));
  REQUIRE(plan.selections.size() == 2);
  CHECK(plan.selections[0].indices == std::vector<std::size_t>{0, 5});
  CHECK(plan.selections[1].indices == std::vector<std::size_t>{0, 3, 6});
}

TEST_CASE("a stack's selection depends on its case and plane, and on no other stack") {
  const PerStack<RandomSlices> selector;
  SelectionProblem problem;
  for (const std::size_t case_index : {0U, 1U, 2U})
    for (const Plane plane : all_planes)
      problem.stacks.push_back({.case_index = case_index, .plane = plane, .slices = 50, .budget = 10});
  const SelectionPlan plan = selector(problem, Generator(1));
  std::map<std::vector<std::size_t>, std::size_t> distinct;
  for (std::size_t i = 0; i < problem.stacks.size(); ++i) {
    ++distinct[plan.selections[i].indices];
    CHECK(selector(SelectionProblem{{problem.stacks[i]}}, Generator(1)).selections.front() == plan.selections[i]);
  }
  CHECK(distinct.size() == problem.stacks.size());
  CHECK(selector(problem, Generator(2)) != plan);
}

TEST_CASE("PerStack refuses bad problems before it selects") {
  const SelectionProblem no_features{{{.case_index = 2, .plane = Plane::xz, .slices = 4, .budget = 2}}};
  CHECK_THROWS_WITH(PerStack<MaxCover<>>{}(no_features, Generator(1)),
                    "features of case 2, plane xz: expected a feature table, which this selector needs, got none");
}
