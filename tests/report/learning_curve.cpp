#include "sparseann/report/learning_curve.hpp"

#include <cstdio>
#include <limits>
#include <string>

#include "support/catch.hpp"

using namespace sparseann;

namespace {
bool curve_contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

CurvePoints squares(std::int64_t count) {
  CurvePoints points;
  for (std::int64_t i = 0; i < count; ++i)
    points.emplace_back(i, static_cast<double>(i * i));
  return points;
}
} // namespace

TEST_CASE("few points are kept, many are averaged in runs of neighbours") {
  CHECK(thinned(squares(5), 5) == squares(5));
  // Runs of ceil(5 / 2) = 3: means of 0, 1, 4 and of 9, 16.
  CHECK(thinned(squares(5), 2) == CurvePoints{{1, 5.0 / 3.0}, {4, 12.5}});
  CHECK(thinned(squares(1000), 7).size() == 7);
}

TEST_CASE("the moving average is centred and narrows at the ends") {
  // Of squares: (i-1)^2 + i^2 + (i+1)^2 = 3 i^2 + 2.
  const CurvePoints smooth = moving_average(squares(5), 1);
  CHECK(smooth.front().second == 0.0);
  for (std::size_t i = 1; i < 4; ++i)
    CHECK(smooth[i].second == Approx(static_cast<double>(i * i) + 2.0 / 3.0));
  CHECK(smooth.back().second == 16.0);
  CHECK(moving_average(squares(4), 0) == squares(4));
}

TEST_CASE("a straight line stays one, smoothed by any reach") {
  CurvePoints line;
  for (std::int64_t i = 0; i < 9; ++i)
    line.emplace_back(i, 3.0 - static_cast<double>(i) / 4.0);
  const CurvePoints smooth = moving_average(line, 3);
  for (std::size_t i = 0; i < line.size(); ++i)
    CHECK(smooth[i].second == Approx(line[i].second));
}

TEST_CASE("a curve is drawn as an element that may stand many times on a page") {
  const std::string svg = learning_curve_svg({"3D network", {{0, 2.0}, {1, 1.0}, {2, 0.5}}});
  CHECK(svg.starts_with("<svg class=\"curve\" viewBox=\"0 0 340 210\" role=\"img\" aria-label=\"loss 2 at iteration 0, "
                        "0.5 at iteration 2, lowest 0.5 at iteration 2\">"));
  CHECK(svg.ends_with("</svg>"));
  CHECK(curve_contains(svg, "iteration</text>"));
  CHECK(!curve_contains(svg, " id="));
  CHECK(!curve_contains(svg, "http"));
  CHECK(!curve_contains(svg, "<?xml"));
}

TEST_CASE("the drawn line goes through the given points") {
  // Two points, no smoothing: from the upper left to the lower right corner of the axes.
  const std::string svg = learning_curve_svg({"m", {{0, 1.0}, {10, 0.0}}}, {.smoothed_share = 0.0});
  const std::size_t line = svg.find("stroke='rgb(  0, 114, 178)'");
  REQUIRE(line != std::string::npos);
  double x1 = 0.0, y1 = 0.0, x2 = 0.0, y2 = 0.0;
  REQUIRE(std::sscanf(svg.c_str() + svg.find("d='M", line), "d='M%lf,%lf L%lf,%lf", &x1, &y1, &x2, &y2) == 4);
  CHECK(x1 < x2);
  CHECK(y1 < y2); // y runs downwards
  CHECK(x2 <= 340.0);
  CHECK(y2 <= 210.0);
}

TEST_CASE("a curve of one loss is drawn") { CHECK(curve_contains(learning_curve_svg({"m", {{0, 1.0}}}), "</svg>")); }

TEST_CASE("a curve that cannot be drawn is refused by name") {
  CHECK_THROWS_WITH(learning_curve_svg({"m", {}}), "learning curve 'm': expected at least one point, got none");
  CHECK_THROWS_WITH(learning_curve_svg({"m", {{3, std::numeric_limits<double>::infinity()}}}),
                    "learning curve 'm': expected finite losses, got inf at iteration 3");
  CHECK_THROWS_AS(learning_curve_svg({"m", {{0, 1.0}}}, {}, "gnuplot-that-nobody-has"), IoError);
  CHECK_THROWS_AS(sparseann::detail::as_inline_svg("no drawing", "", {}), IoError);
}
