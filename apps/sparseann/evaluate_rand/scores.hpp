#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "apps/sparseann/evaluate_rand/volumes.hpp"
#include "sparseann/core/array.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/metric/threshold_scores.hpp"

namespace sparseann::app {

/// What segments a prediction has at a threshold: the 4-connected components of each slice, or these as the seeds of
/// our watershed of each slice.
enum class Scoring { components, watershed };

[[nodiscard]] constexpr std::array<std::string_view, 2> names_of(Scoring) noexcept {
  return {"components", "watershed"};
}

/// Which thresholds: see refined_sweep; all are 0.01, 0.02 ... 0.99.
enum class Sweep { refined, all };

[[nodiscard]] constexpr std::array<std::string_view, 2> names_of(Sweep) noexcept { return {"refined", "all"}; }

struct RandOptions {
  Scoring scoring = Scoring::components;
  Sweep sweep = Sweep::refined;
  SingletonRule singletons = SingletonRule::divided;
  std::optional<double> threshold; ///< scored besides those of the sweep
};

/// A prediction, and what it is of.
struct Stack {
  ProbabilityMap probability;
  Array3<std::uint32_t> reference;
};

/// Over all stacks, no segment of which is in another.
struct RandScores {
  std::size_t reference_segments = 0;
  std::vector<ThresholdScore> sweep; ///< by threshold
  std::size_t best = 0;              ///< of the sweep
  std::optional<ThresholdScore> fixed;
};

/// Throws: InvalidArgument for a reference without foreground or of another shape.
[[nodiscard]] RandScores rand_scores(std::span<const Stack> stacks, const RandOptions& options,
                                     const Execution& execution);

} // namespace sparseann::app
