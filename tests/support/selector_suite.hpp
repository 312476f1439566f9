#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/per_stack.hpp"
#include "sparseann/select/selection_problem.hpp"
#include "sparseann/select/selector.hpp"
#include "support/catch.hpp"
#include "support/selection_data.hpp"

/// What every selector must do, whatever it selects by: call `check_selector(MySelector{})` in its test.
namespace sparseann::test {

[[nodiscard]] inline std::vector<double> random_scores(std::size_t slices, Generator generator) {
  std::vector<double> scores;
  for (std::size_t i = 0; i < slices; ++i)
    scores.push_back(generator.uniform());
  return scores;
}

/// Three stacks of different sizes, two of one case, all with features and scores.
[[nodiscard]] inline SelectionProblem example_problem(const Generator& generator) {
  SelectionProblem problem;
  const auto add = [&](std::size_t case_index, Plane plane, std::size_t slices, std::size_t budget) {
    const Generator stream = generator.split(case_index).split(name_of(plane));
    problem.stacks.push_back({.case_index = case_index,
                              .plane = plane,
                              .slices = slices,
                              .budget = budget,
                              .features = random_features(slices, 6, stream),
                              .scores = random_scores(slices, stream.split("scores"))});
  };
  add(0, Plane::xy, 12, 3);
  add(0, Plane::yz, 7, 7);
  add(4, Plane::xz, 19, 1);
  return problem;
}

/// Distinct slices of the stack that have no label yet, with a gain and a coverage each or without any.
inline void check_selection(const RankedSelection& selection, const SliceStack& stack) {
  const std::size_t count = selection.indices.size();
  CHECK((selection.gains.empty() || selection.gains.size() == count));
  CHECK((selection.coverage.empty() || selection.coverage.size() == count));
  const std::set<std::size_t> unique(selection.indices.begin(), selection.indices.end());
  CHECK(unique.size() == count);
  CHECK((unique.empty() || *unique.rbegin() < stack.slices));
  for (const std::size_t slice : stack.labelled)
    CHECK_FALSE(unique.contains(slice));
}

/// Stacks with one key put their budgets together.
[[nodiscard]] inline std::size_t budget_key(BudgetScope scope, std::size_t stack, std::size_t case_index) {
  return scope == BudgetScope::cohort ? 0 : scope == BudgetScope::each_case ? case_index : stack;
}

/// Every selection is sound, and the stacks that share budgets spend exactly their sum.
inline void check_plan(const SelectionPlan& plan, const SelectionProblem& problem, BudgetScope scope) {
  REQUIRE(plan.selections.size() == problem.stacks.size());
  std::map<std::size_t, std::size_t> selected;
  std::map<std::size_t, std::size_t> allowed;
  for (std::size_t i = 0; i < problem.stacks.size(); ++i) {
    check_selection(plan.selections[i], problem.stacks[i]);
    const std::size_t key = budget_key(scope, i, problem.stacks[i].case_index);
    selected[key] += plan.selections[i].indices.size();
    allowed[key] += problem.stacks[i].budget;
  }
  CHECK(selected == allowed);
}

template <Selector S> [[nodiscard]] auto as_cohort_selector(const S& selector) {
  if constexpr (CohortSelector<S>)
    return selector;
  else
    return PerStack<S>{selector};
}

template <Selector S> void check_selections_are_sound(const S& selector, const SelectionProblem& problem) {
  const SelectionPlan plan = selector(problem, Generator(3));
  check_plan(plan, problem, budget_scope<S>);
  CHECK(selector(problem, Generator(3)) == plan);
  CHECK(selector(SelectionProblem{}, Generator(3)).selections.empty());
}

template <Selector S> void check_every_budget(const S& selector, const SelectionProblem& problem) {
  SelectionProblem full = problem;
  for (SliceStack& stack : full.stacks)
    stack.budget = stack.slices;
  const SelectionPlan everything = selector(full, Generator(5));
  check_plan(everything, full, BudgetScope::each_stack);

  const std::size_t smallest = std::ranges::min(full.stacks, {}, &SliceStack::slices).slices;
  for (std::size_t budget = 1; budget <= smallest; ++budget) {
    SelectionProblem smaller = full;
    for (SliceStack& stack : smaller.stacks)
      stack.budget = budget;
    const SelectionPlan plan = selector(smaller, Generator(5));
    check_plan(plan, smaller, budget_scope<S>);
    if constexpr (prefix_consistent<S>)
      for (std::size_t i = 0; i < full.stacks.size(); ++i) {
        const std::vector<std::size_t>& indices = plan.selections[i].indices;
        CHECK(std::ranges::equal(indices, std::span(everything.selections[i].indices).first(indices.size())));
      }
  }
}

/// Slices that are labelled already are never selected again, or the problem is refused.
template <Selector S> void check_labelled_slices(const S& selector, SelectionProblem problem) {
  problem.stacks.front().labelled = {0, 5, 11};
  if constexpr (takes_labelled<S>) {
    check_plan(selector(problem, Generator(3)), problem, budget_scope<S>);
    problem.stacks.front().budget = problem.stacks.front().slices - 3;
    check_plan(selector(problem, Generator(3)), problem, budget_scope<S>);
    for (std::size_t slice = 0; slice < 7; ++slice)
      problem.stacks[1].labelled.push_back(slice);
    problem.stacks[1].budget = 0; // as there is nothing left
    check_plan(selector(problem, Generator(3)), problem, budget_scope<S>);
    problem.stacks.front().budget += 1;
  }
  CHECK_THROWS_AS(selector(problem, Generator(3)), InvalidArgument);
}

template <Selector S> void check_bad_problems(const S& selector, const SelectionProblem& problem) {
  const auto with = [&](auto&& change) {
    SelectionProblem changed = problem;
    change(changed.stacks.back());
    return changed;
  };
  const auto budget_of = [](std::size_t budget) { return [budget](SliceStack& stack) { stack.budget = budget; }; };
  CHECK_THROWS_AS(selector(with(budget_of(0)), Generator(1)), InvalidArgument);
  CHECK_THROWS_AS(selector(with(budget_of(problem.stacks.back().slices + 1)), Generator(1)), InvalidArgument);
  const auto without_features = with([](SliceStack& stack) { stack.features.reset(); });
  if constexpr (needs_features<S>)
    CHECK_THROWS_AS(selector(without_features, Generator(1)), InvalidArgument);
  else
    CHECK(selector(without_features, Generator(1)) == selector(problem, Generator(1)));
  const auto without_scores = with([](SliceStack& stack) { stack.scores.reset(); });
  if constexpr (needs_scores<S>)
    CHECK_THROWS_AS(selector(without_scores, Generator(1)), InvalidArgument);
  else
    CHECK(selector(without_scores, Generator(1)) == selector(problem, Generator(1)));
  CHECK_THROWS_AS(selector(with([](SliceStack& stack) { stack.scores->pop_back(); }), Generator(1)), DataError);
  if constexpr (needs_features<S>) {
    const auto not_a_number = with([](SliceStack& stack) { (*stack.features)(1, 2) = std::nanf(""); });
    CHECK_THROWS_AS(selector(not_a_number, Generator(1)), DataError);
    const auto row_missing =
        with([](SliceStack& stack) { stack.features = random_features(stack.slices - 1, 6, Generator(1)); });
    CHECK_THROWS_AS(selector(row_missing, Generator(1)), DataError);
  }
}

template <Selector S> void check_selector(const S& selector) {
  const auto lifted = as_cohort_selector(selector);
  const SelectionProblem problem = example_problem(Generator(11));
  check_selections_are_sound(lifted, problem);
  check_every_budget(lifted, problem);
  check_labelled_slices(lifted, problem);
  check_bad_problems(lifted, problem);
}

} // namespace sparseann::test
