#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <queue>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/select/objective.hpp"
#include "sparseann/select/ranked_selection.hpp"

namespace sparseann {

/// Picks `budget` items that make the objective large, with the gain that each had when it was picked.
template <class M, class O>
concept Maximiser =
    std::copyable<M> && SetObjective<O> && requires(const M maximiser, O objective, std::size_t budget) {
      { maximiser(objective, budget) } -> std::same_as<RankedSelection>;
    };

/// Which gains count as equal.
///
/// Gains are sums over items whose similarities were rounded to float, and items that tie in exact arithmetic should
/// tie on every machine. So gains within tie_tolerance * size of the largest one tie, and the lowest index wins.
struct GreedyOptions {
  double tie_tolerance = 1e-7;

  friend void visit(GreedyOptions& options, auto&& visitor) {
    visitor(field("tie_tolerance", options.tie_tolerance, "gains this close, per item, tie; the lower index wins",
                  at_least(0)));
  }
};

namespace detail {
struct Candidate {
  double gain;
  std::size_t item;

  /// Orders a heap: the largest gain, then the lowest index on top.
  bool operator<(const Candidate& other) const noexcept {
    return gain != other.gain ? gain < other.gain : item > other.item;
  }
};

template <SetObjective O> [[nodiscard]] Candidate evaluate(const O& objective, std::size_t item, std::size_t step) {
  const double gain = objective.gain(item);
  if (!std::isfinite(gain))
    throw NumericalError("greedy selection", static_cast<std::int64_t>(step),
                         fmt::format("the gain of item {} is {}", item, gain));
  return {gain, item};
}

/// The candidate of lowest index among those that tie with the best. `evaluated` must not be empty.
[[nodiscard]] inline Candidate winner(const std::vector<Candidate>& evaluated, double band) {
  const double best = std::ranges::max(evaluated, {}, &Candidate::gain).gain;
  Candidate chosen{0, std::numeric_limits<std::size_t>::max()};
  for (const Candidate& candidate : evaluated)
    if (candidate.gain >= best - band && candidate.item < chosen.item)
      chosen = candidate;
  return chosen;
}

[[nodiscard]] inline double tie_band(const GreedyOptions& options, std::size_t items) {
  validate(options);
  return options.tie_tolerance * static_cast<double>(items);
}

template <SetObjective O> void pick(O& objective, const Candidate& candidate, RankedSelection& selection) {
  objective.add(candidate.item);
  selection.indices.push_back(candidate.item);
  selection.gains.push_back(candidate.gain);
}
} // namespace detail

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
