#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "sparseann/select/objective.hpp"
#include "support/catch.hpp"

/// What every set objective must do: call `check_objective(make, items)` in its test, where make() gives the objective
/// of one small instance with nothing added yet, and `check_formula(make, items, formula)` with the formula of its
/// docblock, a function of a set. All subsets are looked at, so `items` should be at most 10.
namespace sparseann::test {

template <class M>
concept ObjectiveMaker = std::invocable<const M&> && SetObjective<std::invoke_result_t<const M&>>;

/// The items whose bits are set.
[[nodiscard]] inline std::vector<std::size_t> members(std::size_t mask) {
  std::vector<std::size_t> set;
  for (std::size_t item = 0; mask >> item != 0; ++item)
    if ((mask >> item & 1U) != 0)
      set.push_back(item);
  return set;
}

template <SetObjective O> [[nodiscard]] O with_added(O objective, std::span<const std::size_t> set) {
  for (const std::size_t item : set)
    objective.add(item);
  return objective;
}

/// Of every set, the gain of every item.
template <ObjectiveMaker Make>
[[nodiscard]] std::vector<std::vector<double>> gains_of_all_sets(const Make& make, std::size_t items) {
  std::vector<std::vector<double>> gains;
  for (std::size_t mask = 0; mask < std::size_t{1} << items; ++mask) {
    const auto objective = with_added(make(), members(mask));
    std::vector<double>& row = gains.emplace_back();
    for (std::size_t item = 0; item < items; ++item)
      row.push_back(objective.gain(item));
  }
  return gains;
}

template <ObjectiveMaker Make> void check_values_are_sums_of_gains(const Make& make, std::size_t items) {
  for (std::size_t mask = 0; mask < std::size_t{1} << items; ++mask) {
    std::vector<std::size_t> set = members(mask);
    for (int direction = 0; direction < 2; ++direction, std::ranges::reverse(set)) {
      auto objective = make();
      double sum = objective.value();
      for (const std::size_t item : set) {
        sum += objective.gain(item);
        objective.add(item);
      }
      CHECK(objective.value() == Approx(sum).margin(1e-9));
    }
  }
}

/// No gain is negative, and for all A within B and v outside B, gain(A, v) >= gain(B, v).
template <ObjectiveMaker Make> void check_diminishing_returns(const Make& make, std::size_t items) {
  const std::vector<std::vector<double>> gains = gains_of_all_sets(make, items);
  double least_gain = std::numeric_limits<double>::infinity();
  double least_difference = std::numeric_limits<double>::infinity();
  for (std::size_t large = 0; large < gains.size(); ++large)
    for (std::size_t item = 0; item < items; ++item) {
      if ((large >> item & 1U) != 0)
        continue;
      least_gain = std::min(least_gain, gains[large][item]);
      for (std::size_t small = large;; small = (small - 1) & large) {
        least_difference = std::min(least_difference, gains[small][item] - gains[large][item]);
        if (small == 0)
          break;
      }
    }
  CHECK(least_gain >= -1e-9);
  CHECK(least_difference >= -1e-9);
}

/// Once with nothing in the original, where additions must show, and once with an item.
template <ObjectiveMaker Make> void check_copies_are_independent(const Make& make, std::size_t items) {
  for (auto original : {make(), with_added(make(), std::vector<std::size_t>{0})}) {
    const double value = original.value();
    const double gain = original.gain(items - 1);
    auto copy = original;
    CHECK(copy.value() == value);
    for (std::size_t item = 0; item < items; ++item)
      copy.add(item);
    CHECK(copy.value() > make().value());
    CHECK(original.value() == value);
    CHECK(original.gain(items - 1) == gain);
    copy = original;
    CHECK(copy.value() == value);
    CHECK(copy.gain(items - 1) == gain);
  }
}

template <ObjectiveMaker Make> void check_batches(const Make& make, std::size_t items) {
  auto objective = make();
  CHECK(objective.batch() >= 1);
  objective.add(items / 2);
  std::vector<std::size_t> all;
  for (std::size_t item = items; item-- > 0;)
    all.push_back(item);
  std::vector<double> gains(items, -1);
  objective.gains(all, gains);
  for (std::size_t i = 0; i < items; ++i)
    CHECK(gains[i] == objective.gain(all[i]));
}

template <ObjectiveMaker Make> void check_bounds(const Make& make, std::size_t items) {
  auto objective = make();
  std::vector<double> bounds(items, std::numeric_limits<double>::infinity());
  for (std::size_t added = 0; added < items; ++added) {
    (void)objective.tighten(bounds, std::numeric_limits<std::size_t>::max());
    for (std::size_t item = 0; item < items; ++item) {
      CHECK(bounds[item] >= objective.gain(item));
      CHECK(bounds[item] < std::numeric_limits<double>::infinity());
    }
    objective.add(added);
  }
}

template <ObjectiveMaker Make> void check_objective(const Make& make, std::size_t items) {
  using Objective = std::invoke_result_t<const Make&>;
  REQUIRE(make().size() == items);
  check_values_are_sums_of_gains(make, items);
  check_copies_are_independent(make, items);
  if constexpr (SubmodularObjective<Objective>)
    check_diminishing_returns(make, items);
  if constexpr (BatchObjective<Objective>)
    check_batches(make, items);
  if constexpr (BoundedObjective<Objective>)
    check_bounds(make, items);
}

/// Values are those of formula(set), gains their differences.
template <ObjectiveMaker Make, std::invocable<std::span<const std::size_t>> Formula>
void check_formula(const Make& make, std::size_t items, const Formula& formula) {
  for (std::size_t mask = 0; mask < std::size_t{1} << items; ++mask) {
    std::vector<std::size_t> set = members(mask);
    const auto objective = with_added(make(), set);
    const double value = formula(std::span<const std::size_t>(set));
    CHECK(objective.value() == Approx(value).margin(1e-9));
    for (std::size_t item = 0; item < items; ++item) {
      if ((mask >> item & 1U) != 0)
        continue;
      set.push_back(item);
      CHECK(objective.gain(item) == Approx(formula(std::span<const std::size_t>(set)) - value).margin(1e-9));
      set.pop_back();
    }
  }
}

/// The largest value of all sets that `allowed` takes.
template <ObjectiveMaker Make, std::predicate<std::span<const std::size_t>> Allowed>
[[nodiscard]] double best_value(const Make& make, std::size_t items, const Allowed& allowed) {
  double best = make().value();
  for (std::size_t mask = 0; mask < std::size_t{1} << items; ++mask) {
    const std::vector<std::size_t> set = members(mask);
    if (allowed(std::span<const std::size_t>(set)))
      best = std::max(best, with_added(make(), set).value());
  }
  return best;
}

} // namespace sparseann::test
