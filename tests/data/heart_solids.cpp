#include "sparseann/data/heart_solids.hpp"

#include "support/catch.hpp"

using namespace sparseann;
using namespace sparseann::heart;

TEST_CASE("the distance to a sphere is exact") {
  const Ellipsoid sphere{.centre = {1, 2, 3}, .radii = {5, 5, 5}};
  CHECK(sphere.distance({1, 2, 3}) == Approx(-5.0));
  CHECK(sphere.distance({1, 2, 10}) == Approx(2.0));
  CHECK(sphere.distance({1, 2 - 4.5, 3}) == Approx(-0.5));
  CHECK(sphere.distance({1 + 6, 2 + 8, 3}) == Approx(5.0));
}

TEST_CASE("an ellipsoid's distance vanishes on its surface and grows at unit speed along its normal there") {
  const Frame axes = turned(identity_frame, {0.3, -0.5, 1.1});
  const Ellipsoid ellipsoid{.centre = {-2, 1, 4}, .radii = {3, 6, 9}, .axes = axes};
  for (const Point direction :
       {Point{1, 0, 0}, Point{0, 1, 0}, Point{0, 0, 1}, Point{0.6, 0, 0.8}, Point{0, -0.8, 0.6}}) {
    const Point on_surface{3 * direction.x, 6 * direction.y, 9 * direction.z};
    const Point normal = unit({direction.x / 3, direction.y / 6, direction.z / 9});
    const auto at = [&](double outwards) {
      return ellipsoid.distance(ellipsoid.centre + combine(axes, on_surface + outwards * normal));
    };
    CHECK(at(0.0) == Approx(0.0).margin(1e-12));
    CHECK((at(1e-4) - at(-1e-4)) / 2e-4 == Approx(1.0).epsilon(1e-3));
  }
  CHECK(ellipsoid.grown(2.0).radii == Point{5, 8, 11});
}

TEST_CASE("a segment is a cylinder with round ends") {
  const Segment segment{.from = {{0, 0, 0}, 2}, .to = {{10, 0, 0}, 2}};
  CHECK(segment.distance({5, 5, 0}) == Approx(3.0));
  CHECK(segment.distance({5, 0, 1}) == Approx(-1.0));
  CHECK(segment.distance({-3, 4, 0}) == Approx(3.0));
  CHECK(segment.distance({14, 0, 3}) == Approx(3.0));
  const Segment cone{.from = {{0, 0, 0}, 2}, .to = {{10, 0, 0}, 4}};
  CHECK(cone.distance({5, 3, 0}) == Approx(0.0).margin(1e-12));
  const Segment point{.from = {{1, 1, 1}, 2}, .to = {{1, 1, 1}, 2}};
  CHECK(point.distance({1, 1, 4}) == Approx(1.0));
}

TEST_CASE("a tube passes through its knots and is straight between collinear ones") {
  const Tube bent{{{0, 0, 0}, 1}, {{10, 0, 0}, 2}, {{10, 10, 0}, 3}};
  const std::vector<Segment> pieces = segments(bent, 4);
  REQUIRE(pieces.size() == 8);
  CHECK(norm(pieces[0].from.position - bent[0].position) < 1e-12);
  CHECK(norm(pieces[4].from.position - bent[1].position) < 1e-12);
  CHECK(norm(pieces[7].to.position - bent[2].position) < 1e-12);
  CHECK(pieces[4].from.radius == Approx(2.0));
  for (std::size_t i = 0; i + 1 < pieces.size(); ++i)
    CHECK(pieces[i].to.position == pieces[i + 1].from.position);
  for (const Segment& piece : segments({{{0, 0, 0}, 1}, {{1, 2, 3}, 1}, {{2, 4, 6}, 1}}))
    CHECK(norm(cross(piece.to.position, Point{1, 2, 3})) < 1e-12);
}

TEST_CASE("bounding balls hold their solids") {
  Generator generator(4);
  const auto draw = [&] { return Point{generator.uniform(-9, 9), generator.uniform(-9, 9), generator.uniform(-9, 9)}; };
  const Ellipsoid ellipsoid{.centre = draw(), .radii = {2, 4, 7}, .axes = turned(identity_frame, draw())};
  const Segment segment{.from = {draw(), 3}, .to = {draw(), 1}};
  for (int i = 0; i < 2000; ++i) {
    const Point p = 2.0 * draw();
    if (ellipsoid.distance(p) <= 0)
      CHECK(norm(p - ellipsoid.bounds().centre) <= ellipsoid.bounds().radius + 1e-9);
    if (segment.distance(p) <= 0)
      CHECK(norm(p - segment.bounds().centre) <= segment.bounds().radius + 1e-9);
  }
}

TEST_CASE("a turned frame stays orthonormal, and coordinates and combine are inverse") {
  const Frame frame = turned(identity_frame, {0.4, 1.3, -2.0});
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      CHECK(dot(frame[i], frame[j]) == Approx(i == j ? 1.0 : 0.0).margin(1e-12));
  CHECK(norm(cross(frame[0], frame[1]) - frame[2]) < 1e-12);
  const Point p{1, -2, 5};
  CHECK(norm(combine(frame, coordinates(frame, p)) - p) < 1e-12);
  const Frame quarter = turned(identity_frame, {0, 0, std::numbers::pi / 2});
  CHECK(norm(quarter[0] - Point{0, 1, 0}) < 1e-12);
}

TEST_CASE("waves stay within [-1, 1], vary, and are smooth") {
  const Waves waves(Generator(1), 20, 40);
  Generator generator(2);
  double low = 0;
  double high = 0;
  for (int i = 0; i < 5000; ++i) {
    const Point p{generator.uniform(-100, 100), generator.uniform(-100, 100), generator.uniform(-100, 100)};
    const double value = waves(p);
    low = std::min(low, value);
    high = std::max(high, value);
    const double slope_bound = 2 * std::numbers::pi / 20;
    CHECK(std::abs(waves(p + Point{0.1, 0, 0}) - value) <= 0.1 * slope_bound + 1e-5);
  }
  CHECK(low >= -1.0);
  CHECK(high <= 1.0);
  CHECK(high - low > 1.0);
}
