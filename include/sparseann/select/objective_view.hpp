#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

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

private:
  O* objective_;
  std::vector<std::size_t> items_;
};

/// What an item adds to the chosen and the items held before is a gain of the objective, so it never grows either.
template <class O> inline constexpr bool enable_submodular<ObjectiveView<O>> = enable_submodular<O>;

/// The band of ties of an objective that holds nothing yet, see GreedyOptions: for selections that begin anew after
/// something was added, so that what is held and what is left do not decide on ties.
template <SetObjective O> [[nodiscard]] double tie_band(const O& objective, double tie_tolerance) {
  double first = 0;
  for (std::size_t item = 0; item < objective.size(); ++item)
    first = std::max(first, objective.gain(item));
  return detail::tie_band({.tie_tolerance = tie_tolerance}, first, objective.size());
}

/// Lazy greedy over `items` of an objective, which holds the selection afterwards. The selection has the objective's
/// items and gains.
///
/// Gains within `band` of the largest tie, and the earlier one of `items` wins. Cost, throws: as LazyGreedy.
template <SubmodularObjective O>
[[nodiscard]] RankedSelection select_among(O& objective, const std::vector<std::size_t>& items, std::size_t budget,
                                           double band) {
  check_selection_budget(budget, items.size());
  detail::LazySearch search(ObjectiveView<O>(objective, items), budget, {.certify = false}, band);
  RankedSelection selection = std::move(search).run(budget);
  for (std::size_t& index : selection.indices)
    index = items[index];
  return selection;
}

} // namespace sparseann
