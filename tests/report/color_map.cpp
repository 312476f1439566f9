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

TEST_CASE("colours are written as CSS writes them") {
  CHECK(to_hex({0, 10, 255}) == "#000aff");
  CHECK(to_hex(class_color(1)) == "#56b4e9");
}
