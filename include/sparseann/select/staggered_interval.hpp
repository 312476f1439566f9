#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <set>
#include <string_view>

#include "sparseann/core/options.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/equal_interval.hpp"
#include "sparseann/select/ranked_selection.hpp"
#include "sparseann/select/selection_problem.hpp"
#include "sparseann/select/selector.hpp"

namespace sparseann {

struct StaggeredIntervalOptions {
  double share = 0.7;
  bool random_shift = false;

  friend void visit(StaggeredIntervalOptions& options, auto&& visitor) {
    visitor(field("share", options.share, "central share of the stack that the slices spread over",
                  {.low = 0, .high = 1, .low_is_open = true}));
    visitor(field("random_shift", options.random_shift, "shift the offsets of all cases by one random number"));
  }
};

/// Element `index` of the van der Corput sequence in base 2: the binary digits of the index mirrored at the point.
///
/// Formula: 0, 1/2, 1/4, 3/4, 1/8, 5/8, ... Elements 1..2^m - 1 are j / 2^m for j = 1..2^m - 1, in another order.
/// Source: van der Corput, "Verteilungsfunktionen", Proc. Akad. Wet. Amsterdam 38, 1935.
[[nodiscard]] constexpr double van_der_corput(std::size_t index) noexcept {
  double value = 0;
  double digit = 0.5;
  for (; index != 0; index /= 2, digit /= 2)
    value += static_cast<double>(index % 2) * digit;
  return value;
}

/// Equal-interval annotation of the middle of every stack, with another offset for each case: the labelled slices of a
/// cohort lie at as many different places as there can be, while each case's are equally far apart.
///
/// Formula: e + floor((i + o) (D - 2 e) / K) for i = 0..K-1, where e = round((1 - share) D / 2) slices are left out at
/// each end, and o = van_der_corput(r + 1) for the case with the r-th lowest case_index of the problem (r from 0): 1/2,
/// 1/4, 3/4, ... With random_shift, o = frac(van_der_corput(r + 1) + u), with one u uniform in [0, 1) for the cohort.
/// All planes of a case have its offset. Where K slices need more room, e = floor((D - K) / 2) instead.
/// Cost: O(K) per stack.
/// Throws: InvalidArgument for a share outside (0, 1]; besides as PerStack.
/// Source: interval as EqualInterval; offsets: van der Corput 1935; shift: Cranley and Patterson, "Randomization of
/// number theoretic methods for multiple integration", SIAM Journal on Numerical Analysis 13(6), 1976.
struct StaggeredInterval {
  using Options = StaggeredIntervalOptions;
  static constexpr std::string_view name = "staggered_interval";

  Options options;

  [[nodiscard]] SelectionPlan operator()(const SelectionProblem& problem, const Generator& generator) const {
    validate(options);
    check_problem_for<StaggeredInterval>(problem);
    std::set<std::size_t> cases;
    for (const SliceStack& stack : problem.stacks)
      cases.insert(stack.case_index);
    const double shift = options.random_shift ? generator.split("shift").uniform() : 0.0;
    SelectionPlan plan;
    plan.selections.reserve(problem.stacks.size());
    for (const SliceStack& stack : problem.stacks) {
      const auto rank = static_cast<std::size_t>(std::distance(cases.begin(), cases.find(stack.case_index)));
      const double offset = van_der_corput(rank + 1) + shift;
      plan.selections.push_back(select(stack, offset < 1 ? offset : offset - 1, generator));
    }
    return plan;
  }

private:
  [[nodiscard]] RankedSelection select(const SliceStack& stack, double offset, const Generator& generator) const {
    const double share_of_one_end = (1 - options.share) / 2;
    const auto wanted = static_cast<std::size_t>(std::round(share_of_one_end * static_cast<double>(stack.slices)));
    const std::size_t left_out = std::min(wanted, (stack.slices - stack.budget) / 2);
    const EqualInterval interval{.options = {.offset = offset}};
    RankedSelection selection = interval(stack.slices - 2 * left_out, stack.budget, generator);
    for (std::size_t& index : selection.indices)
      index += left_out;
    return selection;
  }
};

} // namespace sparseann
