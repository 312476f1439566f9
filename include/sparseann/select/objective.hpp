#pragma once

#include <concepts>
#include <cstddef>
#include <span>

namespace sparseann {

/// A set function over the items 0..size()-1 that remembers the set it has: value() is the set's, gain(v) is what `v`
/// would add to it, add(v) puts `v` in. Precondition of both: v < size().
template <class O>
concept SetObjective = std::copyable<O> && requires(O objective, const O constant, std::size_t item) {
  { constant.size() } -> std::same_as<std::size_t>;
  { constant.value() } -> std::same_as<double>;
  { constant.gain(item) } -> std::same_as<double>;
  { objective.add(item) } -> std::same_as<void>;
};

/// Whether gains never grow as the set does. No syntax shows it: an objective promises it by specialising this to true,
/// beside a proof or a citation.
template <class O> inline constexpr bool enable_submodular = false;

/// A set objective of diminishing returns, whose old gains are upper bounds of the present ones.
template <class O>
concept SubmodularObjective = SetObjective<O> && enable_submodular<O>;

/// An objective that evaluates several items at once for less than one by one: gains(items, out), the same bits as
/// gain(item) of each. batch() is how many it likes to have; more are welcome where there are many.
template <class O>
concept BatchObjective =
    SetObjective<O> && requires(const O objective, std::span<const std::size_t> items, std::span<double> out) {
      { objective.gains(items, out) } -> std::same_as<void>;
      { objective.batch() } -> std::same_as<std::size_t>;
    };

/// An objective that can bound the gains of all items for less than it takes to evaluate them.
///
/// tighten(bounds, evaluations) lowers bounds, upper bounds of all present gains, where it knows better, and says
/// whether it tried; `evaluations` is how many gains were evaluated since it last did. So the objective decides when
/// its own work is the cheaper one, and maximisers need to know nothing about it. Asked with the largest count that
/// there is, it always makes the bounds as low as it can.
template <class O>
concept BoundedObjective =
    SubmodularObjective<O> && requires(O objective, std::span<double> bounds, std::size_t count) {
      { objective.tighten(bounds, count) } -> std::same_as<bool>;
    };

} // namespace sparseann
