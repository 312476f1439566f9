#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

#include "sparseann/metric/distance_transform.hpp"

namespace sparseann {

/// Which of the eight voxels of a cube of 2 x 2 x 2 are inside: voxel (z, y, x), each 0 or 1, is bit 7 - (4 z + 2 y +
/// x).
using CubeCode = std::uint8_t;

namespace detail::cube {

/// A place in a cube whose corners are voxels' centres, in halves of an edge: corners have 0 and 2 alone, the middle of
/// an edge has one 1.
using Point = std::array<int, 3>;
using Loop = std::vector<Point>;

/// A triangle's normal in (z, y, x) order, as long as eight of its areas where voxels are cubes.
using Normal = std::array<int, 3>;

[[nodiscard]] constexpr bool is_inside(CubeCode code, const Point& corner) noexcept {
  return (code >> (7 - (2 * corner[0] + corner[1] + corner[2] / 2)) & 1) != 0;
}

/// Two ends of a piece of surface in a face of the cube.
struct Segment {
  Point begin;
  Point end;
};

/// The segments of one face, whose corners come in their order around it.
inline void add_segments(CubeCode code, const std::array<Point, 4>& corners, std::vector<Segment>& segments) {
  Loop crossings;
  for (std::size_t i = 0; i < 4; ++i) {
    const Point& a = corners[i];
    const Point& b = corners[(i + 1) % 4];
    if (is_inside(code, a) != is_inside(code, b))
      crossings.push_back({(a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2});
  }
  if (crossings.size() == 2)
    segments.push_back({crossings[0], crossings[1]});
  if (crossings.size() != 4)
    return;
  // Corners 1 and 3 are alike, 0 and 2 the others. The fewer of a cube's voxels, inside or outside, are cut off one by
  // one.
  const bool cut_off = std::popcount(code) <= 4;
  const std::size_t first = is_inside(code, corners[1]) == cut_off ? 0 : 1;
  segments.push_back({crossings[first], crossings[first + 1]});
  segments.push_back({crossings[first + 2], crossings[(first + 3) % 4]});
}

[[nodiscard]] inline std::vector<Segment> segments_of(CubeCode code) {
  std::vector<Segment> segments;
  for (std::size_t axis = 0; axis < 3; ++axis)
    for (const int side : {0, 2}) {
      const auto corner = [&](int u, int v) {
        Point point{};
        point[axis] = side;
        point[(axis + 1) % 3] = u;
        point[(axis + 2) % 3] = v;
        return point;
      };
      add_segments(code, {corner(0, 0), corner(0, 2), corner(2, 2), corner(2, 0)}, segments);
    }
  return segments;
}

/// Segments joined at their ends to closed loops.
[[nodiscard]] inline std::vector<Loop> loops_of(CubeCode code) {
  std::vector<Segment> segments = segments_of(code);
  std::vector<Loop> loops;
  while (!segments.empty()) {
    Loop loop{segments.back().begin};
    Point end = segments.back().end;
    segments.pop_back();
    while (end != loop.front()) {
      loop.push_back(end);
      const auto next = std::ranges::find_if(
          segments, [&](const Segment& segment) { return segment.begin == end || segment.end == end; });
      end = next->begin == end ? next->end : next->begin;
      segments.erase(next);
    }
    loops.push_back(loop);
  }
  return loops;
}

[[nodiscard]] inline Normal normal_of(const Point& a, const Point& b, const Point& c) {
  const auto edge = [&](const Point& to, std::size_t axis) { return to[axis % 3] - a[axis % 3]; };
  Normal normal{};
  for (std::size_t axis = 0; axis < 3; ++axis)
    normal[axis] = edge(b, axis + 1) * edge(c, axis + 2) - edge(b, axis + 2) * edge(c, axis + 1);
  return normal;
}

/// Area in mm^2.
[[nodiscard]] inline double area_of(std::span<const Normal> normals, const std::array<double, 3>& spacing_mm) {
  double area = 0;
  for (const Normal& normal : normals)
    area += std::hypot(normal[0] * spacing_mm[1] * spacing_mm[2], normal[1] * spacing_mm[0] * spacing_mm[2],
                       normal[2] * spacing_mm[0] * spacing_mm[1]) /
            8;
  return area;
}

/// The triangles of a loop: of all ways to cut it, the one of the largest area where voxels are cubes.
[[nodiscard]] inline std::vector<Normal> triangles_of(std::span<const Point> loop) {
  std::vector<Normal> best;
  for (std::size_t k = 1; k + 1 < loop.size(); ++k) { // the third corner of the triangle on the last edge
    std::vector<Normal> normals{normal_of(loop.front(), loop[k], loop.back())};
    for (const auto part : {loop.first(k + 1), loop.subspan(k)})
      std::ranges::copy(triangles_of(part), std::back_inserter(normals));
    constexpr std::array<double, 3> unit{1, 1, 1};
    if (area_of(normals, unit) > area_of(best, unit))
      best = normals;
  }
  return best;
}

[[nodiscard]] inline const std::array<std::vector<Normal>, 256>& normals() {
  static const std::array<std::vector<Normal>, 256> table = [] {
    std::array<std::vector<Normal>, 256> by_code;
    for (std::size_t code = 0; code < by_code.size(); ++code)
      for (const Loop& loop : loops_of(static_cast<CubeCode>(code)))
        std::ranges::copy(triangles_of(loop), std::back_inserter(by_code[code]));
    return by_code;
  }();
  return table;
}

} // namespace detail::cube

/// Area of the piece of surface between the centres of 2 x 2 x 2 voxels, by which of them are inside.
///
/// Formula: marching cubes at one half: the surface crosses the middles of the edges between inside and outside. On a
/// face with two diagonal corners inside, the kind of which the cube has fewer (inside, where they are four and four)
/// is cut off corner by corner. A loop of crossings is cut into the triangles of the largest area that voxels that are
/// cubes have; spacing then stretches their normals.
/// Shapes: 256 values, by CubeCode; none and all inside have 0.
/// Units: spacing in mm, in (z, y, x) order; areas in mm^2.
/// Cost: 256 sums of up to four triangles; the triangles are found once in a program's life.
/// Throws: InvalidArgument for a spacing that is not finite and above 0.
/// Source: Lorensen, Cline, "Marching cubes: a high resolution 3D surface construction algorithm", SIGGRAPH 1987. The
/// rules for what that leaves open are ours, and give the areas of DeepMind's surface-distance 0.1.
[[nodiscard]] inline std::array<double, 256> element_areas_mm2(const std::array<double, 3>& spacing_mm) {
  detail::check_spacing(spacing_mm);
  std::array<double, 256> areas{};
  for (std::size_t code = 0; code < areas.size(); ++code)
    areas[code] = detail::cube::area_of(detail::cube::normals()[code], spacing_mm);
  return areas;
}

} // namespace sparseann
