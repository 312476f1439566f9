#pragma once

#include <concepts>
#include <span>

#include "sparseann/core/plane.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/selection_problem.hpp"
#include "sparseann/select/selector.hpp"

namespace sparseann {

/// Selects in every stack by itself, by select(stack, stream): each has its own stream of random numbers, split by case
/// and plane, so that its selection depends on no other one.
template <std::invocable<const SliceStack&, Generator> Select>
[[nodiscard]] SelectionPlan select_in_each_stack(const SelectionProblem& problem, const Generator& generator,
                                                 const Select& select) {
  SelectionPlan plan;
  plan.selections.reserve(problem.stacks.size());
  for (const SliceStack& stack : problem.stacks)
    plan.selections.push_back(select(stack, generator.split(stack.case_index).split(name_of(stack.plane))));
  return plan;
}

/// Lifts a selector of one stack to a selector of a cohort that treats every stack by itself. It is the selector, with
/// its name and options, called another way; it is told what its call shows and nothing else.
///
/// Cost: the sum over the stacks; random numbers as in select_in_each_stack. Throws: as check_problem_for; slices that
/// are labelled already only a continuing selector can take. A stack whose slices are all labelled gets an empty
/// selection.
template <class S>
  requires CountSelector<S> || FeatureSelector<S>
struct PerStack : S {
  static constexpr bool needs_features = FeatureSelector<S>;
  static constexpr bool takes_labelled = ContinuingSelector<S>;

  [[nodiscard]] SelectionPlan operator()(const SelectionProblem& problem, const Generator& generator) const {
    check_problem_for<PerStack>(problem);
    return select_in_each_stack(
        problem, generator, [this](const SliceStack& stack, const Generator& stream) { return select(stack, stream); });
  }

private:
  [[nodiscard]] RankedSelection select(const SliceStack& stack, const Generator& generator) const {
    if (stack.budget == 0)
      return {};
    if constexpr (takes_labelled)
      if (!stack.labelled.empty())
        return S::operator()(features_of(stack), std::span(stack.labelled), stack.budget, generator);
    if constexpr (needs_features)
      return S::operator()(features_of(stack), stack.budget, generator);
    else
      return S::operator()(stack.slices, stack.budget, generator);
  }
};
template <class S> PerStack(S) -> PerStack<S>;

template <class S> inline constexpr bool prefix_consistent<PerStack<S>> = prefix_consistent<S>;

} // namespace sparseann
