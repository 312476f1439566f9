#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/progress.hpp"
#include "sparseann/select/certificate.hpp"
#include "sparseann/select/lazy_greedy.hpp"
#include "sparseann/select/maximiser.hpp"
#include "sparseann/select/objective.hpp"
#include "sparseann/select/ranked_selection.hpp"

namespace sparseann {

/// Checks that every item has a positive, finite cost. Throws DataError naming the item.
inline void check_costs(std::span<const double> costs, std::size_t items, std::string_view source = "costs") {
  if (costs.size() != items)
    throw DataError(std::string(source), fmt::format("{} costs, one per item", items), fmt::format("{}", costs.size()));
  for (std::size_t item = 0; item < items; ++item)
    if (!(costs[item] > 0) || !std::isfinite(costs[item]))
      throw DataError(std::string(source), "positive, finite costs", fmt::format("{} for item {}", costs[item], item));
}

namespace detail {

/// What items may cost together, by gain per cost or by gain first.
class CostBudget {
public:
  static constexpr bool spending_changes_ranks = true; ///< as money does not come back, what is too dear stays so

  CostBudget(std::span<const double> costs, double budget, bool per_cost) noexcept
      : costs_(costs), budget_(budget), left_(budget), per_cost_(per_cost) {}

  [[nodiscard]] double rank(double gain, std::size_t item) const noexcept {
    if (costs_[item] > left_)
      return GainBounds::none;
    return per_cost_ ? gain / costs_[item] : gain;
  }

  [[nodiscard]] bool is_spent() const noexcept { return !(left_ > 0); }
  void spend(std::size_t item) noexcept { left_ -= costs_[item]; }

  /// The bound on line with gains packed into the budget by the fractional knapsack.
  [[nodiscard]] double bound(double value, std::span<const double> gains) const {
    std::vector<std::pair<double, double>> by_ratio; // gain per cost, cost
    for (std::size_t item = 0; item < gains.size(); ++item)
      if (gains[item] > 0 && costs_[item] <= budget_)
        by_ratio.emplace_back(gains[item] / costs_[item], costs_[item]);
    std::ranges::sort(by_ratio, std::greater{});
    double left = budget_;
    for (const auto& [ratio, cost] : by_ratio) {
      const double spent = std::min(cost, left);
      value += ratio * spent;
      left -= spent;
    }
    return value;
  }

  /// Hundredths of the budget.
  [[nodiscard]] static std::size_t steps() noexcept { return 100; }
  [[nodiscard]] std::size_t steps_left() const noexcept {
    return static_cast<std::size_t>(std::ceil(static_cast<double>(steps()) * std::max(left_ / budget_, 0.0)));
  }

private:
  std::span<const double> costs_;
  double budget_;
  double left_;
  bool per_cost_;
};

} // namespace detail

/// Lazy greedy for items that cost different amounts, slices that take different time to label say.
///
/// Formula: the better of two selections within sum of costs <= budget: by gain per cost, and by gain alone, as either
/// can be arbitrarily bad by itself. At least (1 - 1/e) / 2 of the optimum where the objective is monotone and
/// submodular.
/// Units: budget and costs have the same; their sum may exceed the budget by its rounding, 1e-12 of it.
/// Cost: twice that of LazyGreedy, with the objective's bounds and batches.
/// Throws: InvalidArgument for no items, or a budget that none fits; DataError for costs that are not positive;
/// NumericalError where a gain is not finite.
/// Source: Leskovec et al., "Cost-effective outbreak detection in networks", KDD 2007.
struct BudgetedGreedy {
  using Options = GreedyOptions;
  static constexpr std::string_view name = "budgeted_greedy";

  Options options;
  Progress progress = {};

  template <SubmodularObjective O>
  [[nodiscard]] RankedSelection operator()(const O& objective, std::span<const double> costs, double budget) const {
    validate(options);
    check_selection_budget(1, objective.size());
    check_costs(costs, objective.size());
    const double most = checked_budget(costs, budget);
    Progress::Task task = progress.start("selecting", 2 * detail::CostBudget::steps());
    const auto select = [&](bool per_cost) {
      return detail::LazySearch(objective, detail::CostBudget(costs, most, per_cost), options).run(task);
    };
    RankedSelection by_ratio = select(true);
    RankedSelection by_gain = select(false);
    task.finish();
    RankedSelection& better = by_gain.coverage.back() > by_ratio.coverage.back() ? by_gain : by_ratio;
    if (options.certify)
      better.certificate = joined(*by_ratio.certificate, *by_gain.certificate, better.coverage.back());
    return std::move(better);
  }

private:
  /// The budget and its rounding, so that costs that sum to it do fit: 0.1 + 0.1 + 0.1 exceeds 0.3.
  [[nodiscard]] static double checked_budget(std::span<const double> costs, double budget) {
    const double cheapest = *std::ranges::min_element(costs);
    const double most = budget * (1 + 1e-12);
    if (!(most >= cheapest) || !std::isfinite(most))
      throw InvalidArgument("budget", fmt::format("a finite number of at least {}, the lowest cost", cheapest),
                            fmt::format("{}", budget));
    return most;
  }

  /// Both searches bound the same selections; the best single item is what the one by gain begins with.
  [[nodiscard]] static Certificate joined(const Certificate& by_ratio, const Certificate& by_gain,
                                          double value) noexcept {
    return {.items = by_gain.items,
            .value = value,
            .upper_bound = std::min(by_ratio.upper_bound, by_gain.upper_bound),
            .best_single = by_gain.best_single};
  }
};

} // namespace sparseann
