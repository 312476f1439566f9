#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sparseann/data/crop.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// A tensor continued along an axis by mirroring it about its first and last entries, as crops are: `before` entries
/// more at the beginning and `after` more at the end.
[[nodiscard]] inline torch::Tensor extended_by_reflection(const torch::Tensor& tensor, std::int64_t axis,
                                                          std::int64_t before, std::int64_t after) {
  if (before == 0 && after == 0)
    return tensor;
  const std::int64_t extent = tensor.size(axis);
  std::vector<std::int64_t> places;
  for (std::int64_t i = -before; i < extent + after; ++i)
    places.push_back(reflect(i, static_cast<std::size_t>(extent)));
  return tensor.index_select(axis, torch::tensor(places, torch::kLong).to(tensor.device()));
}

/// Images with a margin on every side by reflection: what networks of valid convolutions read so that they answer for
/// every pixel.
///
/// Shapes: (N, C, spatial...) to the same with `before` more at the beginning and `after` more at the end of each
/// spatial axis.
[[nodiscard]] inline torch::Tensor reflected_margin(const torch::Tensor& images, std::int64_t before,
                                                    std::int64_t after) {
  torch::Tensor padded = images;
  for (std::int64_t axis = 2; axis < images.dim(); ++axis)
    padded = extended_by_reflection(padded, axis, before, after);
  return padded;
}

} // namespace sparseann
