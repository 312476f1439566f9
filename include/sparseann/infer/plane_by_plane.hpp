#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sparseann/core/plane.hpp"
#include "sparseann/infer/padding.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// Dense prediction of a volume slice by slice along one plane.
///
/// Shapes: volume (C, z, y, x); `predict` maps slices (N, C, rows, columns) on `device` to logits (N, K, rows,
/// columns), where rows and columns are multiples of `multiple` (reflection fills up); the result is the softmax,
/// (K, z, y, x) on the CPU, float32.
/// Cost: one forward pass per `batch` slices.
template <class Predict>
  requires std::invocable<Predict&, torch::Tensor>
[[nodiscard]] torch::Tensor plane_by_plane(const torch::Tensor& volume, Plane plane, std::int64_t multiple,
                                           std::int64_t batch, torch::Device device, Predict&& predict) {
  const torch::NoGradGuard no_gradient;
  const auto axis = static_cast<std::int64_t>(stacking_axis(plane)) + 1;
  const torch::Tensor stack = volume.movedim(axis, 0); // (slices, C, rows, columns)
  const std::int64_t rows = stack.size(2);
  const std::int64_t columns = stack.size(3);
  std::vector<torch::Tensor> predicted;
  for (std::int64_t first = 0; first < stack.size(0); first += batch) {
    torch::Tensor slices = stack.narrow(0, first, std::min(batch, stack.size(0) - first)).to(device).contiguous();
    slices = pad_by_reflection(slices, 2, round_up(rows, multiple));
    slices = pad_by_reflection(slices, 3, round_up(columns, multiple));
    const torch::Tensor probabilities = torch::softmax(predict(slices).to(torch::kFloat), 1);
    predicted.push_back(probabilities.narrow(2, 0, rows).narrow(3, 0, columns).to(torch::kCPU));
  }
  return torch::cat(predicted).movedim(0, axis).contiguous(); // (slices, K, rows, columns) -> (K, z, y, x)
}

} // namespace sparseann
