#pragma once

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
  [[nodiscard]] double gain(std::size_t position) const { return objective_->gain(items_[position]); }
  void add(std::size_t position) { objective_->add(items_[position]); }

private:
  O* objective_;
  std::vector<std::size_t> items_;
};

/// What an item adds to the chosen and the items held before is a gain of the objective, so it never grows either.
template <class O> inline constexpr bool enable_submodular<ObjectiveView<O>> = enable_submodular<O>;

/// Lazy greedy over `items` of an objective, which holds the selection afterwards. The selection has the objective's
/// items and gains.
///
/// Gains within tie_tolerance * clients of the largest tie, so that which items are left does not decide on ties;
/// `clients` is the number of terms that the objective sums. The earlier one of `items` wins.
/// Cost, throws: as LazyGreedy.
template <SubmodularObjective O>
[[nodiscard]] RankedSelection select_among(O& objective, const std::vector<std::size_t>& items, std::size_t budget,
                                           GreedyOptions options, double clients) {
  check_selection_budget(budget, items.size());
  options.tie_tolerance *= clients / static_cast<double>(items.size());
  const RankedSelection positions = LazyGreedy{.options = options}(ObjectiveView<O>(objective, items), budget);
  RankedSelection selection{.gains = positions.gains};
  for (const std::size_t position : positions.indices)
    selection.indices.push_back(items[position]);
  return selection;
}

} // namespace sparseann
