#include "sparseann/report/feature_space_figure.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/count_of.hpp"

using namespace sparseann;

namespace {

/// A stack along a circle, of which `selected` are to be labelled, all with thumbnails.
FeatureSpace circle(std::size_t slices, const std::vector<std::size_t>& selected) {
  FeatureSpace space{.case_name = "a", .bar = {.plane = Plane::xz, .slices = slices, .selected = selected}, .maps = {}};
  Array2<double> points = Array2<double>::from_shape({slices, 2});
  for (std::size_t i = 0; i < slices; ++i) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(slices);
    points(i, 0) = 100 + 30 * std::cos(angle);
    points(i, 1) = 30 * std::sin(angle);
  }
  space.maps = {{"t-SNE", points}, {"PCA", 0.01 * points}};
  for (std::size_t i = 0; i < selected.size(); ++i)
    space.thumbnails.push_back({.caption = "", .image = Array2<float>{{0.0F, 1.0F, 2.0F}, {3.0F, 4.0F, 5.0F}}});
  return space;
}

} // namespace

TEST_CASE("every slice is a point of each map, joined to the next; selected ones have marks and thumbnails") {
  const std::string svg = feature_space_svg(circle(20, {10, 3, 17}));
  CHECK(test::count_of(svg, "r=\"3\"") == 2 * 20);
  CHECK(test::count_of(svg, "stroke-opacity=\"0.65\"") == 2 * 19);
  CHECK(test::count_of(svg, "r=\"6\"") == 2 * 3);
  CHECK(test::count_of(svg, "<image ") == 2 * 3);
  CHECK(test::count_of(svg, "href=\"data:image/png;base64,iVBORw0KGgo") == 2 * 3);
  CHECK(test::count_of(svg, "<title>slice 17, rank 2</title>") == 3); // two maps and the axis
  CHECK(test::count_of(svg, ">t-SNE</text>") == 1);
  CHECK(test::count_of(svg, ">PCA</text>") == 1);
  CHECK(test::count_of(svg, ">17</text>") == 3);
  CHECK(svg.starts_with("<svg class=\"feature-space\""));
  CHECK(svg.ends_with("</svg>"));
  CHECK(test::count_of(svg, "id=\"") == 0);
  CHECK(svg_file(svg).starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"feature-space\""));
}

TEST_CASE("the axis has a place for each slice and taller ticks for earlier ranks") {
  const std::string svg = feature_space_svg(circle(20, {10, 3, 17}));
  // 960 px for 20 slices: slice 10 is centred at 10.5 * 48 = 504, slice 3 at 168; the axis begins at 466.
  CHECK(test::count_of(svg, R"(<line x1="504.0" x2="504.0" y1="476.0" y2="507.0")") == 1);
  CHECK(test::count_of(svg, R"(<line x1="168.0" x2="168.0" y1="484.0" y2="507.0")") == 1);
  CHECK(test::count_of(svg, "height=\"9\"") == 20);
  CHECK(test::count_of(svg, "slices 0 to 19 of plane xz") == 1);
}

TEST_CASE("points fill their area with one scale for both axes") {
  const sparseann::detail::Frame area{10, 20, 200, 100};
  const auto places =
      sparseann::detail::fitted(Array2<double>{{0, 0}, {4, 1}, {2, 1}}, area); // 4 to 1, limited by the width
  CHECK(places[0].x == Approx(10));
  CHECK(places[1].x == Approx(210));
  CHECK(places[2].x == Approx(110));
  CHECK(places[0].y == Approx(95)); // 25 below the middle, as y grows downwards
  CHECK(places[1].y == Approx(45));
  const auto same = sparseann::detail::fitted(Array2<double>{{3, 3}, {3, 3}}, area);
  CHECK(same[1].x == Approx(110));
  CHECK(same[1].y == Approx(70));
}

TEST_CASE("thumbnails do not cover each other while there is room, and stay in their area") {
  const sparseann::detail::Frame area{0, 0, 470, 440};
  const FeatureSpace space = circle(60, {});
  const std::vector<sparseann::detail::Place> points =
      sparseann::detail::fitted(space.maps[0].points, sparseann::detail::inset(area, 60));
  sparseann::detail::ThumbnailLayout layout(area, points);
  std::vector<sparseann::detail::Frame> boxes;
  for (std::size_t i = 0; i < 12; ++i)
    boxes.push_back(layout.place(i * 5, 48, 62));
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    CHECK(boxes[i].left >= 0);
    CHECK(boxes[i].top >= 0);
    CHECK(boxes[i].right() <= 470);
    CHECK(boxes[i].bottom() <= 440);
    for (std::size_t j = 0; j < i; ++j)
      CHECK(sparseann::detail::common_area(boxes[i], boxes[j]) == 0);
    for (const sparseann::detail::Place& point : points)
      CHECK(sparseann::detail::distance(boxes[i].nearest(point), point) > 0);
  }
}

TEST_CASE("areas and crossings by hand") {
  CHECK(sparseann::detail::common_area({0, 0, 4, 4}, {2, 1, 4, 2}) == 4);
  CHECK(sparseann::detail::common_area({0, 0, 4, 4}, {4, 0, 4, 4}) == 0);
  CHECK(sparseann::detail::common_area({0, 0, 1, 1}, {5, 5, 1, 1}) == 0);
  CHECK(sparseann::detail::cross({{{0, 0}, {2, 2}}}, {{{0, 2}, {2, 0}}}));
  CHECK_FALSE(sparseann::detail::cross({{{0, 0}, {2, 2}}}, {{{3, 0}, {5, 2}}}));
  CHECK_FALSE(sparseann::detail::cross({{{0, 0}, {1, 0}}}, {{{2, -1}, {2, 1}}}));
}

TEST_CASE("large slices are shrunk by the means of blocks") {
  CHECK((sparseann::detail::shrunk({{1, 3, 5}, {5, 7, 7}, {2, 4, 9}}, 2) == Array2<float>{{4, 6}, {3, 9}}));
  const Array2<float> small{{1, 2}, {3, 4}};
  CHECK((sparseann::detail::shrunk(small, 2) == small));
}

TEST_CASE("more selected slices than thumbnails, none selected, one slice") {
  FeatureSpace space = circle(20, {1, 2, 3, 4});
  space.thumbnails.resize(1);
  CHECK(test::count_of(feature_space_svg(space), "<image ") == 2);
  CHECK(test::count_of(feature_space_svg(space), "r=\"6\"") == 8);
  CHECK(test::count_of(feature_space_svg(circle(20, {})), "r=\"6\"") == 0);
  CHECK(test::count_of(feature_space_svg(circle(1, {0})), "r=\"6\"") == 2);
}

TEST_CASE("feature spaces that contradict themselves are refused") {
  FeatureSpace space = circle(5, {1});
  space.bar.slices = 6;
  CHECK_THROWS_WITH(feature_space_svg(space), "feature space of a.t-SNE: expected 6 x 2 coordinates, got 5 x 2");
  space = circle(5, {1});
  space.maps[1].points(2, 1) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(feature_space_svg(space), "feature space of a.PCA: expected finite coordinates, got nan");
  space = circle(5, {1});
  space.bar.selected.clear();
  CHECK_THROWS_WITH(feature_space_svg(space), "feature space of a: expected at most 0 thumbnails, got 1");
  space.maps.clear();
  CHECK_THROWS_AS(feature_space_svg(space), InvalidArgument);
  CHECK_THROWS_AS(feature_space_svg(circle(5, {5})), InvalidArgument);
}
