#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/select/features.hpp"
#include "sparseann/select/ranked_selection.hpp"

namespace sparseann {

/// The slices of one plane of one case, and how many of them to select.
///
/// Features, costs and scores tell a selector about the slices; it uses them or not. `labelled` binds every selector:
/// one that cannot leave these slices alone refuses the problem. The budget counts slices that are not labelled yet.
/// Shapes: features, where there are any, (slices, D); costs and scores, where there are any, one number per slice.
/// Units: spacing_mm is the distance of neighbouring slices; costs have any unit of effort, minutes say; scores have
/// none.
struct SliceStack {
  std::size_t case_index = 0;
  Plane plane = Plane::xy;
  std::size_t slices = 0;
  std::size_t budget = 0;
  double spacing_mm = 1.0;
  std::optional<Array2<float>> features;
  std::optional<std::vector<double>> costs;  ///< of labelling each slice, above 0
  std::optional<std::vector<double>> scores; ///< at least 0: how much there seems to be to label in each slice
  std::vector<std::size_t> labelled;         ///< slices that have labels already, ascending
};

/// What a selector is asked: every stack of a cohort.
struct SelectionProblem {
  std::vector<SliceStack> stacks;
};

/// What a selector answers. Shapes: selections is parallel to the problem's stacks; with a budget that stacks share, a
/// stack's selection may be empty.
struct SelectionPlan {
  std::vector<RankedSelection> selections;

  bool operator==(const SelectionPlan&) const = default;
};

/// How errors name a stack.
[[nodiscard]] inline std::string to_string(const SliceStack& stack) {
  return fmt::format("case {}, plane {}", stack.case_index, name_of(stack.plane));
}

/// The features of a stack, for selectors that need them. Throws InvalidArgument where the stack has none.
[[nodiscard]] inline const Array2<float>& features_of(const SliceStack& stack) {
  if (!stack.features)
    throw InvalidArgument("features of " + to_string(stack), "a feature table, which this selector needs", "none");
  return *stack.features;
}

/// The scores of a stack, for selectors that need them. Throws InvalidArgument where the stack has none.
[[nodiscard]] inline const std::vector<double>& scores_of(const SliceStack& stack) {
  if (!stack.scores)
    throw InvalidArgument("scores of " + to_string(stack), "a score per slice, which this selector needs", "none");
  return *stack.scores;
}

namespace detail {
inline void check_labelled(const SliceStack& stack) {
  const std::string argument = "labelled slices of " + to_string(stack);
  const auto unsorted = std::ranges::adjacent_find(stack.labelled, std::greater_equal<>{});
  if (unsorted != stack.labelled.end())
    throw InvalidArgument(argument, "each slice once, ascending", fmt::format("{} before {}", *unsorted, unsorted[1]));
  if (!stack.labelled.empty() && stack.labelled.back() >= stack.slices)
    throw InvalidArgument(argument, fmt::format("slices below {}", stack.slices),
                          fmt::format("{}", stack.labelled.back()));
}

/// A stack without an unlabelled slice has the budget 0, any other at least 1.
inline void check_budget(const SliceStack& stack) {
  const std::string argument = "budget of " + to_string(stack);
  if (stack.labelled.empty())
    return check_selection_budget(stack.budget, stack.slices, argument);
  const std::size_t unlabelled = stack.slices - stack.labelled.size();
  const std::size_t least = std::min<std::size_t>(unlabelled, 1);
  if (stack.budget < least || stack.budget > unlabelled)
    throw InvalidArgument(
        argument, fmt::format("a count of at least {} and at most {} (all that are not labelled)", least, unlabelled),
        fmt::format("{}", stack.budget));
}

/// One finite number per slice, each of at least 0, or above it.
inline void check_numbers(const SliceStack& stack, std::string_view name, const std::vector<double>& numbers,
                          const Limits& limits) {
  const std::string source = fmt::format("{} of {}", name, to_string(stack));
  if (numbers.size() != stack.slices)
    throw DataError(source, fmt::format("{} numbers, one per slice", stack.slices), fmt::format("{}", numbers.size()));
  const auto is_wrong = [&](double number) { return !std::isfinite(number) || !limits.contain(number); };
  const auto wrong = std::ranges::find_if(numbers, is_wrong);
  if (wrong != numbers.end())
    throw DataError(source, to_string(limits),
                    fmt::format("{} for slice {}", *wrong, std::distance(numbers.begin(), wrong)));
}

inline void check_features(const SliceStack& stack) {
  const std::string source = "features of " + to_string(stack);
  if (stack.features->shape(0) != stack.slices)
    throw DataError(source, fmt::format("{} rows, one per slice", stack.slices),
                    fmt::format("{}", stack.features->shape(0)));
  sparseann::check_features(*stack.features, source);
}
} // namespace detail

/// Checks one stack. Throws InvalidArgument for a budget that does not fit, or labelled slices that are out of range,
/// there twice or not ascending; DataError for features, costs or scores that do not fit the slices, costs that are not
/// above 0, scores below 0 and numbers that are not finite. Each names the case and the plane.
inline void check_stack(const SliceStack& stack) {
  detail::check_labelled(stack);
  detail::check_budget(stack);
  if (stack.features)
    detail::check_features(stack);
  if (stack.costs)
    detail::check_numbers(stack, "costs", *stack.costs, above(0));
  if (stack.scores)
    detail::check_numbers(stack, "scores", *stack.scores, at_least(0));
}

/// Checks every stack, and that none is there twice. Throws InvalidArgument or DataError naming the case and the plane.
inline void check_problem(const SelectionProblem& problem) {
  std::set<std::pair<std::size_t, Plane>> seen;
  for (const SliceStack& stack : problem.stacks) {
    if (!seen.emplace(stack.case_index, stack.plane).second)
      throw InvalidArgument("stacks", "each case and plane once", to_string(stack) + " twice");
    check_stack(stack);
  }
}

/// What it costs to label the slices of a plan that answers `problem`. Units: those of the costs.
///
/// Throws: InvalidArgument where plan and problem differ in length, or a stack with a selection has no costs.
[[nodiscard]] inline double cost_of(const SelectionProblem& problem, const SelectionPlan& plan) {
  if (plan.selections.size() != problem.stacks.size())
    throw InvalidArgument("plan", fmt::format("{} selections, one per stack", problem.stacks.size()),
                          fmt::format("{}", plan.selections.size()));
  double cost = 0;
  for (std::size_t i = 0; i < problem.stacks.size(); ++i) {
    const SliceStack& stack = problem.stacks[i];
    if (!stack.costs && !plan.selections[i].indices.empty())
      throw InvalidArgument("costs of " + to_string(stack), "a cost per slice", "none");
    for (const std::size_t slice : plan.selections[i].indices)
      cost += stack.costs->at(slice);
  }
  return cost;
}

} // namespace sparseann
