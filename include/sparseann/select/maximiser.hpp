#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/objective.hpp"
#include "sparseann/select/ranked_selection.hpp"

namespace sparseann {

/// Picks `budget` items that make the objective large, with the gain that each had when it was picked.
template <class M, class O>
concept DeterministicMaximiser =
    std::copyable<M> && SetObjective<O> && requires(const M maximiser, O objective, std::size_t budget) {
      { maximiser(objective, budget) } -> std::same_as<RankedSelection>;
    };
template <class M, class O>
concept RandomisedMaximiser = std::copyable<M> && SetObjective<O> &&
                              requires(const M maximiser, O objective, std::size_t budget, Generator generator) {
                                { maximiser(objective, budget, generator) } -> std::same_as<RankedSelection>;
                              };
template <class M, class O>
concept Maximiser = DeterministicMaximiser<M, O> || RandomisedMaximiser<M, O>;

/// Which gains count as equal, and whether to bound what other selections could reach.
///
/// Items that tie in exact arithmetic should tie on every machine, but their gains are sums over N items of numbers
/// that were each rounded to float. Such sums differ like random walks, by sqrt(N) roundings of an average term. So
/// gains within tie_tolerance / sqrt(N) times the largest gain of a single item tie, and the lowest index wins.
struct GreedyOptions {
  double tie_tolerance = 1e-6;
  bool certify = true;

  friend void visit(GreedyOptions& options, auto&& visitor) {
    visitor(field("tie_tolerance", options.tie_tolerance,
                  "gains tie within this share of the largest first gain, over the root of the number of items",
                  at_least(0)));
    visitor(field("certify", options.certify, "bound what the best selection of this budget could reach", {},
                  Affects::execution));
  }
};

namespace detail {

struct Candidate {
  double gain;
  std::size_t item;
};

/// The gain, which must be a number.
[[nodiscard]] inline Candidate checked(double gain, std::size_t item, std::size_t step) {
  if (!std::isfinite(gain))
    throw NumericalError("greedy selection", static_cast<std::int64_t>(step),
                         fmt::format("the gain of item {} is {}", item, gain));
  return {gain, item};
}

[[nodiscard]] inline double largest_gain(std::span<const Candidate> evaluated) {
  return std::ranges::max(evaluated, {}, &Candidate::gain).gain;
}

/// The candidate of lowest index among those whose rank ties with the best one's. `evaluated` must not be empty.
template <std::regular_invocable<const Candidate&> Rank = double Candidate::*>
[[nodiscard]] Candidate winner(std::span<const Candidate> evaluated, double band, const Rank& rank = &Candidate::gain) {
  const double best = std::invoke(rank, std::ranges::max(evaluated, {}, rank));
  Candidate chosen{0, std::numeric_limits<std::size_t>::max()};
  for (const Candidate& candidate : evaluated)
    if (std::invoke(rank, candidate) >= best - band && candidate.item < chosen.item)
      chosen = candidate;
  return chosen;
}

/// `first` is the largest gain of a single item.
[[nodiscard]] inline double tie_band(const GreedyOptions& options, double first, std::size_t items) {
  return options.tie_tolerance * std::max(first, 0.0) / std::sqrt(static_cast<double>(items));
}

/// `value` and the `count` largest gains, none of them below 0. The order of `gains` is lost.
[[nodiscard]] inline double with_largest(double value, std::vector<double>& gains, std::size_t count) {
  const auto end = gains.begin() + static_cast<std::ptrdiff_t>(std::min(count, gains.size()));
  std::ranges::nth_element(gains, end, std::greater{});
  return std::accumulate(gains.begin(), end, value, [](double sum, double gain) { return sum + std::max(gain, 0.0); });
}

/// A selection as it grows, and the least upper bound seen on any selection of its budget.
///
/// Whatever is selected so far, no `budget` items can add more to it than the `budget` largest gains do, and by
/// monotonicity they are worth no more without it: Nemhauser, Wolsey, Fisher, Mathematical Programming 14, 1978; the
/// bound on line of Leskovec et al., KDD 2007. Every prefix gives a bound, and the smallest counts.
class SelectionBuilder {
public:
  SelectionBuilder(std::size_t items, std::size_t budget, double empty_value)
      : budget_(budget), value_(empty_value), certificate_{.items = items,
                                                           .value = empty_value,
                                                           .upper_bound = std::numeric_limits<double>::infinity(),
                                                           .best_single = empty_value} {}

  template <SetObjective O> void pick(O& objective, const Candidate& candidate) {
    objective.add(candidate.item);
    value_ += candidate.gain;
    selection_.indices.push_back(candidate.item);
    selection_.gains.push_back(candidate.gain);
    selection_.coverage.push_back(value_);
  }

  [[nodiscard]] std::size_t size() const noexcept { return selection_.indices.size(); }
  [[nodiscard]] double value() const noexcept { return value_; }

  /// `best` is the largest gain of a single item, before any is picked.
  void best_single(double best) noexcept { certificate_.best_single = value_ + best; }

  /// `gains`: upper bounds of the present gains of the items that are not selected; the order of `gains` is lost.
  void bound(std::vector<double>& gains) { bound(with_largest(value_, gains, budget_)); }

  /// No selection of the budget has more than `value`.
  void bound(double value) noexcept { certificate_.upper_bound = std::min(certificate_.upper_bound, value); }

  [[nodiscard]] RankedSelection finish(bool certify) && {
    certificate_.value = value_;
    if (certify)
      selection_.certificate = certificate_;
    return std::move(selection_);
  }

private:
  std::size_t budget_;
  double value_;
  RankedSelection selection_;
  Certificate certificate_;
};

} // namespace detail

} // namespace sparseann
