#include "sparseann/report/result_picture.hpp"

#include "sparseann/core/volume.hpp"
#include "support/catch.hpp"

using namespace sparseann;

namespace {
OverlayPanel plain(std::size_t rows, std::size_t columns) {
  return {.caption = "", .image = xt::zeros<float>({rows, columns})};
}
} // namespace

TEST_CASE("pictures stand in cells of the largest picture, 6 px apart, in the middle, on white") {
  const std::vector<OverlayRow> rows{{"a", "", {plain(4, 4), plain(2, 4)}}, {"b", "", {plain(4, 2), plain(4, 4)}}};
  const auto grid = picture_grid(rows, {.longest_side_px = 4});
  REQUIRE(shape_of(grid) == Shape3{14, 14, 3});
  const auto black = [](std::size_t y, std::size_t x) {
    const bool first = y < 4 && x < 4;
    const bool second = y >= 1 && y < 3 && x >= 10;
    const bool third = y >= 10 && x >= 1 && x < 3;
    const bool fourth = y >= 10 && x >= 10;
    return first || second || third || fourth;
  };
  for (std::size_t y = 0; y < 14; ++y)
    for (std::size_t x = 0; x < 14; ++x)
      CHECK(grid(y, x, 0) == (black(y, x) ? 0 : 255));
}

TEST_CASE("the result is a PNG file of that size") {
  const std::vector<OverlayRow> rows{{"a", "", {plain(5, 300)}}};
  const std::string png = result_picture(rows);
  REQUIRE(png.size() > 24);
  CHECK(png.substr(0, 8) == "\x89PNG\r\n\x1a\n");
  CHECK(png.substr(16, 8) == std::string("\0\0\x01\x2c\0\0\0\x05", 8)); // IHDR: width 300, height 5, big-endian
}

TEST_CASE("a grid needs rows of equal length") {
  CHECK_THROWS_WITH(picture_grid(std::vector<OverlayRow>{}),
                    "picture rows: expected at least one row of at least one panel, got none");
  const std::vector<OverlayRow> ragged{{"a", "", {plain(1, 1), plain(1, 1)}}, {"b", "", {plain(1, 1)}}};
  CHECK_THROWS_WITH(picture_grid(ragged), "picture row 'b': expected 2 panels, got 1");
}
