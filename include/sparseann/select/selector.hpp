#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/select/ranked_selection.hpp"
#include "sparseann/select/selection_problem.hpp"

namespace sparseann {

/// Selects `budget` of `count` slices of one stack from their number alone.
template <class S>
concept CountSelector =
    std::copyable<S> && requires(const S selector, std::size_t count, std::size_t budget, Generator generator) {
      { selector(count, budget, generator) } -> std::same_as<RankedSelection>;
    };

/// Selects `budget` slices of one stack from their features (N, D).
template <class S>
concept FeatureSelector = std::copyable<S> && requires(const S selector, const Array2<float>& features,
                                                       std::size_t budget, Generator generator) {
  { selector(features, budget, generator) } -> std::same_as<RankedSelection>;
};

/// A feature selector that can go on where slices are labelled already: it selects `budget` others, none of them.
/// `labelled` is ascending.
template <class S>
concept ContinuingSelector =
    FeatureSelector<S> && requires(const S selector, const Array2<float>& features,
                                   std::span<const std::size_t> labelled, std::size_t budget, Generator generator) {
      { selector(features, labelled, budget, generator) } -> std::same_as<RankedSelection>;
    };

/// Selects slices of every stack of a cohort at once, so that it may look at one stack while it decides on another.
///
/// A model says by static constants what its call does not show: `needs_features`, `needs_scores`, `takes_labelled`
/// (bool, false where missing) and `budget_scope`. It begins with check_problem_for.
template <class S>
concept CohortSelector =
    std::copyable<S> && requires(const S selector, const SelectionProblem& problem, Generator generator) {
      { selector(problem, generator) } -> std::same_as<SelectionPlan>;
    };

/// Any of them.
template <class S>
concept Selector = CountSelector<S> || FeatureSelector<S> || CohortSelector<S>;

/// Whether a selector needs an encoder: feature selectors do, cohort selectors where they say so.
template <Selector S> inline constexpr bool needs_features = FeatureSelector<S>;
template <Selector S>
  requires CohortSelector<S> && requires {
    { S::needs_features } -> std::convertible_to<bool>;
  }
inline constexpr bool needs_features<S> = S::needs_features;

/// Whether a selector needs scores of the slices: cohort selectors where they say so.
template <Selector S> inline constexpr bool needs_scores = false;
template <Selector S>
  requires CohortSelector<S> && requires {
    { S::needs_scores } -> std::convertible_to<bool>;
  }
inline constexpr bool needs_scores<S> = S::needs_scores;

/// A selector that makes its scores of the slices of an image itself.
template <class S>
concept ImageScorer = CohortSelector<S> && requires(const S selector, const Image& image, Plane plane) {
  { selector.scores(image, plane) } -> std::same_as<std::vector<double>>;
};

/// Whether a selector leaves slices alone that are labelled already: continuing selectors do, cohort selectors where
/// they say so.
template <Selector S> inline constexpr bool takes_labelled = ContinuingSelector<S>;
template <Selector S>
  requires CohortSelector<S> && requires {
    { S::takes_labelled } -> std::convertible_to<bool>;
  }
inline constexpr bool takes_labelled<S> = S::takes_labelled;

/// Which stacks put their budgets together: none, those of one case, or all. A selector spends the sum to the last
/// slice wherever it is worth most, so that a stack may get any number of slices, none included.
enum class BudgetScope { each_stack, each_case, cohort };

/// The scope of a selector's budgets: each stack, where a cohort selector says nothing else.
template <Selector S> inline constexpr BudgetScope budget_scope = BudgetScope::each_stack;
template <Selector S>
  requires CohortSelector<S> && requires {
    { S::budget_scope } -> std::convertible_to<BudgetScope>;
  }
inline constexpr BudgetScope budget_scope<S> = S::budget_scope;

namespace detail {
inline void refuse_labelled(const SliceStack& stack) {
  if (!stack.labelled.empty())
    throw InvalidArgument("labelled slices of " + to_string(stack), "none, as this selector would select them again",
                          fmt::format("{}", stack.labelled.size()));
}
} // namespace detail

/// Checks a problem, and that a selector can meet it. Throws: as check_problem; InvalidArgument, naming case and plane,
/// where features or scores are needed and missing, or slices are labelled that the selector cannot leave alone.
template <CohortSelector S> void check_problem_for(const SelectionProblem& problem) {
  check_problem(problem);
  for (const SliceStack& stack : problem.stacks) {
    if constexpr (needs_features<S>)
      (void)features_of(stack);
    if constexpr (needs_scores<S>)
      (void)scores_of(stack);
    if constexpr (!takes_labelled<S>)
      detail::refuse_labelled(stack);
  }
}

/// Whether the selection for a small budget is the beginning of the one for a larger budget, given the same generator:
/// then a person can stop early or go on later. A selector promises it by specialising this to true.
template <class S> inline constexpr bool prefix_consistent = false;

} // namespace sparseann
