#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "sparseann/core/options.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// How far a training is: iteration counts from 0.
struct FitProgress {
  std::int64_t iteration = 0;
  std::int64_t iterations = 1;
};

/// The samples of a step and what they may fit.
struct FitCandidates {
  torch::Tensor logits; ///< (N, C, z, y, x) of this step's own forward pass, detached
  torch::Tensor sets;   ///< (N, S, z, y, x) int64: the target that each pseudo-label set gives
  torch::Tensor mask;   ///< (N, z, y, x) bool: voxels that have a target
  /// The first sample's number in the iteration's batch, of which these may be a part.
  std::size_t first_sample = 0;
  /// (N, S) on the CPU, double: the mean cross-entropy of the model's output on each sample's whole volume to each
  /// set's labels of it. Computed when called, from the model as it was at most `interval` - 1 iterations ago.
  std::function<torch::Tensor(std::int64_t interval)> volume_distances;
};

/// A policy that says, per sample, which pseudo-label set to fit in this step (Section "Self-Training").
///
/// Returns N indices in 0..S-1, a function of its arguments alone: a strategy holds options and no state, so that an
/// interrupted training goes on as it would have. A strategy that draws splits the generator by the samples' numbers in
/// the batch, so that a batch in parts is fitted as a whole one is.
template <class F>
concept FitStrategy = Policy<F> && requires(const F fit, const FitCandidates& candidates, const FitProgress& progress,
                                            Generator& generator) {
  { F::name } -> std::convertible_to<std::string_view>;
  { fit(candidates, progress, generator) } -> std::same_as<std::vector<std::size_t>>;
};

/// A strategy that has stages, as Then: their names, and which of them an iteration belongs to. What sets were fitted
/// is counted apart for each.
template <class F>
concept StagedFitStrategy = FitStrategy<F> && requires(const F fit, const FitProgress& progress) {
  { F::stages[0] } -> std::convertible_to<std::string_view>;
  { fit.stage_of(progress) } -> std::same_as<std::size_t>;
};

/// The names of a strategy's stages; its own name where it has none.
template <FitStrategy F> [[nodiscard]] std::vector<std::string> stage_names() {
  if constexpr (StagedFitStrategy<F>)
    return {std::begin(F::stages), std::end(F::stages)};
  else
    return {std::string(F::name)};
}

/// The stage that an iteration belongs to.
template <FitStrategy F> [[nodiscard]] std::size_t stage_of(const F& fit, const FitProgress& progress) {
  if constexpr (StagedFitStrategy<F>)
    return fit.stage_of(progress);
  else
    return 0;
}

} // namespace sparseann
