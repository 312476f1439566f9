#include "sparseann/report/slice_bar.hpp"

#include "support/catch.hpp"

using namespace sparseann;

namespace {
bool bar_contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
} // namespace

TEST_CASE("ticks stand at the slices' centres, the earlier ranks taller") {
  // Slice i of 8 is centred at (i + 1/2) / 8: slice 1 at 18.75 %, slice 6 at 81.25 %, slice 3 at 43.75 %.
  const std::string svg = slice_bar_svg({.plane = Plane::xz, .slices = 8, .selected = {6, 1, 3}});
  CHECK(bar_contains(svg, R"(x1="81.25%" x2="81.25%" y1="4.0" y2="34" opacity="1.00"><title>slice 6, rank 0</title>)"));
  CHECK(
      bar_contains(svg, R"(x1="18.75%" x2="18.75%" y1="13.0" y2="34" opacity="0.70"><title>slice 1, rank 1</title>)"));
  CHECK(
      bar_contains(svg, R"(x1="43.75%" x2="43.75%" y1="22.0" y2="34" opacity="0.40"><title>slice 3, rank 2</title>)"));
  CHECK(bar_contains(svg, R"(<text x="43.75%" y="48" text-anchor="middle">3</text>)"));
  CHECK(bar_contains(svg, R"(aria-label="3 of 8 slices of plane xz, by rank: 6, 1, 3")"));
}

TEST_CASE("one slice is of the first rank; none leaves the bar empty") {
  CHECK(bar_contains(slice_bar_svg({.slices = 1, .selected = {0}}), R"(x1="50.00%" x2="50.00%" y1="4.0")"));
  const std::string empty = slice_bar_svg({.slices = 5, .selected = {}});
  CHECK(!bar_contains(empty, "<line"));
  CHECK(bar_contains(empty, "\"0 of 5 slices of plane xy\""));
}

TEST_CASE("numbers that would touch their left neighbour are left out, ticks are not") {
  // Of 100 slices 10 and 12 are 2 % apart, 10 and 17 are 7 %.
  const std::string svg = slice_bar_svg({.slices = 100, .selected = {12, 17, 10}});
  CHECK(bar_contains(svg, ">10</text>"));
  CHECK(!bar_contains(svg, ">12</text>"));
  CHECK(bar_contains(svg, ">17</text>"));
  CHECK(bar_contains(svg, "slice 12, rank 0"));
}

TEST_CASE("a slice beyond the axis is an error") {
  CHECK_THROWS_WITH(slice_bar_svg({.plane = Plane::yz, .slices = 4, .selected = {4}}),
                    "slice bar.yz: expected slices below 4, got 4");
}
