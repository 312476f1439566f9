#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "sparseann/core/array.hpp"
#include "sparseann/tensor/tensor.hpp"

namespace sparseann {

/// Distances of whole training volumes to their pseudo-label sets, kept until they are too old.
///
/// Formula: for case c and set s, the mean over the volume's voxels of -log p[label of s], p the model's class
/// probabilities. Cost: one prediction of a volume when its distances are asked for and are `interval` iterations old.
class VolumeDistances {
public:
  VolumeDistances(std::size_t cases, std::size_t sets)
      : distances_(torch::zeros({static_cast<std::int64_t>(cases), static_cast<std::int64_t>(sets)}, torch::kDouble)),
        computed_at_(torch::full({static_cast<std::int64_t>(cases)}, never, torch::kLong)) {}

  /// What a checkpoint must keep so that a resumed training uses the same distances: shares memory with this.
  [[nodiscard]] std::array<torch::Tensor, 2> state() const { return {distances_, computed_at_}; }

  /// Distances of the given cases at `iteration`. Shape: (cases, S).
  ///
  /// `predict(c)` gives the class probabilities (C, z, y, x) of case c on the CPU, `targets(c)` the labels of its sets.
  template <std::invocable<std::size_t> Predict, std::invocable<std::size_t> Targets>
  [[nodiscard]] torch::Tensor of(std::span<const std::size_t> cases, std::int64_t iteration, std::int64_t interval,
                                 Predict&& predict, Targets&& targets) {
    std::vector<torch::Tensor> rows;
    for (const std::size_t c : cases) {
      const auto row = static_cast<std::int64_t>(c);
      const auto computed_at = computed_at_[row].item<std::int64_t>();
      if (computed_at == never || iteration - computed_at >= interval) {
        distances_[row].copy_(distances_of(predict(c), targets(c)));
        computed_at_[row].fill_(iteration);
      }
      rows.push_back(distances_[row]);
    }
    return torch::stack(rows);
  }

private:
  static constexpr std::int64_t never = -1;

  [[nodiscard]] static torch::Tensor distances_of(const torch::Tensor& probabilities,
                                                  std::span<const Array3<std::uint8_t>> targets) {
    std::vector<torch::Tensor> distances;
    for (const Array3<std::uint8_t>& target : targets) {
      const torch::Tensor labels = from_array(target).to(torch::kLong).unsqueeze(0);
      // A probability that underflowed to 0 is far, not infinitely far.
      const torch::Tensor fitted = probabilities.gather(0, labels).clamp_min(std::numeric_limits<float>::min());
      distances.push_back(-fitted.to(torch::kDouble).log().mean());
    }
    return torch::stack(distances);
  }

  torch::Tensor distances_;
  torch::Tensor computed_at_;
};

} // namespace sparseann
