#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseann/core/options.hpp"
#include "sparseann/core/progress.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/maximiser.hpp"
#include "sparseann/select/objective.hpp"
#include "sparseann/select/ranked_selection.hpp"

namespace sparseann {

struct StochasticGreedyOptions {
  double shortfall = 0.01;

  friend void visit(StochasticGreedyOptions& options, auto&& visitor) {
    visitor(field("shortfall", options.shortfall, "share of the optimum that the guarantee gives up for speed",
                  Limits{.low = 0, .high = 0.5, .low_is_open = true}));
  }
};

/// Greedy maximisation that looks, at each step, at a random sample of the remaining items alone.
///
/// Formula: samples of ceil(N / budget * ln(1 / shortfall)) items; the best of each, the lower index where they tie
/// exactly. The expected value is at least (1 - 1/e - shortfall) of the optimum where the objective is monotone and
/// submodular; a single run may have less.
/// Cost: N ln(1 / shortfall) gains, whatever the budget. A small budget's selection does not begin a larger one's.
/// Throws: InvalidArgument for a budget of zero or above size; NumericalError where a gain is not finite.
/// Source: Mirzasoleiman, Badanidiyuru, Karbasi, Vondrak, Krause, "Lazier than lazy greedy", AAAI 2015.
struct StochasticGreedy {
  using Options = StochasticGreedyOptions;
  static constexpr std::string_view name = "stochastic_greedy";

  Options options;
  Progress progress = {};

  template <SubmodularObjective O>
  [[nodiscard]] RankedSelection operator()(O objective, std::size_t budget, Generator generator) const {
    check_selection_budget(budget, objective.size());
    validate(options);
    const auto sample = static_cast<std::size_t>(
        std::ceil(static_cast<double>(objective.size()) / static_cast<double>(budget) * -std::log(options.shortfall)));
    std::vector<std::size_t> remaining(objective.size());
    std::iota(remaining.begin(), remaining.end(), std::size_t{0});
    detail::SelectionBuilder selection(objective.size(), budget, objective.value());
    Progress::Task task = progress.start("selecting", budget);
    while (selection.size() < budget) {
      draw(remaining, std::min(sample, remaining.size()), generator);
      const auto drawn = std::span(remaining).first(std::min(sample, remaining.size()));
      const detail::Candidate best = best_of(objective, drawn, selection.size());
      selection.pick(objective, best);
      *std::ranges::find(drawn, best.item) = remaining.back();
      remaining.pop_back();
      task.advance();
    }
    task.finish();
    return std::move(selection).finish(false);
  }

private:
  /// The first `count` of `items` become a sample without replacement.
  static void draw(std::span<std::size_t> items, std::size_t count, Generator& generator) {
    for (std::size_t i = 0; i < count; ++i)
      std::swap(items[i], items[i + generator.uniform_index(items.size() - i)]);
  }

  template <SubmodularObjective O>
  [[nodiscard]] static detail::Candidate best_of(const O& objective, std::span<const std::size_t> drawn,
                                                 std::size_t step) {
    std::vector<detail::Candidate> evaluated;
    evaluated.reserve(drawn.size());
    for (const std::size_t item : drawn)
      evaluated.push_back(detail::checked(objective.gain(item), item, step));
    return detail::winner(evaluated, 0);
  }
};

} // namespace sparseann
