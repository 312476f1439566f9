#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <string_view>
#include <vector>

#include "sparseann/core/random.hpp"
#include "sparseann/data/heart_anatomy.hpp"
#include "sparseann/data/heart_solids.hpp"

namespace sparseann::heart {

/// What lies around the heart, all of it background, in mm in the heart's frame.
struct ChestAnatomy {
  Ellipsoid skin;
  Ellipsoid muscle;
  Ellipsoid cavity; ///< the lungs' outer surface
  std::vector<Tube> ribs;
  std::vector<Tube> lung_vessels;
  std::vector<Ellipsoid> mediastinum;
  Ellipsoid abdomen;
  Ellipsoid liver;
  std::vector<Tube> liver_vessels;
  Ellipsoid stomach;
  Ellipsoid spleen;
  Tube spine;
  Tube spinal_canal;
};

namespace detail {

/// Directions left, anterior and superior in the heart's frame, for a heart whose apex points left, anterior, inferior.
inline constexpr Frame body_axes{Point{0.675, -0.427, -0.602}, Point{-0.737, -0.391, -0.551},
                                 Point{0.0, -0.815, 0.579}};

/// Places things given by (left, anterior, superior) coordinates around the heart.
class Body {
public:
  explicit Body(const Frame& axes) : axes_(axes) {}

  [[nodiscard]] Point at(Point left_anterior_superior) const noexcept { return combine(axes_, left_anterior_superior); }
  [[nodiscard]] Ellipsoid ellipsoid(Point centre, Point radii) const noexcept { return {at(centre), radii, axes_}; }
  [[nodiscard]] Tube tube(Tube course) const {
    for (Knot& knot : course)
      knot.position = at(knot.position);
    return course;
  }

private:
  Frame axes_;
};

/// A tube that wanders from `start` and thins out.
[[nodiscard]] inline Tube draw_wandering_tube(Point start, Point direction, double radius_mm, double step_mm,
                                              Generator& generator) {
  Tube tube{{start, radius_mm}};
  for (std::size_t i = 0; i < 4; ++i) {
    const Point bend{generator.normal(0, 0.35), generator.normal(0, 0.35), generator.normal(0, 0.35)};
    direction = unit(unit(direction) + bend);
    tube.push_back({tube.back().position + step_mm * direction, 0.82 * tube.back().radius});
  }
  return tube;
}

inline void draw_chest_wall(ChestAnatomy& chest, const Body& body, Variation vary) {
  const Point centre = vary.near({-14, -12, 0}, 3.0);
  const double fat = vary.size(11.0, 0.25);
  const double muscle = vary.size(12.0, 0.2);
  chest.skin = body.ellipsoid(centre, {vary.size(128.0, 0.04), vary.size(88.0, 0.04), 420.0});
  chest.muscle = chest.skin.grown(-fat);
  chest.cavity = chest.muscle.grown(-muscle);
  const Point radii = chest.muscle.radii - Point{6, 6, 0};
  for (std::size_t pair = 0; pair <= 10; ++pair) {
    const double level = -130.0 + 26.0 * static_cast<double>(pair);
    Tube rib;
    for (std::size_t i = 0; i <= 12; ++i) {
      const double turn = (-0.1 + 0.1 * static_cast<double>(i)) * std::numbers::pi; // half a turn around the front
      const double droop = 14.0 * std::sin(turn);
      rib.push_back({centre + Point{radii.x * std::cos(turn), radii.y * std::sin(turn), level - droop}, 4.5});
    }
    chest.ribs.push_back(body.tube(rib));
  }
}

inline void draw_lungs(ChestAnatomy& chest, const Body& body, std::size_t vessels, Variation vary) {
  chest.mediastinum = {body.ellipsoid(vary.near({4, -8, 30}), {vary.size(50.0), vary.size(52.0), 110.0}),
                       body.ellipsoid(vary.near({0, 22, 10}), {vary.size(44.0), vary.size(36.0), vary.size(90.0)})};
  Generator& generator = vary.generator();
  for (std::size_t i = 0; i < vessels; ++i) {
    const double side = i % 2 == 0 ? 1.0 : -1.0;
    const Point start{side * 42.0, generator.uniform(-40, 0), generator.uniform(-25, 45)};
    const Point direction{side, generator.normal(0, 0.6), generator.normal(0, 0.8)};
    chest.lung_vessels.push_back(
        body.tube(draw_wandering_tube(start, direction, generator.uniform(2.5, 6.0), 14.0, generator)));
  }
}

inline void draw_abdomen(ChestAnatomy& chest, const Body& body, std::size_t vessels, Variation vary) {
  const double dome = vary.size(-48.0, 0.1); // top of the diaphragm under the heart
  chest.abdomen = body.ellipsoid({-14, -8, dome - 100.0}, {125.0, 88.0, 100.0});
  chest.liver =
      body.ellipsoid(vary.near({-52, 0, dome - 56.0}, 5.0), {vary.size(82.0), vary.size(72.0), vary.size(60.0, 0.06)});
  chest.stomach = body.ellipsoid(vary.near({48, 12, dome - 36.0}, 5.0), {vary.size(30.0), vary.size(28.0), 26.0});
  chest.spleen = body.ellipsoid(vary.near({74, -36, dome - 34.0}, 5.0), {vary.size(26.0), vary.size(34.0), 32.0});
  Generator& generator = vary.generator();
  for (std::size_t i = 0; i < vessels; ++i) {
    const Point start{generator.uniform(-70, 0), generator.uniform(-30, 35), dome - generator.uniform(12, 55)};
    const Point direction{generator.normal(), generator.normal(), generator.normal(-0.3, 0.5)};
    chest.liver_vessels.push_back(
        body.tube(draw_wandering_tube(start, direction, generator.uniform(2.5, 6.0), 13.0, generator)));
  }
}

inline void draw_spine(ChestAnatomy& chest, const Body& body, Variation vary) {
  const double depth = vary.size(-66.0, 0.05);
  const double side = vary.near({-8, 0, 0}, 3.0).x;
  chest.spine = body.tube({{{side, depth, -200}, 18.0}, {{side, depth - 4, 0}, 18.0}, {{side, depth, 200}, 17.0}});
  chest.spinal_canal =
      body.tube({{{side, depth - 24, -200}, 7.5}, {{side, depth - 28, 0}, 7.5}, {{side, depth - 24, 200}, 7.5}});
}

} // namespace detail

/// A random chest around a heart: wall, lungs with vessels, mediastinal fat, spine, liver with vessels, stomach,
/// spleen.
///
/// `vessels` is the number of bright vessels in the lungs, and again in the liver.
[[nodiscard]] inline ChestAnatomy draw_chest_anatomy(const AnatomyOptions& options, std::size_t vessels,
                                                     const Generator& generator) {
  const auto vary = [&](std::string_view name) { return Variation(generator.split(name), options.shape_spread); };
  const Frame turn = vary("body").tilt(6.0);
  Frame axes = detail::body_axes;
  for (Point& axis : axes)
    axis = combine(turn, axis);
  const detail::Body body(axes);
  ChestAnatomy chest;
  detail::draw_chest_wall(chest, body, vary("chest wall"));
  detail::draw_lungs(chest, body, vessels, vary("lungs"));
  detail::draw_abdomen(chest, body, vessels, vary("abdomen"));
  detail::draw_spine(chest, body, vary("spine"));
  return chest;
}

} // namespace sparseann::heart
