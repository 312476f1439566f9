#pragma once

#include <algorithm>
#include <cstdint>

#include "sparseann/tensor/reflection.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// Continues `tensor` at the end of axis `axis` by reflection, as crops are, up to `extent` entries; as is where it has
/// as many.
[[nodiscard]] inline torch::Tensor pad_by_reflection(const torch::Tensor& tensor, std::int64_t axis,
                                                     std::int64_t extent) {
  return extended_by_reflection(tensor, axis, 0, std::max<std::int64_t>(extent - tensor.size(axis), 0));
}

/// The smallest multiple of `divisor` that is at least `extent`.
[[nodiscard]] constexpr std::int64_t round_up(std::int64_t extent, std::int64_t divisor) noexcept {
  return (extent + divisor - 1) / divisor * divisor;
}

} // namespace sparseann
