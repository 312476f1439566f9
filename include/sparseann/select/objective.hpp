#pragma once

#include <concepts>
#include <cstddef>

namespace sparseann {

/// A set function over the items 0..size()-1 that remembers the set it has: gain(v) is what `v` would add to its value,
/// add(v) puts `v` in. Precondition of both: v < size().
template <class O>
concept SetObjective = std::copyable<O> && requires(O objective, const O constant, std::size_t item) {
  { constant.size() } -> std::same_as<std::size_t>;
  { constant.gain(item) } -> std::same_as<double>;
  { objective.add(item) } -> std::same_as<void>;
};

/// Whether gains never grow as the set does. No syntax shows it: an objective promises it by specialising this to true,
/// beside a proof or a citation.
template <class O> inline constexpr bool enable_submodular = false;

/// A set objective of diminishing returns, whose old gains are upper bounds of the present ones.
template <class O>
concept SubmodularObjective = SetObjective<O> && enable_submodular<O>;

} // namespace sparseann
