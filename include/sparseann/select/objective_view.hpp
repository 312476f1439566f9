#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "sparseann/core/progress.hpp"
#include "sparseann/select/lazy_greedy.hpp"
#include "sparseann/select/maximiser.hpp"
#include "sparseann/select/objective.hpp"
#include "sparseann/select/ranked_selection.hpp"

namespace sparseann {

/// Some items of an objective that holds others already: what a maximiser may still choose from.
///
/// A view refers to its objective, which must outlive it: what is added is in the objective afterwards, and a large
/// similarity matrix is not copied. Copies of a view refer to the same objective.
/// Cost: as the objective. Precondition: items are distinct items of the objective.
template <SetObjective O> class ObjectiveView {
public:
  ObjectiveView(O& objective, std::vector<std::size_t> items) : objective_(&objective), items_(std::move(items)) {}

  [[nodiscard]] std::size_t size() const noexcept { return items_.size(); }
  [[nodiscard]] double value() const { return objective_->value(); }
  [[nodiscard]] double gain(std::size_t position) const { return objective_->gain(items_[position]); }
  void add(std::size_t position) { objective_->add(items_[position]); }

  /// See BatchObjective.
  void gains(std::span<const std::size_t> positions, std::span<double> out) const
    requires BatchObjective<O>
  {
    std::vector<std::size_t> items(positions.size());
    std::ranges::transform(positions, items.begin(), [this](std::size_t position) { return items_[position]; });
    objective_->gains(items, out);
  }
  [[nodiscard]] std::size_t batch() const
    requires BatchObjective<O>
  {
    return objective_->batch();
  }

  /// See BoundedObjective.
  bool tighten(std::span<double> bounds, std::size_t evaluations)
    requires BoundedObjective<O>
  {
    std::vector<double> all(objective_->size(), std::numeric_limits<double>::infinity());
    if (!objective_->tighten(all, evaluations))
      return false;
    for (std::size_t position = 0; position < bounds.size(); ++position)
      bounds[position] = std::min(bounds[position], all[items_[position]]);
    return true;
  }

private:
  O* objective_;
  std::vector<std::size_t> items_;
};

/// What an item adds to the chosen and the items held before is a gain of the objective, so it never grows either.
template <class O> inline constexpr bool enable_submodular<ObjectiveView<O>> = enable_submodular<O>;

/// The gains of all items.
template <SetObjective O>
[[nodiscard]] std::vector<double> gains_of_all(const O& objective, const Progress& progress = {}) {
  constexpr std::size_t at_once = 96; // as many as objectives on tiles evaluate at once
  std::vector<double> gains(objective.size());
  std::vector<std::size_t> items(objective.size());
  std::iota(items.begin(), items.end(), std::size_t{0});
  Progress::Task task = progress.start("evaluating all items", items.size());
  for (std::size_t begin = 0; begin < items.size(); begin += at_once) {
    const auto some = std::span(items).subspan(begin, std::min(at_once, items.size() - begin));
    const auto out = std::span(gains).subspan(begin, some.size());
    if constexpr (BatchObjective<O>)
      objective.gains(some, out);
    else
      std::ranges::transform(some, out.begin(), [&](std::size_t item) { return objective.gain(item); });
    task.advance(some.size());
  }
  task.finish();
  return gains;
}

/// The band of ties of an objective that holds nothing yet, see GreedyOptions: for selections that begin anew after
/// something was added, so that what is held and what is left do not decide on ties.
template <SetObjective O> [[nodiscard]] double tie_band(const O& objective, double tie_tolerance) {
  const double first = objective.size() == 0 ? 0 : std::ranges::max(gains_of_all(objective));
  return detail::tie_band({.tie_tolerance = tie_tolerance}, first, objective.size());
}

/// Lazy greedy over `items` of an objective, which holds the selection afterwards. The selection has the objective's
/// items and gains.
///
/// Gains within `band` of the largest tie, and the earlier one of `items` wins. A task goes on by a step per item.
/// Cost, throws: as LazyGreedy.
template <SubmodularObjective O>
[[nodiscard]] RankedSelection select_among(O& objective, const std::vector<std::size_t>& items, std::size_t budget,
                                           double band, Progress::Task* task = nullptr) {
  check_selection_budget(budget, items.size());
  detail::LazySearch search(ObjectiveView<O>(objective, items), detail::ItemBudget(budget), {.certify = false}, band);
  Progress::Task silent = Progress().start("", budget);
  RankedSelection selection = std::move(search).run(task != nullptr ? *task : silent);
  for (std::size_t& index : selection.indices)
    index = items[index];
  return selection;
}

} // namespace sparseann
