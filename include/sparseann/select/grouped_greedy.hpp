#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/progress.hpp"
#include "sparseann/select/certificate.hpp"
#include "sparseann/select/maximiser.hpp"
#include "sparseann/select/objective.hpp"
#include "sparseann/select/objective_view.hpp"
#include "sparseann/select/ranked_selection.hpp"

namespace sparseann {

/// The items of a group, and how many of them are selected already.
struct GroupSize {
  std::string name; ///< what errors call the items: "the slices of case 3"
  std::size_t items = 0;
  std::size_t selected = 0;
};

/// How many items each group still needs so that it has a minimum.
class UnmetMinimums {
public:
  /// Throws: InvalidArgument naming `argument` where a group has too few items, or the minimums need more than
  /// `budget`.
  UnmetMinimums(std::string_view argument, std::size_t minimum, std::span<const GroupSize> groups, std::size_t budget) {
    for (const GroupSize& group : groups) {
      if (group.items < minimum)
        throw InvalidArgument(std::string(argument), fmt::format("at most {}, {}", group.items, group.name),
                              fmt::format("{}", minimum));
      unmet_.push_back(minimum - std::min(minimum, group.selected));
    }
    if (total() > budget)
      throw InvalidArgument(std::string(argument), fmt::format("minimums that fit the budget of {}", budget),
                            fmt::format("{}, for which {} are missing", minimum, total()));
  }

  [[nodiscard]] std::size_t total() const { return std::reduce(unmet_.begin(), unmet_.end()); }
  [[nodiscard]] std::size_t of(std::size_t group) const { return unmet_.at(group); }

  /// The smallest that is not met yet. Precondition: total() > 0.
  [[nodiscard]] std::size_t smallest() const {
    std::size_t smallest = total();
    for (const std::size_t unmet : unmet_)
      smallest = unmet > 0 ? std::min(smallest, unmet) : smallest;
    return smallest;
  }

  void select(std::size_t group) {
    std::size_t& unmet = unmet_.at(group);
    unmet -= unmet > 0 ? 1 : 0;
  }

private:
  std::vector<std::size_t> unmet_; ///< by group
};

/// Lazy greedy over `items` of an objective, which holds the selection afterwards: at each step an item may be chosen
/// if what is left of the budget afterwards suffices for the minimums not met yet.
///
/// group_of_item has the group of every item of the objective. Gains within `band` of the largest tie, and the earlier
/// one of `items` wins. Cost: as LazyGreedy, begun anew at most once for each item that the minimums need and once
/// more. Throws: as LazyGreedy. Precondition: the minimums fit the budget.
template <SubmodularObjective O>
[[nodiscard]] RankedSelection select_with_minimums(O& objective, std::vector<std::size_t> items,
                                                   std::span<const std::size_t> group_of_item, UnmetMinimums unmet,
                                                   std::size_t budget, double band, const Progress& progress = {}) {
  RankedSelection joint;
  Progress::Task task = progress.start("selecting", budget);
  // As long as the budget exceeds the minimums, the excess can be spent on any items; then the groups that lack items
  // get them. No group is met before `smallest` items are chosen, so that so many can be chosen at once.
  while (joint.indices.size() < budget) {
    const std::size_t excess = budget - joint.indices.size() - unmet.total();
    std::vector<std::size_t> allowed = items;
    if (excess == 0)
      std::erase_if(allowed, [&](std::size_t item) { return unmet.of(group_of_item[item]) == 0; });
    const RankedSelection part = select_among(objective, allowed, excess > 0 ? excess : unmet.smallest(), band, &task);
    for (const std::size_t item : part.indices) {
      unmet.select(group_of_item[item]);
      std::erase(items, item);
    }
    joint.indices.insert(joint.indices.end(), part.indices.begin(), part.indices.end());
    joint.gains.insert(joint.gains.end(), part.gains.begin(), part.gains.end());
    joint.coverage.insert(joint.coverage.end(), part.coverage.begin(), part.coverage.end());
  }
  task.finish();
  return joint;
}

/// Greedy maximisation under one budget that gives every group of items, a scan's slices say, at least a minimum.
///
/// Formula: as NaiveGreedy, among the items that select_with_minimums allows. The certificate's bound is that of all
/// selections of the budget, those below the minimums included: so the gap counts what the minimums cost.
/// Cost: as select_with_minimums; the certificate takes 2 N gains. A small budget's selection does not begin a larger
/// one's, as the minimums come sooner where less is left. Throws: as LazyGreedy; InvalidArgument where there is not a
/// group for each item. Precondition: the minimums fit the budget.
struct GroupedGreedy {
  using Options = GreedyOptions;
  static constexpr std::string_view name = "grouped_greedy";

  Options options;
  Progress progress = {};

  template <SubmodularObjective O>
  [[nodiscard]] RankedSelection operator()(O objective, std::span<const std::size_t> group_of_item,
                                           const UnmetMinimums& minimums, std::size_t budget) const {
    validate(options);
    check_selection_budget(budget, objective.size());
    if (group_of_item.size() != objective.size())
      throw InvalidArgument("group_of_item", fmt::format("{} groups, one per item", objective.size()),
                            fmt::format("{}", group_of_item.size()));
    std::vector<double> gains = gains_of_all(objective, progress);
    const double best = std::ranges::max(gains);
    Certificate certificate{.items = objective.size(), .best_single = objective.value() + best};
    certificate.upper_bound = detail::with_largest(objective.value(), gains, budget);
    std::vector<std::size_t> items(objective.size());
    std::iota(items.begin(), items.end(), std::size_t{0});
    RankedSelection selection = select_with_minimums(objective, std::move(items), group_of_item, minimums, budget,
                                                     detail::tie_band(options, best, objective.size()), progress);
    if (!options.certify)
      return selection;
    gains = gains_of_all(objective, progress);
    certificate.value = selection.coverage.back();
    certificate.upper_bound = std::min(certificate.upper_bound, detail::with_largest(certificate.value, gains, budget));
    selection.certificate = certificate;
    return selection;
  }
};

} // namespace sparseann
