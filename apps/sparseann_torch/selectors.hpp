#pragma once

// What `sparseann plan` can be asked to select with.
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>

#include "sparseann/core/execution.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/select/selection_problem.hpp"
#include "sparseann/select/selector.hpp"

namespace sparseann::app {

/// A selector of a cohort by its name, with its options as flags `--NAME.OPTION`. The functions share one selector.
struct SelectorChoice {
  std::string name; ///< as it is typed
  std::string_view purpose;
  bool needs_features = false;
  bool takes_labelled = false; ///< goes on from slices that are labelled already
  BudgetScope budget_scope = BudgetScope::each_stack;
  std::function<void(CLI::App&)> add_flags;
  std::function<void()> check;   ///< throws InvalidArgument by flag
  std::function<Json()> options; ///< those that affect results
  /// Scores of the slices of one plane, for a selector that needs them; empty for others.
  std::function<std::vector<double>(const Image&, Plane)> scores;
  std::function<SelectionPlan(const SelectionProblem&, const Generator&, const Execution&)> select;
};

/// All of them; a new selector is a line in selectors_per_stack.cpp or selectors_of_cohorts.cpp.
[[nodiscard]] std::vector<SelectorChoice> all_selectors();
[[nodiscard]] std::vector<SelectorChoice> selectors_per_stack();
[[nodiscard]] std::vector<SelectorChoice> selectors_of_cohorts();

} // namespace sparseann::app
