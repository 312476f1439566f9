#pragma once

#include <cstdint>
#include <vector>

#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// Index into 0..extent-1 of position `position` of a line continued by reflection without repeating the edge.
///
/// Any position: the reflection has period 2 (extent - 1), so that even a single voxel can be continued.
[[nodiscard]] constexpr std::int64_t reflected_index(std::int64_t position, std::int64_t extent) noexcept {
  if (extent == 1)
    return 0;
  const std::int64_t period = 2 * (extent - 1);
  const std::int64_t phase = ((position % period) + period) % period;
  return phase < extent ? phase : period - phase;
}

/// Continues `tensor` at the end of axis `axis` by reflection up to `extent` entries; as is where it has as many.
[[nodiscard]] inline torch::Tensor pad_by_reflection(const torch::Tensor& tensor, std::int64_t axis,
                                                     std::int64_t extent) {
  const std::int64_t present = tensor.size(axis);
  if (present >= extent)
    return tensor;
  std::vector<std::int64_t> indices(static_cast<std::size_t>(extent));
  for (std::int64_t i = 0; i < extent; ++i)
    indices[static_cast<std::size_t>(i)] = reflected_index(i, present);
  return tensor.index_select(axis, torch::tensor(indices, torch::kLong).to(tensor.device()));
}

/// The smallest multiple of `divisor` that is at least `extent`.
[[nodiscard]] constexpr std::int64_t round_up(std::int64_t extent, std::int64_t divisor) noexcept {
  return (extent + divisor - 1) / divisor * divisor;
}

} // namespace sparseann
