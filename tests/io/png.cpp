#include "sparseann/io/png.hpp"

#include <vector>

#include "support/catch.hpp"

TEST_CASE("encode_png writes what libpng reads back") {
  sparseann::Array3<std::uint8_t> rgb({5, 7, 3});
  for (std::size_t i = 0; i < rgb.size(); ++i)
    rgb.data()[i] = static_cast<std::uint8_t>(i * 37 % 256);
  const std::string bytes = sparseann::encode_png(rgb);
  CHECK(bytes.substr(0, 8) == "\x89PNG\r\n\x1a\n");

  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) != 0);
  CHECK(image.width == 7);
  CHECK(image.height == 5);
  CHECK(image.format == PNG_FORMAT_RGB);
  std::vector<std::uint8_t> decoded(PNG_IMAGE_SIZE(image));
  REQUIRE(png_image_finish_read(&image, nullptr, decoded.data(), 0, nullptr) != 0);
  CHECK(decoded == std::vector<std::uint8_t>(rgb.begin(), rgb.end()));
}

TEST_CASE("encode_png refuses other shapes") {
  using sparseann::Array3;
  CHECK_THROWS_AS(sparseann::encode_png(Array3<std::uint8_t>({2, 2, 4})), sparseann::InvalidArgument);
  CHECK_THROWS_AS(sparseann::encode_png(Array3<std::uint8_t>({0, 2, 3})), sparseann::InvalidArgument);
  CHECK_THROWS_AS(sparseann::encode_png(Array3<std::uint8_t>({2, 0, 3})), sparseann::InvalidArgument);
}
