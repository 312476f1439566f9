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
  /// (N, S) on the CPU, double: the mean cross-entropy of the model's output on each sample's whole volume to each
  /// set's labels of it. Computed when called, from the model as it was at most `interval` - 1 iterations ago.
  std::function<torch::Tensor(std::int64_t interval)> volume_distances;
};

/// A policy that says, per sample, which pseudo-label set to fit in this step (Section "Self-Training").
///
/// Returns N indices in 0..S-1, a function of its arguments alone: a strategy holds options and no state, so that an
/// interrupted training goes on as it would have.
template <class F>
concept FitStrategy = Policy<F> && requires(const F fit, const FitCandidates& candidates, const FitProgress& progress,
                                            Generator& generator) {
  { F::name } -> std::convertible_to<std::string_view>;
  { fit(candidates, progress, generator) } -> std::same_as<std::vector<std::size_t>>;
};

} // namespace sparseann
