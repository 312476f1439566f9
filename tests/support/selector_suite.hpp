#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
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

/// Three stacks of different sizes, two of one case, all with features.
[[nodiscard]] inline SelectionProblem example_problem(const Generator& generator) {
  SelectionProblem problem;
  const auto add = [&](std::size_t case_index, Plane plane, std::size_t slices, std::size_t budget) {
    const Generator stream = generator.split(case_index).split(name_of(plane));
    problem.stacks.push_back({.case_index = case_index,
                              .plane = plane,
                              .slices = slices,
                              .budget = budget,
                              .features = random_features(slices, 6, stream)});
  };
  add(0, Plane::xy, 12, 3);
  add(0, Plane::yz, 7, 7);
  add(4, Plane::xz, 19, 1);
  return problem;
}

inline void check_selection(const RankedSelection& selection, std::size_t slices, std::size_t budget) {
  REQUIRE(selection.indices.size() == budget);
  CHECK((selection.gains.empty() || selection.gains.size() == budget));
  const std::set<std::size_t> unique(selection.indices.begin(), selection.indices.end());
  CHECK(unique.size() == budget);
  CHECK(*unique.rbegin() < slices);
}

template <Selector S> [[nodiscard]] auto as_cohort_selector(const S& selector) {
  if constexpr (CohortSelector<S>)
    return selector;
  else
    return PerStack<S>{selector};
}

template <Selector S> void check_selections_are_sound(const S& selector, const SelectionProblem& problem) {
  const SelectionPlan plan = selector(problem, Generator(3));
  REQUIRE(plan.selections.size() == problem.stacks.size());
  for (std::size_t i = 0; i < problem.stacks.size(); ++i)
    check_selection(plan.selections[i], problem.stacks[i].slices, problem.stacks[i].budget);
  CHECK(selector(problem, Generator(3)) == plan);
}

template <Selector S> void check_every_budget(const S& selector, const SelectionProblem& problem) {
  SelectionProblem full = problem;
  for (SliceStack& stack : full.stacks)
    stack.budget = stack.slices;
  const SelectionPlan everything = selector(full, Generator(5));
  for (std::size_t i = 0; i < full.stacks.size(); ++i)
    check_selection(everything.selections[i], full.stacks[i].slices, full.stacks[i].slices);

  const std::size_t smallest = std::ranges::min(full.stacks, {}, &SliceStack::slices).slices;
  for (std::size_t budget = 1; budget <= smallest; ++budget) {
    SelectionProblem smaller = full;
    for (SliceStack& stack : smaller.stacks)
      stack.budget = budget;
    const SelectionPlan plan = selector(smaller, Generator(5));
    for (std::size_t i = 0; i < full.stacks.size(); ++i) {
      const std::vector<std::size_t>& indices = plan.selections[i].indices;
      check_selection(plan.selections[i], full.stacks[i].slices, budget);
      if constexpr (prefix_consistent<S>)
        CHECK(std::ranges::equal(indices, std::span(everything.selections[i].indices).first(budget)));
    }
  }
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
  check_bad_problems(lifted, problem);
}

} // namespace sparseann::test
