#include "sparseann/report/overlay.hpp"

#include <array>
#include <limits>

#include "sparseann/core/volume.hpp"
#include "support/catch.hpp"

using namespace sparseann;

namespace {
Rgb pixel(const Array3<std::uint8_t>& picture, std::size_t y, std::size_t x) {
  return {picture(y, x, 0), picture(y, x, 1), picture(y, x, 2)};
}
OverlayPanel two_by_two() { return {.caption = "p", .image = Array2<float>{{0.0F, 1.0F}, {2.0F, 4.0F}}}; }
} // namespace

TEST_CASE("an image alone is grey from its darkest to its brightest value") {
  const auto picture = overlay(two_by_two(), {.longest_side_px = 2});
  REQUIRE(shape_of(picture) == Shape3{2, 2, 3});
  CHECK(pixel(picture, 0, 0) == Rgb{0, 0, 0});
  CHECK(pixel(picture, 0, 1) == Rgb{64, 64, 64}); // 255 / 4 = 63.75
  CHECK(pixel(picture, 1, 0) == Rgb{128, 128, 128});
  CHECK(pixel(picture, 1, 1) == Rgb{255, 255, 255});
}

TEST_CASE("a class's colour is blended over the grey, background is not, unlabelled voxels are dimmed under stripes") {
  OverlayPanel panel = two_by_two();
  panel.labels = Array2<std::uint8_t>{{1, 0}, {3, 2}};
  panel.unlabelled = std::uint8_t{3};
  const auto half = overlay(panel, {.opacity = 0.5, .longest_side_px = 2});
  CHECK(pixel(half, 0, 0) == Rgb{43, 90, 117});   // (0 + {86, 180, 233}) / 2, halves up
  CHECK(pixel(half, 0, 1) == Rgb{64, 64, 64});    // labelled as background
  CHECK(pixel(half, 1, 1) == Rgb{234, 175, 128}); // (255 + {213, 94, 0}) / 2, halves up
  CHECK(pixel(half, 1, 0) == Rgb{101, 101, 101}); // 0.35 * 127.5 + 56 on a stripe: row + column = 1
  const auto full = overlay(panel, {.opacity = 1.0, .longest_side_px = 2});
  CHECK(pixel(full, 1, 1) == Rgb{213, 94, 0});
  panel.labels = Array2<std::uint8_t>{{0, 0}, {0, 3}};
  CHECK(pixel(overlay(panel, {.longest_side_px = 2}), 1, 1) == Rgb{89, 89, 89}); // 0.35 * 255 between stripes: 2
}

TEST_CASE("labels that are not the reference's are marked, background among them") {
  OverlayPanel panel = two_by_two();
  panel.labels = Array2<std::uint8_t>{{1, 0}, {0, 2}};
  panel.reference = Array2<std::uint8_t>{{1, 0}, {2, 1}};
  const auto picture = overlay(panel, {.opacity = 1.0, .longest_side_px = 2});
  CHECK(pixel(picture, 0, 0) == class_color(1));
  CHECK(pixel(picture, 0, 1) == Rgb{64, 64, 64});
  CHECK(pixel(picture, 1, 0) == error_color);
  CHECK(pixel(picture, 1, 1) == error_color);
  panel.labels.reset();
  CHECK_THROWS_WITH(overlay(panel), "overlay panel 'p': expected labels, and a reference of the image's extents, got a "
                                    "reference alone");
}

TEST_CASE("a small slice is enlarged by the largest whole factor that fits, without mixing voxels") {
  const auto picture = overlay(two_by_two(), {.longest_side_px = 7}); // 7 / 2 -> 3
  REQUIRE(shape_of(picture) == Shape3{6, 6, 3});
  for (std::size_t y = 0; y < 6; ++y)
    for (std::size_t x = 0; x < 6; ++x)
      CHECK(pixel(picture, y, x)[0] == std::array{std::array{0, 64}, std::array{128, 255}}[y / 3][x / 3]);
}

TEST_CASE("thick slices are drawn as thick as they are") {
  OverlayPanel panel = two_by_two();
  panel.spacing_mm = {3.0, 1.5};
  const auto picture = overlay(panel, {.longest_side_px = 4});
  REQUIRE(shape_of(picture) == Shape3{4, 2, 3});
  CHECK(pixel(picture, 1, 0)[0] == 0);
  CHECK(pixel(picture, 2, 0)[0] == 128);
}

TEST_CASE("a slice larger than the wanted size keeps one pixel per voxel") {
  CHECK(shape_of(overlay({.caption = "", .image = xt::ones<float>({5, 9})}, {.longest_side_px = 4})) ==
        Shape3{5, 9, 3});
}

TEST_CASE("a constant slice is black, not a division by zero") {
  const auto picture = overlay({.caption = "", .image = 7.0F * xt::ones<float>({2, 2})}, {.longest_side_px = 2});
  for (const std::uint8_t value : elements(picture))
    CHECK(value == 0);
}

TEST_CASE("a few extreme voxels do not darken the rest") {
  OverlayPanel panel{.caption = "", .image = xt::zeros<float>({10, 20})};
  panel.image(0, 0) = 1e6F;
  for (std::size_t x = 0; x < 20; ++x)
    panel.image(5, x) = 1.0F; // a tenth of the voxels: the 99th percentile is 1
  const auto picture = overlay(panel, {.longest_side_px = 20});
  CHECK(pixel(picture, 5, 3)[0] == 255);
  CHECK(pixel(picture, 0, 0)[0] == 255);
}

TEST_CASE("a slice that cannot be drawn is refused by name") {
  CHECK_THROWS_WITH(overlay({.caption = "p", .image = Array2<float>::from_shape({0, 3})}),
                    "overlay panel 'p': expected an image slice, got an empty array");
  OverlayPanel panel = two_by_two();
  panel.labels = Array2<std::uint8_t>{{1, 0, 2}};
  CHECK_THROWS_WITH(overlay(panel), "overlay panel 'p': expected labels of the image's 2 x 2, got 1 x 3");
  panel = two_by_two();
  panel.image(0, 1) = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(overlay(panel), "overlay panel 'p': expected finite values, got nan");
  panel = two_by_two();
  panel.spacing_mm[1] = 0.0;
  CHECK_THROWS_WITH(overlay(panel), "overlay panel 'p': expected a spacing above 0 mm, got 0");
  CHECK_THROWS_AS(overlay(two_by_two(), {.opacity = 1.5}), InvalidArgument);
}
