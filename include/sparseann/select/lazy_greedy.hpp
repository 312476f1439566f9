#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
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

/// Upper bounds of gains, and the largest of them: in blocks whose maxima are kept, as bounds may all change at once.
class GainBounds {
public:
  static constexpr double none = -std::numeric_limits<double>::infinity(); ///< of an item that is not to be looked at

  explicit GainBounds(std::size_t items)
      : bounds_(items, std::numeric_limits<double>::infinity()),
        block_(std::max<std::size_t>(16, static_cast<std::size_t>(std::sqrt(static_cast<double>(items))))),
        largest_((items + block_ - 1) / block_) {
    refresh();
  }

  [[nodiscard]] std::span<double> values() noexcept { return bounds_; }

  /// To be called after values() were written.
  void refresh() noexcept {
    for (std::size_t block = 0; block < largest_.size(); ++block)
      refresh(block);
  }

  void set(std::size_t item, double bound) noexcept {
    const double before = std::exchange(bounds_[item], bound);
    double& largest = largest_[item / block_];
    if (bound >= largest)
      largest = bound;
    else if (before == largest)
      refresh(item / block_);
  }

  /// The item of the largest bound, the lowest of several.
  [[nodiscard]] std::size_t top() const noexcept {
    const auto block = static_cast<std::size_t>(std::ranges::max_element(largest_) - largest_.begin());
    const std::size_t begin = block * block_;
    const std::span<const double> part = std::span(bounds_).subspan(begin, std::min(block_, bounds_.size() - begin));
    return begin + static_cast<std::size_t>(std::ranges::find(part, largest_[block]) - part.begin());
  }
  [[nodiscard]] double largest() const noexcept { return *std::ranges::max_element(largest_); }

private:
  void refresh(std::size_t block) noexcept {
    const std::size_t begin = block * block_;
    const std::span<const double> part = std::span(bounds_).subspan(begin, std::min(block_, bounds_.size() - begin));
    largest_[block] = gain_loops::largest(part);
  }

  std::vector<double> bounds_;
  std::size_t block_;
  std::vector<double> largest_;
};

/// One run of lazy greedy.
template <SubmodularObjective O> class LazySearch {
public:
  /// Gains within `band` of the largest tie; without one, as GreedyOptions say.
  LazySearch(O objective, std::size_t budget, const GreedyOptions& options, std::optional<double> band = {})
      : objective_(std::move(objective)), options_(options), band_(band.value_or(0)), band_is_given_(band),
        bounds_(objective_.size()), selection_(objective_.size(), budget, objective_.value()) {}

  [[nodiscard]] RankedSelection run(std::size_t budget, const Progress& progress = {}) && {
    bound_all();
    Progress::Task task = progress.start("selecting", budget);
    while (selection_.size() < budget) {
      evaluate_contenders();
      if (selection_.size() == 0)
        selection_.best_single(largest_gain(evaluated_));
      for (const Candidate& candidate : evaluated_)
        bounds_.set(candidate.item, candidate.gain);
      if (options_.certify && selection_.is_checkpoint())
        certify();
      const Candidate chosen = winner(evaluated_, band_);
      bounds_.set(chosen.item, GainBounds::none);
      selection_.pick(objective_, chosen);
      task.advance();
    }
    task.finish();
    if (options_.certify) {
      bound_all();
      certify();
    }
    return std::move(selection_).finish(options_.certify);
  }

private:
  /// Evaluates every item that may win; the bounds of the others are below the band of ties.
  void evaluate_contenders() {
    evaluated_.clear();
    double best = GainBounds::none;
    for (;;) {
      tighten(evaluations_);
      take_contenders(best);
      if (taken_.empty())
        return;
      evaluate_taken();
      best = largest_gain(evaluated_);
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
      evaluated_.push_back(checked(gains_[i], taken_[i], selection_.size()));
    evaluations_ += taken_.size();
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
    for (std::size_t item = 0; item < bounds.size(); ++item)
      if (bounds[item] > GainBounds::none)
        bounds[item] = checked(objective_.gain(item), item, selection_.size()).gain;
    bounds_.refresh();
  }

  void certify() {
    std::vector<double> remaining;
    for (const double bound : bounds_.values())
      if (bound > GainBounds::none)
        remaining.push_back(bound);
    selection_.bound(remaining);
  }

  O objective_;
  GreedyOptions options_;
  double band_;
  bool band_is_given_;
  GainBounds bounds_;
  SelectionBuilder selection_;
  std::vector<Candidate> evaluated_; ///< at this step
  std::vector<std::size_t> taken_;
  std::vector<double> gains_;
  std::size_t evaluations_ = 0; ///< since bounds were last tightened
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
    return detail::LazySearch<O>(std::move(objective), budget, options).run(budget, progress);
  }
};

} // namespace sparseann
