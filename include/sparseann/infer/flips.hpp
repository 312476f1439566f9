#pragma once

#include <concepts>
#include <cstdint>
#include <vector>

#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// Test-time augmentation by flips: the mean of what is predicted for the volume and for each of its mirror images.
///
/// Formula: p = 1/8 sum over the subsets A of {z, y, x} of flip_A(predict(flip_A(volume))).
/// Shapes: volume (C, z, y, x); `predict` maps it to (K, z, y, x) on the CPU, float32, and so does this.
/// Cost: eight predictions; two results of `predict` in memory.
template <class Predict>
  requires std::invocable<Predict&, const torch::Tensor&>
[[nodiscard]] torch::Tensor mean_over_flips(const torch::Tensor& volume, Predict&& predict) {
  const torch::NoGradGuard no_gradient;
  torch::Tensor sum;
  constexpr unsigned subsets = 8;
  for (unsigned subset = 0; subset < subsets; ++subset) {
    std::vector<std::int64_t> axes;
    for (std::int64_t axis = 0; axis < 3; ++axis)
      if ((subset >> axis & 1U) != 0)
        axes.push_back(axis + 1);
    const torch::Tensor predicted = predict(volume.flip(axes)).flip(axes);
    sum = sum.defined() ? sum.add_(predicted) : predicted;
  }
  return sum.div_(static_cast<double>(subsets));
}

} // namespace sparseann
