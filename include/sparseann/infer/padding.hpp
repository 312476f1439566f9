#pragma once

#include <cstdint>
#include <vector>

#include "sparseann/data/crop.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// Continues `tensor` at the end of axis `axis` by reflection, as crops are, up to `extent` entries; as is where it has
/// as many.
[[nodiscard]] inline torch::Tensor pad_by_reflection(const torch::Tensor& tensor, std::int64_t axis,
                                                     std::int64_t extent) {
  const std::int64_t present = tensor.size(axis);
  if (present >= extent)
    return tensor;
  std::vector<std::int64_t> indices(static_cast<std::size_t>(extent));
  for (std::int64_t i = 0; i < extent; ++i)
    indices[static_cast<std::size_t>(i)] = reflect(i, static_cast<std::size_t>(present));
  return tensor.index_select(axis, torch::tensor(indices, torch::kLong).to(tensor.device()));
}

/// The smallest multiple of `divisor` that is at least `extent`.
[[nodiscard]] constexpr std::int64_t round_up(std::int64_t extent, std::int64_t divisor) noexcept {
  return (extent + divisor - 1) / divisor * divisor;
}

} // namespace sparseann
