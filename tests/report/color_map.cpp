#include "sparseann/report/color_map.hpp"

#include <set>

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("seven classes have seven colours, then they come again") {
  std::set<Rgb> colors;
  for (std::uint8_t label = 1; label <= 7; ++label)
    colors.insert(class_color(label));
  CHECK(colors.size() == 7);
  CHECK(class_color(1) == Rgb{86, 180, 233}); // Okabe and Ito's sky blue
  CHECK(class_color(2) == Rgb{213, 94, 0});   // vermilion
  CHECK(class_color(8) == class_color(1));
  CHECK(class_color(255) == class_color(3)); // 255 = 36 * 7 + 3
}

TEST_CASE("colours along an axis get lighter all the way, and end within the map") {
  double before = 0;
  for (int step = 0; step <= 20; ++step) {
    const Rgb color = axis_color(step / 20.0);
    const double light = 0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2];
    CHECK(light > before);
    before = light;
  }
  CHECK(axis_color(0.5) == Rgb{33, 144, 141}); // the map's middle
  CHECK(axis_color(-3) == axis_color(0));
  CHECK(axis_color(3) == axis_color(1));
}

TEST_CASE("colours are written as CSS writes them") {
  CHECK(to_hex({0, 10, 255}) == "#000aff");
  CHECK(to_hex(class_color(1)) == "#56b4e9");
}
