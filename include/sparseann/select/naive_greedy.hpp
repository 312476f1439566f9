#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseann/core/progress.hpp"
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
/// objective is monotone and submodular. The band of ties may cost its width per step of that. The
/// certificate holds for submodular objectives alone, and others get none.
struct NaiveGreedy {
  using Options = GreedyOptions;
  static constexpr std::string_view name = "naive_greedy";

  Options options;
  Progress progress = {};

  template <SetObjective O> [[nodiscard]] RankedSelection operator()(O objective, std::size_t budget) const {
    check_selection_budget(budget, objective.size());
    validate(options);
    double band = 0;
    detail::SelectionBuilder selection(objective.size(), budget, objective.value());
    std::vector<bool> taken(objective.size(), false);
    Progress::Task task = progress.start("selecting", budget);
    for (std::size_t step = 0; step < budget; ++step) {
      const std::vector<detail::Candidate> evaluated = evaluate(objective, taken, step);
      if (step == 0) {
        const double best = detail::largest_gain(evaluated);
        band = detail::tie_band(options, best, objective.size());
        selection.best_single(best);
      }
      bound(selection, evaluated);
      const detail::Candidate chosen = detail::winner(evaluated, band);
      taken[chosen.item] = true;
      selection.pick(objective, chosen);
      task.advance();
    }
    bound(selection, evaluate(objective, taken, budget));
    task.finish();
    return std::move(selection).finish(options.certify && SubmodularObjective<O>);
  }

private:
  template <SetObjective O>
  [[nodiscard]] static std::vector<detail::Candidate> evaluate(const O& objective, const std::vector<bool>& taken,
                                                               std::size_t step) {
    std::vector<detail::Candidate> evaluated;
    for (std::size_t item = 0; item < objective.size(); ++item)
      if (!taken[item])
        evaluated.push_back(detail::checked(objective.gain(item), item, step));
    return evaluated;
  }

  static void bound(detail::SelectionBuilder& selection, const std::vector<detail::Candidate>& evaluated) {
    std::vector<double> gains(evaluated.size());
    std::ranges::transform(evaluated, gains.begin(), &detail::Candidate::gain);
    selection.bound(gains);
  }
};

} // namespace sparseann
