#include "sparseann/select/per_stack.hpp"

#include <algorithm>
#include <map>
#include <span>

#include "sparseann/select/equal_interval.hpp"
#include "sparseann/select/k_center.hpp"
#include "sparseann/select/max_cover.hpp"
#include "sparseann/select/random_slices.hpp"
#include "support/catch.hpp"
#include "support/selector_suite.hpp"

using namespace sparseann;

namespace {

/// The first slices that have no label.
struct FirstUnlabelled {
  using Options = NoOptions;
  Options options;

  RankedSelection operator()(const Array2<float>& features, std::size_t budget, const Generator& generator) const {
    return (*this)(features, {}, budget, generator);
  }
  RankedSelection operator()(const Array2<float>& features, std::span<const std::size_t> labelled, std::size_t budget,
                             const Generator&) const {
    RankedSelection selection;
    for (std::size_t slice = 0; slice < features.shape(0) && selection.indices.size() < budget; ++slice)
      if (std::ranges::find(labelled, slice) == labelled.end())
        selection.indices.push_back(slice);
    return selection;
  }
};

} // namespace

static_assert(CohortSelector<PerStack<RandomSlices>>);
static_assert(!CountSelector<PerStack<RandomSlices>>);
static_assert(!FeatureSelector<PerStack<MaxCover<>>>);
static_assert(needs_features<PerStack<MaxCover<>>>);
static_assert(!needs_features<PerStack<RandomSlices>>);
static_assert(prefix_consistent<PerStack<RandomSlices>>);
static_assert(!prefix_consistent<PerStack<EqualInterval>>);
static_assert(takes_labelled<PerStack<FirstUnlabelled>>);
static_assert(takes_labelled<PerStack<MaxCover<>>>);
static_assert(!takes_labelled<PerStack<KCenter>>);
static_assert(!takes_labelled<PerStack<RandomSlices>>);
static_assert(budget_scope<PerStack<RandomSlices>> == BudgetScope::each_stack);
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

TEST_CASE("PerStack hands labelled slices to the selectors whose call shows them, and refuses them for others") {
  test::check_selector(FirstUnlabelled{});
  const SelectionProblem problem{
      {{.slices = 4, .budget = 2, .features = xt::ones<float>({4, 1}), .labelled = {1}},
       {.case_index = 1, .slices = 4, .budget = 2, .features = xt::ones<float>({4, 1})},
       {.case_index = 2, .slices = 2, .budget = 0, .features = xt::ones<float>({2, 1}), .labelled = {0, 1}}}};
  const SelectionPlan plan = PerStack<FirstUnlabelled>{}(problem, Generator(1));
  CHECK(plan.selections[0].indices == std::vector<std::size_t>{0, 2});
  CHECK(plan.selections[1].indices == std::vector<std::size_t>{0, 1});
  CHECK(plan.selections[2].indices.empty());
  const std::string refusal =
      "labelled slices of case 0, plane xy: expected none, as this selector would select them again, got 1";
  CHECK_THROWS_WITH(PerStack<KCenter>{}(problem, Generator(1)), refusal);
  CHECK_THROWS_WITH(PerStack<EqualInterval>{}(problem, Generator(1)), refusal);
}
