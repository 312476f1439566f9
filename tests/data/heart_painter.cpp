#include "sparseann/data/heart_painter.hpp"

#include <numbers>

#include "support/catch.hpp"

using namespace sparseann;
using namespace sparseann::heart;

namespace {

Warp no_warp() {
  return {.waves = {Waves(Generator(1), 50, 60), Waves(Generator(2), 50, 60), Waves(Generator(3), 50, 60)}};
}

/// A grid with 1 mm voxels; its point for voxel (z, y, x) differs from (x, y, z) by a constant.
Grid plain_grid(const Shape3& shape) { return {shape, 1.0, Pose{}, no_warp()}; }

double volume(const DistanceField& body, std::size_t voxels) {
  double sum = 0.0;
  for (std::size_t i = 0; i < voxels; ++i)
    sum += static_cast<double>(body.coverage(i));
  return sum;
}

} // namespace

TEST_CASE("a grid maps every voxel to the heart's frame and back") {
  const Pose pose{.rotation = turned(identity_frame, {0.2, -0.3, 0.5}), .scale = 1.2, .shift_mm = {3, -4, 5}};
  const Grid grid({4, 5, 6}, 2.5, pose, no_warp());
  CHECK(grid.voxel_mm() == Approx(2.5 / 1.2));
  std::size_t i = 0;
  for (std::size_t z = 0; z < 4; ++z)
    for (std::size_t y = 0; y < 5; ++y)
      for (std::size_t x = 0; x < 6; ++x, ++i) {
        const auto voxel = grid.voxel_of(grid.points()[i]);
        CHECK(voxel[0] == Approx(static_cast<double>(z)).margin(1e-9));
        CHECK(voxel[1] == Approx(static_cast<double>(y)).margin(1e-9));
        CHECK(voxel[2] == Approx(static_cast<double>(x)).margin(1e-9));
      }
  CHECK(norm(grid.points()[1] - grid.points()[0]) == Approx(2.5 / 1.2));
}

TEST_CASE("the share of voxels in a ball adds up to the ball's volume") {
  const Grid grid = plain_grid({30, 31, 32});
  const Point centre = grid.points()[(14 * 31 + 15) * 32 + 16] + Point{0.3, -0.2, 0.1};
  const double exact = 4.0 / 3.0 * std::numbers::pi * 1000.0;
  DistanceField body(grid);
  body.unite(Ellipsoid{.centre = centre, .radii = {10, 10, 10}});
  CHECK(volume(body, grid.points().size()) == Approx(exact).epsilon(0.01));
  DistanceField grown(grid, 3.0);
  grown.unite(Ellipsoid{.centre = centre, .radii = {7, 7, 7}}).grow([](Point) { return 3.0; });
  CHECK(volume(grown, grid.points().size()) == Approx(exact).epsilon(0.01));
}

TEST_CASE("a plane that cuts a voxel in two leaves half of it") {
  const Grid grid = plain_grid({3, 3, 3});
  DistanceField body(grid);
  body.unite(HalfSpace{.normal = {1, 0, 0}, .height = grid.points()[1].x});
  CHECK(body.coverage(0) == 1.0F);
  CHECK(body.coverage(1) == Approx(0.5));
  CHECK(body.coverage(2) == 0.0F);
}

TEST_CASE("carve leaves a gap and clip keeps the inside") {
  const Grid grid = plain_grid({3, 3, 21});
  const Point first = grid.points()[0];
  const HalfSpace left{.normal = {1, 0, 0}, .height = first.x + 10.0};
  const auto length = [&](const DistanceField& body) { return volume(body, 21); }; // of the first row
  DistanceField all(grid);
  all.unite(Ellipsoid{.centre = first, .radii = {100, 100, 100}});
  CHECK(length(all) == 21.0);
  CHECK(length(DistanceField(all).clip(left)) == Approx(10.5));
  CHECK(length(DistanceField(all).carve(left)) == Approx(10.5));
  CHECK(length(DistanceField(all).carve(left, 2.0)) == Approx(8.5));
  DistanceField left_half(grid);
  left_half.unite(left);
  CHECK(length(DistanceField(all).carve(left_half, 2.0)) == Approx(8.5));
  CHECK(length(left_half.unite(all)) == 21.0);
}

TEST_CASE("all voxels that a solid may reach are visited though the grid is warped") {
  Warp warp = no_warp();
  warp.amplitude_mm = 6.0;
  const Pose pose{.rotation = turned(identity_frame, {0.4, 0.1, -0.3}), .scale = 0.9, .shift_mm = {1, 2, 3}};
  const Grid grid({20, 22, 24}, 3.0, pose, warp);
  const Ball ball{{5, -3, 4}, 9.0};
  std::vector<int> visits(grid.points().size(), 0);
  grid.near(ball, 2.0, [&](std::size_t i, Point) { ++visits[i]; });
  std::size_t inside = 0;
  for (std::size_t i = 0; i < visits.size(); ++i) {
    CHECK(visits[i] <= 1);
    if (norm(grid.points()[i] - ball.centre) <= 11.0) {
      ++inside;
      CHECK(visits[i] == 1);
    }
  }
  CHECK(inside > 50);
}

TEST_CASE("painting mixes signals and classes by the share of the voxel") {
  const Grid grid = plain_grid({1, 1, 5});
  const auto up_to = [&](double x) {
    DistanceField body(grid);
    body.unite(HalfSpace{.normal = {1, 0, 0}, .height = grid.points()[0].x + x});
    return body;
  };
  Canvas canvas(grid, Waves(Generator(0), 10, 20));
  canvas.paint(up_to(100), {.signal = 0.2});
  canvas.paint(up_to(2.7), {.signal = 0.6}, std::uint8_t{1});  // 1, 1, 1, 0.2, 0
  canvas.paint(up_to(0.75), {.signal = 1.0}, std::uint8_t{2}); // 1, 0.25, 0, 0, 0
  CHECK(canvas.signal()[0] == Approx(1.0));
  CHECK(canvas.signal()[1] == Approx(0.25 * 1.0 + 0.75 * 0.6));
  CHECK(canvas.signal()[2] == Approx(0.6));
  CHECK(canvas.signal()[3] == Approx(0.2 * 0.6 + 0.8 * 0.2));
  CHECK(canvas.signal()[4] == Approx(0.2));
  const std::vector<int> expected{2, 1, 1, 0, 0};
  for (std::size_t i = 0; i < 5; ++i)
    CHECK(int{canvas.label(i)} == expected[i]);
  canvas.paint(up_to(100), {.signal = 0.3}, std::nullopt);
  CHECK(canvas.signal()[2] == Approx(0.3));
  CHECK(int{canvas.label(2)} == 1);
}

TEST_CASE("a voxel split evenly takes the lower label") {
  const Grid grid = plain_grid({1, 1, 2});
  Canvas canvas(grid, Waves(Generator(0), 10, 20));
  DistanceField half(grid);
  half.unite(HalfSpace{.normal = {1, 0, 0}, .height = grid.points()[0].x});
  canvas.paint(half, {.signal = 1.0}, std::uint8_t{2});
  CHECK(int{canvas.label(0)} == 0);
}
