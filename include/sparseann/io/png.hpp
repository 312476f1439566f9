#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <png.h>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"

namespace sparseann {

namespace detail {
inline std::size_t write_png(png_image& image, const Array3<std::uint8_t>& rgb, void* out, std::size_t size) {
  png_alloc_size_t bytes = size;
  if (png_image_write_to_memory(&image, out, &bytes, 0, rgb.data(), 0, nullptr) == 0)
    throw InvalidArgument("rgb", "an array that libpng can encode", image.message);
  return bytes;
}
} // namespace detail

/// The bytes of a PNG file that shows `rgb`, eight bits per colour (sRGB).
///
/// Shape: (height, width, 3). Throws: InvalidArgument for another or an empty shape.
[[nodiscard]] inline std::string encode_png(const Array3<std::uint8_t>& rgb) {
  constexpr std::size_t limit = PNG_USER_WIDTH_MAX;
  if (rgb.shape(2) != 3 || rgb.shape(0) == 0 || rgb.shape(1) == 0 || rgb.shape(0) > limit || rgb.shape(1) > limit)
    throw InvalidArgument("rgb", fmt::format("shape (height, width, 3) with extents of 1 to {}", limit),
                          fmt::format("({}, {}, {})", rgb.shape(0), rgb.shape(1), rgb.shape(2)));
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.format = PNG_FORMAT_RGB;
  image.height = static_cast<png_uint_32>(rgb.shape(0));
  image.width = static_cast<png_uint_32>(rgb.shape(1));
  std::string bytes(PNG_IMAGE_PNG_SIZE_MAX(image), '\0');
  bytes.resize(detail::write_png(image, rgb, bytes.data(), bytes.size()));
  return bytes;
}

} // namespace sparseann
