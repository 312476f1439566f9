#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
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

/// One run of lazy greedy under a budget of cost, by gain or by gain per cost.
template <SubmodularObjective O> class BudgetedSearch {
public:
  BudgetedSearch(O objective, std::span<const double> costs, double budget, bool per_cost)
      : objective_(std::move(objective)), costs_(costs), left_(budget), per_cost_(per_cost), bounds_(objective_.size()),
        selection_(objective_.size(), objective_.size(), objective_.value()) {}

  [[nodiscard]] RankedSelection run(const GreedyOptions& options) && {
    for (;;) {
      drop_unaffordable();
      evaluate_contenders(options);
      if (evaluated_.empty())
        return std::move(selection_).finish(false);
      pick();
    }
  }

private:
  [[nodiscard]] double unit(std::size_t item) const noexcept { return per_cost_ ? costs_[item] : 1; }

  /// Money does not come back, so what is too dear now stays so.
  void drop_unaffordable() {
    for (std::size_t item = 0; item < objective_.size(); ++item)
      if (costs_[item] > left_)
        bounds_.values()[item] = GainBounds::none;
    bounds_.refresh();
  }

  void evaluate_contenders(const GreedyOptions& options) {
    evaluated_.clear();
    gains_.clear();
    double best = GainBounds::none;
    while (bounds_.largest() > GainBounds::none && bounds_.largest() >= best - band_) {
      const std::size_t item = bounds_.top();
      bounds_.set(item, GainBounds::none);
      gains_.push_back(checked(objective_.gain(item), item, selection_.size()).gain);
      evaluated_.push_back({gains_.back() / unit(item), item});
      best = std::max(best, evaluated_.back().gain);
      if (selection_.size() == 0)
        band_ = tie_band(options, best, objective_.size());
    }
  }

  void pick() {
    const Candidate chosen = winner(evaluated_, band_);
    for (std::size_t i = 0; i < evaluated_.size(); ++i)
      if (evaluated_[i].item == chosen.item)
        selection_.pick(objective_, {gains_[i], chosen.item});
      else
        bounds_.set(evaluated_[i].item, evaluated_[i].gain);
    left_ -= costs_[chosen.item];
  }

  O objective_;
  std::span<const double> costs_;
  double left_;
  bool per_cost_;
  double band_ = 0;
  GainBounds bounds_;
  SelectionBuilder selection_;
  std::vector<Candidate> evaluated_; ///< at this step, by what they are chosen by
  std::vector<double> gains_;        ///< of those
};

} // namespace detail

/// Lazy greedy for items that cost different amounts, slices that take different time to label say.
///
/// Formula: the better of two selections within sum of costs <= budget: by gain per cost, and by gain alone, as either
/// can be arbitrarily bad by itself. At least (1 - 1/e) / 2 of the optimum where the objective is monotone and
/// submodular.
/// Units: budget and costs have the same; their sum may exceed the budget by its rounding, 1e-12 of it.
/// Cost: twice that of LazyGreedy.
/// Throws: InvalidArgument for no items, or a budget that none fits; DataError for costs that are not positive;
/// NumericalError where a gain is not finite.
/// Source: Leskovec et al., "Cost-effective outbreak detection in networks", KDD 2007.
struct BudgetedGreedy {
  using Options = GreedyOptions;
  static constexpr std::string_view name = "budgeted_greedy";

  Options options;

  template <SubmodularObjective O>
  [[nodiscard]] RankedSelection operator()(const O& objective, std::span<const double> costs, double budget) const {
    validate(options);
    check_selection_budget(1, objective.size());
    check_costs(costs, objective.size());
    const double most = checked_budget(costs, budget);
    RankedSelection by_ratio = detail::BudgetedSearch<O>(objective, costs, most, true).run(options);
    RankedSelection by_gain = detail::BudgetedSearch<O>(objective, costs, most, false).run(options);
    RankedSelection& better = by_gain.coverage.back() > by_ratio.coverage.back() ? by_gain : by_ratio;
    if (options.certify)
      better.certificate = certify(objective, costs, most, better);
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

  /// The bound on line with gains packed into the budget by the fractional knapsack.
  template <SubmodularObjective O>
  [[nodiscard]] static Certificate certify(O objective, std::span<const double> costs, double budget,
                                           const RankedSelection& selection) {
    Certificate certificate{.items = objective.size(),
                            .value = selection.coverage.back(),
                            .upper_bound = knapsack(objective, costs, budget),
                            .best_single = best_single(objective, costs, budget)};
    for (const std::size_t item : selection.indices)
      objective.add(item);
    certificate.upper_bound = std::min(certificate.upper_bound, knapsack(objective, costs, budget));
    return certificate;
  }

  template <SubmodularObjective O>
  [[nodiscard]] static double best_single(const O& objective, std::span<const double> costs, double budget) {
    double best = 0;
    for (std::size_t item = 0; item < objective.size(); ++item)
      if (costs[item] <= budget)
        best = std::max(best, objective.gain(item));
    return objective.value() + best;
  }

  template <SubmodularObjective O>
  [[nodiscard]] static double knapsack(const O& objective, std::span<const double> costs, double budget) {
    std::vector<std::pair<double, double>> by_ratio; // gain per cost, cost
    for (std::size_t item = 0; item < objective.size(); ++item)
      if (costs[item] <= budget)
        by_ratio.emplace_back(objective.gain(item) / costs[item], costs[item]);
    std::ranges::sort(by_ratio, std::greater{});
    double value = objective.value();
    for (const auto& [ratio, cost] : by_ratio) {
      const double spent = std::min(cost, budget);
      value += std::max(ratio, 0.0) * spent;
      budget -= spent;
    }
    return value;
  }
};

} // namespace sparseann
