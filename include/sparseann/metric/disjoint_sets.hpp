#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace sparseann {

/// Disjoint sets of the numbers 0..count-1; a set is represented by its least number.
///
/// Threads may join at once where none touches a set that another does.
/// Cost: four bytes per number; joins take logarithmic time at worst for any two and hardly any in a scan, whose sets
/// are near each other. Source: Rem's algorithm with splicing, Dijkstra, "A Discipline of Programming" (1976); Patwary,
/// Blair, Manne, "Experiments on union-find algorithms for the disjoint-set data structure", SEA 2010. Deviates from
/// boost::disjoint_sets: no second array of ranks, and a number that never is below its parent, so that one pass finds
/// every representative.
class DisjointSets {
public:
  /// Every number a set of its own.
  explicit DisjointSets(std::uint32_t count = 0) : parents_(count) { std::iota(parents_.begin(), parents_.end(), 0U); }

  /// One number more, a set of its own.
  std::uint32_t add() {
    parents_.push_back(static_cast<std::uint32_t>(parents_.size()));
    return parents_.back();
  }

  [[nodiscard]] std::uint32_t find(std::uint32_t number) noexcept {
    while (parents_[number] != number) {
      parents_[number] = parents_[parents_[number]];
      number = parents_[number];
    }
    return number;
  }

  /// Whether they were two sets before.
  bool join(std::uint32_t a, std::uint32_t b) noexcept {
    while (parents_[a] != parents_[b]) {
      if (parents_[a] < parents_[b])
        std::swap(a, b);
      const std::uint32_t parent = parents_[a];
      parents_[a] = parents_[b];
      if (parent == a)
        return true;
      a = parent;
    }
    return false;
  }

  /// The representative of every number.
  [[nodiscard]] std::span<const std::uint32_t> representatives() noexcept {
    for (std::uint32_t& parent : parents_)
      parent = parents_[parent]; // parents come first, and theirs is known by now
    return parents_;
  }

private:
  std::vector<std::uint32_t> parents_;
};

} // namespace sparseann
