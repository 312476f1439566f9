#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "sparseann/select/ranked_selection.hpp"
#include "sparseann/select/selection_problem.hpp"

namespace sparseann {

/// The slices of several stacks as items 0, 1, .. of one objective: stack by stack in a given order, each from its
/// first slice. The stacks put their budgets together.
///
/// Cost: O(slices) memory. Refers to the problem, which must outlive it. Precondition: `stacks` are distinct indices of
/// the problem's stacks.
class JointSlices {
public:
  /// Where an item comes from: a stack of the problem and a slice of it.
  struct Place {
    std::size_t stack = 0;
    std::size_t slice = 0;

    bool operator==(const Place&) const = default;
  };

  JointSlices(const SelectionProblem& problem, std::span<const std::size_t> stacks) : problem_(&problem) {
    for (const std::size_t stack : stacks) {
      budget_ += problem.stacks[stack].budget;
      for (std::size_t slice = 0; slice < problem.stacks[stack].slices; ++slice)
        places_.push_back({stack, slice});
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return places_.size(); }
  [[nodiscard]] std::size_t budget() const noexcept { return budget_; }
  [[nodiscard]] const Place& place(std::size_t item) const noexcept { return places_[item]; }
  [[nodiscard]] const SliceStack& stack_of(std::size_t item) const noexcept {
    return problem_->stacks[places_[item].stack];
  }

  /// The items that are labelled already, ascending.
  [[nodiscard]] std::vector<std::size_t> labelled() const {
    return items([this](std::size_t item) { return is_labelled(item); });
  }
  /// The items that can be selected, ascending.
  [[nodiscard]] std::vector<std::size_t> unlabelled() const {
    return items([this](std::size_t item) { return !is_labelled(item); });
  }

  /// Hands each stack its part of a joint selection, in the order of the joint ranks, with the gains where there are
  /// any.
  void distribute(const RankedSelection& joint, SelectionPlan& plan) const {
    for (std::size_t rank = 0; rank < joint.indices.size(); ++rank) {
      const auto [stack, slice] = places_[joint.indices[rank]];
      plan.selections[stack].indices.push_back(slice);
      if (!joint.gains.empty())
        plan.selections[stack].gains.push_back(joint.gains[rank]);
    }
  }

private:
  [[nodiscard]] bool is_labelled(std::size_t item) const {
    return std::ranges::binary_search(stack_of(item).labelled, places_[item].slice);
  }

  [[nodiscard]] std::vector<std::size_t> items(const auto& predicate) const {
    std::vector<std::size_t> chosen;
    for (std::size_t item = 0; item < size(); ++item)
      if (predicate(item))
        chosen.push_back(item);
    return chosen;
  }

  const SelectionProblem* problem_;
  std::vector<Place> places_;
  std::size_t budget_ = 0;
};

} // namespace sparseann
