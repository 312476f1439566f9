#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/core/progress.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/cosine_similarity.hpp"
#include "sparseann/select/disjoint_sum.hpp"
#include "sparseann/select/facility_location.hpp"
#include "sparseann/select/grouped_greedy.hpp"
#include "sparseann/select/joint_slices.hpp"
#include "sparseann/select/maximiser.hpp"
#include "sparseann/select/objective_view.hpp"
#include "sparseann/select/selection_problem.hpp"
#include "sparseann/select/selector.hpp"
#include "sparseann/select/similarity.hpp"
#include "sparseann/select/similarity_matrix.hpp"

namespace sparseann {

template <class Measure> struct CohortCoverOptions {
  typename Measure::Options similarity;
  FacilityLocationOptions objective;
  double tie_tolerance = GreedyOptions{}.tie_tolerance;
  std::size_t minimum_per_case = 1;

  friend void visit(CohortCoverOptions& options, auto&& visitor) {
    visitor(field("similarity", options.similarity, "how alike two slices of a plane are"));
    visitor(field("objective", options.objective, "how well a set of slices represents all"));
    visitor(field("tie_tolerance", options.tie_tolerance, "which gains tie, see GreedyOptions", at_least(0)));
    visitor(field("minimum_per_case", options.minimum_per_case,
                  "labelled slices that every case has at least; a case without any teaches nothing"));
  }
};

/// Representative slices of a whole cohort, one budget for all of it: a slice may represent those of other cases, and
/// cases that are alike share their labels.
///
/// Formula: sum over the planes of facility location over the slices of that plane in all cases, maximised by lazy
/// greedy; slices of different planes are not compared, as their features differ in what is up and what is aside. The
/// budget is the sum of all stacks' budgets. At each step a slice may be chosen if what is left of the budget
/// afterwards suffices for the minimums not met yet: with minimum_per_case = 0 that is greedy, otherwise greedy until
/// as many slices are left as minimums need. Labelled slices represent from the start and count for their case's
/// minimum. Ties go to plane xy before xz before yz, then to the earlier stack of the problem, then to the lower slice.
/// Shapes: features (slices, D), the same D within a plane; an encoder must have seen all cases.
/// Cost: O(N^2 D) time and O(N^2) memory for the N slices of a plane in all cases, then as LazyGreedy, begun anew at
/// most once for each slice that the minimums need and once more.
/// Prefix: a smaller budget's selection begins a larger one's with minimum_per_case = 0 alone, as the minimums come
/// sooner where less is left.
/// Throws: as check_problem_for; InvalidArgument where the minimums do not fit the budget or a case; DataError where
/// stacks of a plane have features of different length.
template <Similarity Measure = CosineSimilarity> struct CohortCover {
  using Options = CohortCoverOptions<Measure>;
  static constexpr std::string_view name = "cohort_cover";
  static constexpr bool needs_features = true;
  static constexpr bool takes_labelled = true;
  static constexpr BudgetScope budget_scope = BudgetScope::cohort;

  Options options;
  Progress progress = {};

  [[nodiscard]] SelectionPlan operator()(const SelectionProblem& problem, const Generator&) const {
    check_problem_for<CohortCover>(problem);
    validate(options);
    const std::vector<std::size_t> stacks = stacks_by_plane(problem);
    const JointSlices slices(problem, stacks);
    const std::vector<std::size_t> cases = cases_of(problem);
    const UnmetMinimums unmet("minimum_per_case", options.minimum_per_case, case_sizes(problem, cases),
                              slices.budget());
    Objective objective = objective_of(problem, stacks);
    const double band = tie_band(objective, options.tie_tolerance);
    for (const std::size_t item : slices.labelled())
      objective.add(item);
    SelectionPlan plan{.selections = std::vector<RankedSelection>(problem.stacks.size())};
    slices.distribute(select_with_minimums(objective, slices.unlabelled(), positions_of_cases(slices, cases), unmet,
                                           slices.budget(), band, progress),
                      plan);
    return plan;
  }

private:
  using Objective = DisjointSum<FacilityLocation>;

  [[nodiscard]] static std::vector<std::size_t> stacks_by_plane(const SelectionProblem& problem) {
    std::vector<std::size_t> stacks;
    for (const Plane plane : all_planes)
      for (std::size_t stack = 0; stack < problem.stacks.size(); ++stack)
        if (problem.stacks[stack].plane == plane)
          stacks.push_back(stack);
    return stacks;
  }

  /// The cases of a problem, ascending.
  [[nodiscard]] static std::vector<std::size_t> cases_of(const SelectionProblem& problem) {
    std::vector<std::size_t> cases(problem.stacks.size());
    std::ranges::transform(problem.stacks, cases.begin(), &SliceStack::case_index);
    std::ranges::sort(cases);
    cases.erase(std::ranges::unique(cases).begin(), cases.end());
    return cases;
  }

  [[nodiscard]] static std::size_t position_of(std::size_t case_index, std::span<const std::size_t> cases) {
    return static_cast<std::size_t>(std::ranges::lower_bound(cases, case_index) - cases.begin());
  }

  /// The slices of each case, those that are labelled among them.
  [[nodiscard]] static std::vector<GroupSize> case_sizes(const SelectionProblem& problem,
                                                         std::span<const std::size_t> cases) {
    std::vector<GroupSize> sizes;
    for (const std::size_t case_index : cases)
      sizes.push_back({.name = fmt::format("the slices of case {}", case_index)});
    for (const SliceStack& stack : problem.stacks) {
      GroupSize& size = sizes[position_of(stack.case_index, cases)];
      size.items += stack.slices;
      size.selected += stack.labelled.size();
    }
    return sizes;
  }

  [[nodiscard]] static std::vector<std::size_t> positions_of_cases(const JointSlices& slices,
                                                                   std::span<const std::size_t> cases) {
    std::vector<std::size_t> positions(slices.size());
    for (std::size_t item = 0; item < slices.size(); ++item)
      positions[item] = position_of(slices.stack_of(item).case_index, cases);
    return positions;
  }

  /// The sum over the planes, whose items are the slices of `stacks`, sorted by plane.
  [[nodiscard]] Objective objective_of(const SelectionProblem& problem, std::span<const std::size_t> stacks) const {
    std::vector<FacilityLocation> planes;
    while (!stacks.empty()) {
      const Plane plane = problem.stacks[stacks.front()].plane;
      const auto others =
          std::ranges::find_if(stacks, [&](std::size_t stack) { return problem.stacks[stack].plane != plane; });
      const auto count = static_cast<std::size_t>(others - stacks.begin());
      const auto table = Measure{options.similarity}(joined_features(problem, stacks.first(count)));
      planes.emplace_back(similarity_matrix(table, {.progress = progress}), options.objective);
      stacks = stacks.subspan(count);
    }
    return Objective(std::move(planes));
  }

  /// The feature tables of stacks, one below the other.
  [[nodiscard]] static Array2<float> joined_features(const SelectionProblem& problem,
                                                     std::span<const std::size_t> stacks) {
    const SliceStack& first = problem.stacks[stacks.front()];
    const std::size_t columns = features_of(first).shape(1);
    std::vector<float> values;
    std::size_t rows = 0;
    for (const std::size_t index : stacks) {
      const SliceStack& stack = problem.stacks[index];
      const Array2<float>& features = features_of(stack);
      if (features.shape(1) != columns)
        throw DataError("features of " + to_string(stack),
                        fmt::format("{} columns as in {}", columns, to_string(first)),
                        fmt::format("{}", features.shape(1)));
      values.insert(values.end(), elements(features).begin(), elements(features).end());
      rows += stack.slices;
    }
    Array2<float> joined = xt::zeros<float>({rows, columns});
    std::ranges::copy(values, elements(joined).begin());
    return joined;
  }
};

} // namespace sparseann
