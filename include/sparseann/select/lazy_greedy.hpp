#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <queue>
#include <string_view>
#include <vector>

#include "sparseann/select/maximiser.hpp"
#include "sparseann/select/objective.hpp"
#include "sparseann/select/ranked_selection.hpp"

namespace sparseann {

/// Greedy maximisation that evaluates an item again only where its last gain, an upper bound of the present one, still
/// reaches the band of ties below the best: the same ranks and gains as NaiveGreedy.
///
/// Cost: at most O(budget * size) gains, in practice few more than size + budget; O(log size) per gain besides.
/// Throws: as NaiveGreedy.
/// Source: Minoux, "Accelerated greedy algorithms for maximizing submodular set functions", 1978.
struct LazyGreedy {
  using Options = GreedyOptions;
  static constexpr std::string_view name = "lazy_greedy";

  Options options;

  template <SubmodularObjective O> [[nodiscard]] RankedSelection operator()(O objective, std::size_t budget) const {
    check_selection_budget(budget, objective.size());
    const double band = detail::tie_band(options, objective.size());
    std::priority_queue<detail::Candidate> bounds;
    for (std::size_t item = 0; item < objective.size(); ++item)
      bounds.push({std::numeric_limits<double>::infinity(), item});
    RankedSelection selection;
    for (std::size_t step = 0; step < budget; ++step) {
      const std::vector<detail::Candidate> evaluated = contenders(objective, bounds, band, step);
      const detail::Candidate chosen = detail::winner(evaluated, band);
      for (const detail::Candidate& candidate : evaluated)
        if (candidate.item != chosen.item)
          bounds.push(candidate);
      detail::pick(objective, chosen, selection);
    }
    return selection;
  }

private:
  /// Takes from `bounds` and evaluates every item that may win; what stays behind is below the band.
  template <SubmodularObjective O>
  [[nodiscard]] static std::vector<detail::Candidate>
  contenders(const O& objective, std::priority_queue<detail::Candidate>& bounds, double band, std::size_t step) {
    std::vector<detail::Candidate> evaluated;
    double best = -std::numeric_limits<double>::infinity();
    while (!bounds.empty() && bounds.top().gain >= best - band) {
      evaluated.push_back(detail::evaluate(objective, bounds.top().item, step));
      best = std::max(best, evaluated.back().gain);
      bounds.pop();
    }
    return evaluated;
  }
};

} // namespace sparseann
