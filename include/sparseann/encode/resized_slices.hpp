#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/encode/slice_features.hpp"
#include "sparseann/encode/slice_source.hpp"
#include "sparseann/tensor/tensor.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// The slices from `begin` to before `end`, resized to edge x edge: bilinear, antialiased, centres of corner pixels not
/// aligned, as torch.nn.functional.interpolate does it.
///
/// Shapes: (end - begin, C, edge, edge), float32, on the CPU. Cost: the memory of the result and of one slice.
[[nodiscard]] inline torch::Tensor resized_slices(const SliceSource& slices, std::size_t edge, std::size_t begin,
                                                  std::size_t end) {
  const auto extent = static_cast<std::int64_t>(edge);
  torch::Tensor resized = torch::empty(
      {static_cast<std::int64_t>(end - begin), static_cast<std::int64_t>(slices.channels()), extent, extent});
  for (std::size_t i = begin; i < end; ++i)
    resized[static_cast<std::int64_t>(i - begin)].copy_(
        at::_upsample_bilinear2d_aa(slices.slice(i).unsqueeze(0), {extent, extent}, false)[0]);
  return resized;
}

/// All slices, resized. Shapes: (N, C, edge, edge).
[[nodiscard]] inline torch::Tensor resized_slices(const SliceSource& slices, std::size_t edge) {
  return resized_slices(slices, edge, 0, slices.size());
}

/// Encodes slices batch by batch: `encode` turns resized slices (n, C, edge, edge) into a float32 table (n, D).
///
/// Shapes: (N, D). Cost: the memory of one batch of resized slices besides the result.
/// Throws: DataError where a batch's rows are longer or shorter than those before.
template <std::invocable<const torch::Tensor&> Encode>
[[nodiscard]] Array2<float> encode_in_batches(const SliceSource& slices, std::size_t edge, std::size_t batch,
                                              const Encode& encode) {
  Array2<float> features;
  for (std::size_t begin = 0; begin < slices.size(); begin += batch) {
    const std::size_t end = std::min(begin + batch, slices.size());
    const Array2<float> rows = to_array<float, 2>(encode(resized_slices(slices, edge, begin, end)));
    if (begin == 0)
      features = Array2<float>::from_shape({slices.size(), rows.shape(1)});
    if (rows.shape(1) != features.shape(1))
      throw DataError(slice_text(slices, begin), fmt::format("{} features, as of slices before", features.shape(1)),
                      fmt::format("{}", rows.shape(1)));
    std::ranges::copy(elements(rows), elements(features).begin() + static_cast<std::ptrdiff_t>(begin * rows.shape(1)));
  }
  return features;
}

} // namespace sparseann
