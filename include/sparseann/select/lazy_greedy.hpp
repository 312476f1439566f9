#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseann/core/progress.hpp"
#include "sparseann/select/gain_loops.hpp"
#include "sparseann/select/maximiser.hpp"
#include "sparseann/select/objective.hpp"
#include "sparseann/select/ranked_selection.hpp"

namespace sparseann {

namespace detail {

/// What LazySearch asks of a budget.
///
/// rank(gain, item) is what items are chosen by, minus infinity for one that is beyond what is left; it never falls as
/// the gain grows. spend(item) takes the item's share, and `spending_changes_ranks` says whether other items' ranks may
/// fall by that. bound(value, gains) is what no selection within the budget, spent or not, can exceed if some set has
/// the value and these gains by item, minus infinity for its own items. steps() is how many steps of progress the
/// budget is worth, and steps_left() how many of them what is left is.
template <class B>
concept SearchBudget = std::copyable<B> && requires(B budget, const B constant, double number, std::size_t item,
                                                    std::span<const double> gains) {
  { constant.rank(number, item) } -> std::same_as<double>;
  { constant.is_spent() } -> std::same_as<bool>;
  { constant.bound(number, gains) } -> std::same_as<double>;
  { constant.steps() } -> std::same_as<std::size_t>;
  { constant.steps_left() } -> std::same_as<std::size_t>;
  { B::spending_changes_ranks } -> std::convertible_to<bool>;
  budget.spend(item);
};

/// A number of items, the largest gain first.
class ItemBudget {
public:
  static constexpr bool spending_changes_ranks = false;

  explicit ItemBudget(std::size_t items = 0) noexcept : items_(items), left_(items) {}

  [[nodiscard]] static double rank(double gain, std::size_t) noexcept { return gain; }
  [[nodiscard]] bool is_spent() const noexcept { return left_ == 0; }
  void spend(std::size_t) noexcept { --left_; }

  [[nodiscard]] double bound(double value, std::span<const double> gains) const {
    std::vector<double> remaining;
    std::ranges::copy_if(gains, std::back_inserter(remaining),
                         [](double gain) { return gain > -std::numeric_limits<double>::infinity(); });
    return with_largest(value, remaining, items_);
  }

  [[nodiscard]] std::size_t steps() const noexcept { return items_; }
  [[nodiscard]] std::size_t steps_left() const noexcept { return left_; }

private:
  std::size_t items_;
  std::size_t left_;
};

/// Upper bounds of gains, and the item of the largest rank by them: in blocks whose maxima are kept, as bounds may all
/// change at once.
template <SearchBudget Budget> class RankedBounds {
public:
  static constexpr double none = -std::numeric_limits<double>::infinity(); ///< of an item that is not to be looked at

  explicit RankedBounds(std::size_t items, Budget budget = Budget())
      : budget_(std::move(budget)), bounds_(items, std::numeric_limits<double>::infinity()),
        block_(std::max<std::size_t>(16, static_cast<std::size_t>(std::sqrt(static_cast<double>(items))))),
        largest_((items + block_ - 1) / block_) {
    refresh();
  }

  [[nodiscard]] const Budget& budget() const noexcept { return budget_; }
  [[nodiscard]] std::span<double> values() noexcept { return bounds_; }

  /// To be called after values() were written.
  void refresh() noexcept {
    for (std::size_t block = 0; block < largest_.size(); ++block)
      refresh(block);
  }

  void set(std::size_t item, double bound) noexcept {
    const double before = rank(item);
    bounds_[item] = bound;
    const double now = rank(item);
    double& largest = largest_[item / block_];
    if (now >= largest)
      largest = now;
    else if (before == largest)
      refresh(item / block_);
  }

  /// Takes an item out, and what it takes of the budget.
  void spend(std::size_t item) noexcept {
    set(item, none);
    budget_.spend(item);
    if constexpr (Budget::spending_changes_ranks)
      refresh();
  }

  /// The item of the largest rank, the lowest of several.
  [[nodiscard]] std::size_t top() const noexcept {
    const auto block = static_cast<std::size_t>(std::ranges::max_element(largest_) - largest_.begin());
    std::size_t item = block * block_;
    while (rank(item) != largest_[block])
      ++item;
    return item;
  }
  [[nodiscard]] double largest() const noexcept { return *std::ranges::max_element(largest_); }

private:
  [[nodiscard]] double rank(std::size_t item) const noexcept { return budget_.rank(bounds_[item], item); }

  void refresh(std::size_t block) noexcept {
    const std::size_t begin = block * block_;
    largest_[block] = gain_loops::largest(std::min(block_, bounds_.size() - begin),
                                          [this, begin](std::size_t i) { return rank(begin + i); });
  }

  Budget budget_;
  std::vector<double> bounds_;
  std::size_t block_;
  std::vector<double> largest_; ///< rank, by block
};

using GainBounds = RankedBounds<ItemBudget>;

/// One run of lazy greedy.
template <SubmodularObjective O, SearchBudget Budget> class LazySearch {
public:
  /// Ranks within `band` of the largest tie; without one, as GreedyOptions say.
  LazySearch(O objective, Budget budget, const GreedyOptions& options, std::optional<double> band = {})
      : objective_(std::move(objective)), options_(options), band_(band.value_or(0)), band_is_given_(band),
        bounds_(objective_.size(), budget), selection_(objective_.size(), budget.steps(), objective_.value()) {}

  /// `task` goes on by the budget's steps.
  [[nodiscard]] RankedSelection run(Progress::Task& task) && {
    bound_all();
    while (evaluate_contenders()) {
      if (selection_.size() == 0)
        selection_.best_single(largest_gain(evaluated_));
      for (const Candidate& candidate : evaluated_)
        bounds_.set(candidate.item, candidate.gain);
      if (options_.certify && is_checkpoint())
        certify();
      const std::size_t steps_left = budget().steps_left();
      const Candidate chosen = winner(evaluated_, band_, rank());
      bounds_.spend(chosen.item);
      selection_.pick(objective_, chosen);
      task.advance(steps_left - budget().steps_left());
    }
    if (budget().steps_left() > 0)
      task.advance(budget().steps_left());
    if (options_.certify) {
      bound_all();
      certify();
    }
    return std::move(selection_).finish(options_.certify);
  }

private:
  [[nodiscard]] const Budget& budget() const noexcept { return bounds_.budget(); }

  [[nodiscard]] auto rank() const noexcept {
    return [this](const Candidate& candidate) { return budget().rank(candidate.gain, candidate.item); };
  }

  /// Whether a bound is worth its cost now: some ten times in a selection.
  [[nodiscard]] bool is_checkpoint() noexcept {
    const std::size_t spent = budget().steps() - budget().steps_left();
    if (spent < next_checkpoint_)
      return false;
    next_checkpoint_ = spent + std::max<std::size_t>(budget().steps() / 10, 1);
    return true;
  }

  /// Evaluates every item that may win; the bounds of the others are below the band of ties. Returns whether there is
  /// one.
  bool evaluate_contenders() {
    evaluated_.clear();
    if (budget().is_spent())
      return false;
    double best = GainBounds::none;
    for (;;) {
      tighten(evaluations_);
      take_contenders(best);
      if (taken_.empty())
        return !evaluated_.empty();
      evaluate_taken();
      for (std::size_t i = 0; i < taken_.size(); ++i)
        evaluated_.push_back({gains_[i], taken_[i]});
      evaluations_ += taken_.size();
      best = rank()(std::ranges::max(evaluated_, {}, rank()));
      if (!band_is_given_ && selection_.size() == 0)
        band_ = tie_band(options_, best, objective_.size());
    }
  }

  void take_contenders(double best) {
    std::size_t most = 1;
    if constexpr (BatchObjective<O>)
      most = objective_.batch();
    taken_.clear();
    while (taken_.size() < most && bounds_.largest() > GainBounds::none && bounds_.largest() >= best - band_) {
      taken_.push_back(bounds_.top());
      bounds_.set(taken_.back(), GainBounds::none);
    }
  }

  void evaluate_taken() {
    gains_.resize(taken_.size());
    if constexpr (BatchObjective<O>)
      objective_.gains(taken_, gains_);
    else
      std::ranges::transform(taken_, gains_.begin(), [this](std::size_t item) { return objective_.gain(item); });
    for (std::size_t i = 0; i < taken_.size(); ++i)
      (void)checked(gains_[i], taken_[i], selection_.size());
  }

  void tighten(std::size_t evaluations) {
    if constexpr (BoundedObjective<O>)
      if (objective_.tighten(bounds_.values(), evaluations)) {
        bounds_.refresh();
        evaluations_ = 0;
      }
  }

  /// Makes every bound as low as it can be.
  void bound_all() {
    if constexpr (BoundedObjective<O>)
      return tighten(std::numeric_limits<std::size_t>::max());
    const std::span<double> bounds = bounds_.values();
    taken_.clear();
    for (std::size_t item = 0; item < bounds.size(); ++item)
      if (bounds[item] > GainBounds::none)
        taken_.push_back(item);
    evaluate_taken();
    for (std::size_t i = 0; i < taken_.size(); ++i)
      bounds[taken_[i]] = gains_[i];
    bounds_.refresh();
  }

  void certify() { selection_.bound(budget().bound(selection_.value(), bounds_.values())); }

  O objective_;
  GreedyOptions options_;
  double band_;
  bool band_is_given_;
  RankedBounds<Budget> bounds_;
  SelectionBuilder selection_;
  std::vector<Candidate> evaluated_; ///< at this step
  std::vector<std::size_t> taken_;
  std::vector<double> gains_;   ///< of those
  std::size_t evaluations_ = 0; ///< since bounds were last tightened
  std::size_t next_checkpoint_ = 0;
};

} // namespace detail

/// Greedy maximisation that evaluates an item again only where its last gain, an upper bound of the present one, still
/// reaches the band of ties below the best: the same ranks and gains as NaiveGreedy.
///
/// Cost: at most O(budget * size) gains, in practice few more than size + budget; O(sqrt(size)) per gain besides.
/// Objectives that bound gains themselves (BoundedObjective) are asked to.
/// Throws: as NaiveGreedy.
/// Source: Minoux, "Accelerated greedy algorithms for maximizing submodular set functions", 1978.
struct LazyGreedy {
  using Options = GreedyOptions;
  static constexpr std::string_view name = "lazy_greedy";

  Options options;
  Progress progress = {};

  template <SubmodularObjective O> [[nodiscard]] RankedSelection operator()(O objective, std::size_t budget) const {
    check_selection_budget(budget, objective.size());
    validate(options);
    Progress::Task task = progress.start("selecting", budget);
    RankedSelection selection = detail::LazySearch(std::move(objective), detail::ItemBudget(budget), options).run(task);
    task.finish();
    return selection;
  }
};

} // namespace sparseann
