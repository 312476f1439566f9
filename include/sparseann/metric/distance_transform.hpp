#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/volume.hpp"

namespace sparseann {

namespace detail {

inline void check_spacing(const std::array<double, 3>& spacing_mm) {
  for (const double spacing : spacing_mm)
    if (!std::isfinite(spacing) || spacing <= 0.0)
      throw InvalidArgument("spacing_mm", "three finite numbers above 0",
                            fmt::format("{}, {}, {}", spacing_mm[0], spacing_mm[1], spacing_mm[2]));
}

/// Minimum over i of (p - i * spacing)^2 + height[i] at every grid point p of one line: the lower envelope of
/// parabolas.
class ParabolaEnvelope {
public:
  ParabolaEnvelope(std::size_t longest, double spacing)
      : spacing_(spacing), heights_(longest), vertices_(longest), starts_(longest) {}

  /// Replaces the `count` values at data[0], data[stride], … by the envelope at their places.
  void operator()(double* data, std::size_t count, std::size_t stride) {
    for (std::size_t i = 0; i < count; ++i)
      heights_[i] = data[i * stride];
    const std::size_t parabolas = build(count);
    if (parabolas == 0)
      return;
    std::size_t current = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const double place = position(i);
      while (current + 1 < parabolas && starts_[current + 1] < place)
        ++current;
      const double offset = place - position(vertices_[current]);
      data[i * stride] = offset * offset + heights_[vertices_[current]];
    }
  }

private:
  [[nodiscard]] double position(std::size_t index) const noexcept { return static_cast<double>(index) * spacing_; }

  /// Where the parabola of `right` starts to lie below that of `left`.
  [[nodiscard]] double crossing(std::size_t left, std::size_t right) const noexcept {
    const double distance = position(right) - position(left);
    return 0.5 * (position(left) + position(right) + (heights_[right] - heights_[left]) / distance);
  }

  /// Finds the parabolas of the envelope from left to right and where each begins; returns how many there are.
  [[nodiscard]] std::size_t build(std::size_t count) {
    std::size_t parabolas = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!std::isfinite(heights_[i]))
        continue;
      double start = -std::numeric_limits<double>::infinity();
      for (; parabolas > 0; --parabolas) {
        start = crossing(vertices_[parabolas - 1], i);
        if (start > starts_[parabolas - 1])
          break;
      }
      vertices_[parabolas] = i;
      starts_[parabolas] = start;
      ++parabolas;
    }
    return parabolas;
  }

  double spacing_;
  std::vector<double> heights_;
  std::vector<std::size_t> vertices_;
  std::vector<double> starts_;
};

inline void transform_lines(Array3<double>& values, std::size_t axis, double spacing) {
  const Shape3 shape = shape_of(values);
  const Shape3 strides{shape[1] * shape[2], shape[2], 1};
  const std::size_t slow = axis == 0 ? 1 : 0;
  const std::size_t fast = axis == 2 ? 1 : 2;
  ParabolaEnvelope envelope(shape[axis], spacing);
  for (std::size_t i = 0; i < shape[slow]; ++i)
    for (std::size_t j = 0; j < shape[fast]; ++j)
      envelope(values.data() + i * strides[slow] + j * strides[fast], shape[axis], strides[axis]);
}

} // namespace detail

/// Exact squared Euclidean distance of every voxel to the nearest site, a voxel whose value is not 0.
///
/// Formula: D(p) = min over sites q of sum_axis (spacing_axis (p_axis - q_axis))^2, one axis after the other.
/// Shapes: sites and result (z, y, x).
/// Units: spacing in mm, in (z, y, x) order; result in mm^2, infinity everywhere where there is no site.
/// Cost: linear in the voxels; one double per voxel.
/// Throws: InvalidArgument for a spacing that is not finite and above 0.
/// Source: Felzenszwalb, Huttenlocher, "Distance transforms of sampled functions", Theory of Computing 8 (2012). Lines
/// without a site are left out of the envelope instead of being given a large finite height.
[[nodiscard]] inline Array3<double> squared_distance_transform(const Array3<std::uint8_t>& sites,
                                                               const std::array<double, 3>& spacing_mm) {
  detail::check_spacing(spacing_mm);
  Array3<double> values(sites.shape());
  for (std::size_t i = 0; i < sites.size(); ++i)
    values.data()[i] = sites.data()[i] != 0 ? 0.0 : std::numeric_limits<double>::infinity();
  for (std::size_t axis = 3; axis-- > 0;)
    detail::transform_lines(values, axis, spacing_mm[axis]);
  return values;
}

} // namespace sparseann
