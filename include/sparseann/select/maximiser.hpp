#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
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

} // namespace sparseann
