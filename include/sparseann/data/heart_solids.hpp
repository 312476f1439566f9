#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <numbers>
#include <vector>

#include "sparseann/core/random.hpp"

namespace sparseann::heart {

/// A point or direction in mm. In the heart's frame x points from the septum to the left ventricle's free wall, y from
/// the anterior to the inferior wall, z from the apex to the base: a short-axis slice shows x to the right, y
/// downwards.
struct Point {
  double x = 0.0;
  double y = 0.0;
  double z = 0.0;

  friend constexpr Point operator+(Point a, Point b) noexcept { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
  friend constexpr Point operator-(Point a, Point b) noexcept { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
  friend constexpr Point operator*(double s, Point a) noexcept { return {s * a.x, s * a.y, s * a.z}; }
  bool operator==(const Point&) const = default;
};

[[nodiscard]] constexpr double dot(Point a, Point b) noexcept { return a.x * b.x + a.y * b.y + a.z * b.z; }
[[nodiscard]] inline double norm(Point a) noexcept { return std::sqrt(dot(a, a)); }
[[nodiscard]] inline Point unit(Point a) noexcept { return (1.0 / norm(a)) * a; }
[[nodiscard]] constexpr Point cross(Point a, Point b) noexcept {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

/// Three orthonormal directions.
using Frame = std::array<Point, 3>;

inline constexpr Frame identity_frame{Point{1, 0, 0}, Point{0, 1, 0}, Point{0, 0, 1}};

/// The coordinates of `p` along the directions of `frame`.
[[nodiscard]] constexpr Point coordinates(const Frame& frame, Point p) noexcept {
  return {dot(frame[0], p), dot(frame[1], p), dot(frame[2], p)};
}
/// The point with coordinates `c` along the directions of `frame`.
[[nodiscard]] constexpr Point combine(const Frame& frame, Point c) noexcept {
  return c.x * frame[0] + c.y * frame[1] + c.z * frame[2];
}

/// `frame` turned by the given angles, in radians, about the x, then the y, then the z axis.
[[nodiscard]] inline Frame turned(Frame frame, Point angles) {
  for (Point& p : frame) {
    p = {p.x, std::cos(angles.x) * p.y - std::sin(angles.x) * p.z, std::sin(angles.x) * p.y + std::cos(angles.x) * p.z};
    p = {std::cos(angles.y) * p.x + std::sin(angles.y) * p.z, p.y, std::cos(angles.y) * p.z - std::sin(angles.y) * p.x};
    p = {std::cos(angles.z) * p.x - std::sin(angles.z) * p.y, std::sin(angles.z) * p.x + std::cos(angles.z) * p.y, p.z};
  }
  return frame;
}

struct Ball {
  Point centre;
  double radius = 0.0;
};

/// A body given by a signed distance to its surface in mm, negative inside, and a ball that holds it.
template <class S>
concept Solid = requires(const S& solid, Point p) {
  { solid.distance(p) } -> std::same_as<double>;
  { solid.bounds() } -> std::same_as<Ball>;
};

/// An ellipsoid with its own axes.
struct Ellipsoid {
  Point centre;
  Point radii{1.0, 1.0, 1.0};
  Frame axes = identity_frame;

  /// First-order distance k (k - 1) / |grad k|, k the ellipsoid's norm of the point: exact on the surface.
  [[nodiscard]] double distance(Point p) const noexcept {
    const Point c = coordinates(axes, p - centre);
    const Point scaled{c.x / radii.x, c.y / radii.y, c.z / radii.z};
    const double k = norm(scaled);
    const double slope = norm(Point{scaled.x / radii.x, scaled.y / radii.y, scaled.z / radii.z});
    return slope == 0.0 ? -std::min({radii.x, radii.y, radii.z}) : k * (k - 1.0) / slope;
  }
  [[nodiscard]] Ball bounds() const noexcept { return {centre, std::max({radii.x, radii.y, radii.z})}; }

  /// The ellipsoid whose radii are larger by `margin` mm.
  [[nodiscard]] Ellipsoid grown(double margin) const noexcept {
    return {centre, radii + Point{margin, margin, margin}, axes};
  }
};

/// A point on the centre line of a tube.
struct Knot {
  Point position;
  double radius = 1.0;
};

/// A straight piece of tube with rounded ends whose radius changes linearly.
struct Segment {
  Knot from;
  Knot to;

  [[nodiscard]] double distance(Point p) const noexcept {
    const Point along = to.position - from.position;
    const double length2 = dot(along, along);
    const double t = length2 == 0.0 ? 0.0 : std::clamp(dot(p - from.position, along) / length2, 0.0, 1.0);
    return norm(p - from.position - t * along) - std::lerp(from.radius, to.radius, t);
  }
  [[nodiscard]] Ball bounds() const noexcept {
    return {0.5 * (from.position + to.position),
            0.5 * norm(to.position - from.position) + std::max(from.radius, to.radius)};
  }
};

/// A tube along a curve through its knots (Catmull and Rom 1974).
using Tube = std::vector<Knot>;

/// The tube as straight pieces, `pieces` between neighbouring knots.
[[nodiscard]] inline std::vector<Segment> segments(const Tube& tube, std::size_t pieces = 5) {
  const auto at = [&](std::size_t span, double t) {
    const Knot& b = tube[span];
    const Knot& c = tube[span + 1];
    const Point a = span == 0 ? 2.0 * b.position - c.position : tube[span - 1].position;
    const Point d = span + 2 == tube.size() ? 2.0 * c.position - b.position : tube[span + 2].position;
    const Point position =
        0.5 * (2.0 * b.position + t * (c.position - a) + t * t * (2.0 * a - 5.0 * b.position + 4.0 * c.position - d) +
               t * t * t * (3.0 * b.position - 3.0 * c.position + d - a));
    return Knot{position, std::lerp(b.radius, c.radius, t)};
  };
  std::vector<Segment> result;
  for (std::size_t span = 0; span + 1 < tube.size(); ++span)
    for (std::size_t i = 0; i < pieces; ++i) {
      const double step = 1.0 / static_cast<double>(pieces);
      result.push_back({at(span, step * static_cast<double>(i)), at(span, step * static_cast<double>(i + 1))});
    }
  return result;
}

/// All points below a plane: normal . p <= height.
struct HalfSpace {
  Point normal{0.0, 0.0, 1.0}; ///< of length 1
  double height = 0.0;

  [[nodiscard]] double distance(Point p) const noexcept { return dot(normal, p) - height; }
  [[nodiscard]] Ball bounds() const noexcept { return {Point{}, std::numeric_limits<double>::infinity()}; }
};

/// A smooth random function of space with values in [-1, 1]: the mean of a few plane waves.
class Waves {
public:
  /// Wavelengths are drawn from [shortest_mm, longest_mm].
  Waves(Generator generator, double shortest_mm, double longest_mm) {
    for (Wave& wave : waves_) {
      const Point direction = unit({generator.normal(), generator.normal(), generator.normal()});
      wave.number = (2.0 * std::numbers::pi / generator.uniform(shortest_mm, longest_mm)) * direction;
      wave.phase = generator.uniform(0.0, 2.0 * std::numbers::pi);
    }
  }

  [[nodiscard]] double operator()(Point p) const noexcept {
    float sum = 0.0F; // single precision: sines are most of what a case costs
    for (const Wave& wave : waves_)
      sum += std::sin(static_cast<float>(dot(wave.number, p) + wave.phase));
    return sum / static_cast<float>(waves_.size());
  }

private:
  struct Wave {
    Point number;
    double phase = 0.0;
  };
  std::array<Wave, 5> waves_;
};

} // namespace sparseann::heart
