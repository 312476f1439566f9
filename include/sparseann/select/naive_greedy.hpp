#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "sparseann/select/maximiser.hpp"
#include "sparseann/select/objective.hpp"
#include "sparseann/select/ranked_selection.hpp"

namespace sparseann {

/// Greedy maximisation that evaluates every remaining item at every step: right for any set objective.
///
/// Formula: Eq. 8, v* = argmax over v not in S of F(S + v) - F(S), ties as in GreedyOptions.
/// Cost: O(budget * size) gains.
/// Throws: InvalidArgument for a budget of zero or above size; NumericalError where a gain is not finite.
/// Source: Nemhauser, Wolsey, Fisher, Mathematical Programming 14, 1978: at least 1 - 1/e of the optimum where the
/// objective is monotone and submodular. The band of ties costs at most budget * tie_tolerance * size of that.
struct NaiveGreedy {
  using Options = GreedyOptions;
  static constexpr std::string_view name = "naive_greedy";

  Options options;

  template <SetObjective O> [[nodiscard]] RankedSelection operator()(O objective, std::size_t budget) const {
    check_selection_budget(budget, objective.size());
    const double band = detail::tie_band(options, objective.size());
    std::vector<bool> taken(objective.size(), false);
    RankedSelection selection;
    for (std::size_t step = 0; step < budget; ++step) {
      std::vector<detail::Candidate> evaluated;
      for (std::size_t item = 0; item < objective.size(); ++item)
        if (!taken[item])
          evaluated.push_back(detail::evaluate(objective, item, step));
      const detail::Candidate chosen = detail::winner(evaluated, band);
      taken[chosen.item] = true;
      detail::pick(objective, chosen, selection);
    }
    return selection;
  }
};

} // namespace sparseann
