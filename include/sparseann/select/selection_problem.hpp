#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/select/features.hpp"
#include "sparseann/select/ranked_selection.hpp"

namespace sparseann {

/// The slices of one plane of one case, and how many of them to select.
///
/// Shapes: features, where there are any, (slices, D). Units: spacing_mm is the distance of neighbouring slices.
struct SliceStack {
  std::size_t case_index = 0;
  Plane plane = Plane::xy;
  std::size_t slices = 0;
  std::size_t budget = 0;
  double spacing_mm = 1.0;
  std::optional<Array2<float>> features;
};

/// What a selector is asked: every stack of a cohort.
struct SelectionProblem {
  std::vector<SliceStack> stacks;
};

/// What a selector answers. Shapes: selections is parallel to the problem's stacks.
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

/// Checks budget and features of one stack. Throws InvalidArgument or DataError naming the case and the plane.
inline void check_stack(const SliceStack& stack) {
  check_selection_budget(stack.budget, stack.slices, "budget of " + to_string(stack));
  if (!stack.features)
    return;
  const std::string source = "features of " + to_string(stack);
  if (stack.features->shape(0) != stack.slices)
    throw DataError(source, fmt::format("{} rows, one per slice", stack.slices),
                    fmt::format("{}", stack.features->shape(0)));
  check_features(*stack.features, source);
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

} // namespace sparseann
