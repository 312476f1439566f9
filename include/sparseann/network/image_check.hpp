#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/tensor/tensor.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann::detail {

/// Throws InvalidArgument naming `argument` unless `image` is (N, channels, z, y, x) for three spatial dimensions, or
/// (N, channels, y, x) for two, with spatial extents that are positive multiples of `multiple`.
inline void check_image(std::string_view argument, const torch::Tensor& image, std::int64_t channels,
                        std::size_t spatial_dimensions, std::int64_t multiple) {
  const auto extents = image.sizes();
  const bool fits = extents.size() == spatial_dimensions + 2 && extents[0] > 0 && extents[1] == channels &&
                    std::ranges::all_of(extents.slice(2), [&](std::int64_t e) { return e > 0 && e % multiple == 0; });
  if (!fits)
    throw InvalidArgument(std::string(argument),
                          fmt::format("shape (N, {}, {}) with spatial extents that are multiples of {}", channels,
                                      spatial_dimensions == 3 ? "z, y, x" : "y, x", multiple),
                          shape_text(image));
}

} // namespace sparseann::detail
