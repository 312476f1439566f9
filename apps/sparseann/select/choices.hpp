#pragma once

// What `sparseann select` can be asked for, by name, and what there is to know about each selector.
#include <array>
#include <cstddef>
#include <string_view>

namespace sparseann::app {

enum class SelectorName {
  max_cover,
  saturated_coverage,
  feature_coverage,
  k_center,
  typical_clusters,
  probability_cover,
  random,
  equal_interval,
  middle_biased
};
constexpr std::array<std::string_view, 9> names_of(SelectorName) {
  return {"max-cover", "saturated-coverage", "feature-coverage", "k-center", "typical-clusters", "probability-cover",
          "random",    "equal-interval",     "middle-biased"};
}

enum class SimilarityName { cosine, gaussian };
constexpr std::array<std::string_view, 2> names_of(SimilarityName) { return {"cosine", "gaussian"}; }

enum class MaximiserName { lazy, naive, stochastic };
constexpr std::array<std::string_view, 3> names_of(MaximiserName) { return {"lazy", "naive", "stochastic"}; }

enum class StorageName { automatic, dense, tiled };
constexpr std::array<std::string_view, 3> names_of(StorageName) { return {"auto", "dense", "tiled"}; }

/// What a selector looks at.
enum class Needs { similarities, features, count };

struct SelectorFacts {
  Needs needs;
  bool has_objective; ///< that a maximiser makes large
  std::string_view purpose;
};

inline constexpr std::array<SelectorFacts, 9> selector_facts{{
    {Needs::similarities, true,
     "items that represent all others best (facility location); the usual choice, and the only one for graphs"},
    {Needs::similarities, true,
     "each item covered by everything selected that is like it, up to a level; where one look-alike is not enough"},
    {Needs::features, true,
     "much of every feature, with diminishing returns; for features that count or measure something, none negative"},
    {Needs::features, false,
     "no item far from a selected one (core-set); where rare items matter and none is an error"},
    {Needs::features, false, "the most typical item of each cluster (TypiClust); for a small budget and clear groups"},
    {Needs::features, false, "balls of one radius that hold the most items (ProbCover); for a very small budget"},
    {Needs::count, false, "drawn uniformly; the baseline that any other choice should beat"},
    {Needs::count, false, "evenly spaced rows, in stack order; for slices of one scan without features"},
    {Needs::count, false, "drawn with the middle likelier, in stack order; for scans whose ends show little"},
}};

[[nodiscard]] constexpr const SelectorFacts& facts_of(SelectorName selector) {
  return selector_facts[static_cast<std::size_t>(selector)];
}

} // namespace sparseann::app
