#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sparseann/data/crop.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// Images with a margin on every side that mirrors them about their first and last pixels, as crops are: what networks
/// of valid convolutions read so that they answer for every pixel.
///
/// Shapes: (N, C, spatial...) to the same with `before` more at the beginning and `after` more at the end of each
/// spatial axis.
[[nodiscard]] inline torch::Tensor reflected_margin(const torch::Tensor& images, std::int64_t before,
                                                    std::int64_t after) {
  torch::Tensor padded = images;
  for (std::int64_t axis = 2; axis < images.dim(); ++axis) {
    const std::int64_t extent = images.size(axis);
    std::vector<std::int64_t> places;
    for (std::int64_t i = -before; i < extent + after; ++i)
      places.push_back(reflect(i, static_cast<std::size_t>(extent)));
    padded = padded.index_select(axis, torch::tensor(places, torch::kLong).to(images.device()));
  }
  return padded;
}

} // namespace sparseann
