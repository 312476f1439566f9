#pragma once

#include <concepts>
#include <cstddef>

#include "sparseann/core/array.hpp"
#include "sparseann/core/random.hpp"
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

/// Selects slices of every stack of a cohort at once, so that it may look at one stack while it decides on another. A
/// model that reads features says so by `static constexpr bool needs_features = true`.
template <class S>
concept CohortSelector =
    std::copyable<S> && requires(const S selector, const SelectionProblem& problem, Generator generator) {
      { selector(problem, generator) } -> std::same_as<SelectionPlan>;
    };

/// Any of the three.
template <class S>
concept Selector = CountSelector<S> || FeatureSelector<S> || CohortSelector<S>;

/// Whether a selector needs an encoder: feature selectors do, cohort selectors where they say so.
template <Selector S> inline constexpr bool needs_features = FeatureSelector<S>;
template <Selector S>
  requires CohortSelector<S> && requires {
    { S::needs_features } -> std::convertible_to<bool>;
  }
inline constexpr bool needs_features<S> = S::needs_features;

/// Whether the selection for a small budget is the beginning of the one for a larger budget, given the same generator:
/// then a person can stop early or go on later. A selector promises it by specialising this to true.
template <class S> inline constexpr bool prefix_consistent = false;

} // namespace sparseann
