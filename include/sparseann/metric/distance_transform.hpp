#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/parallel.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/metric/distance_lines.hpp"

namespace sparseann {

namespace detail {

inline void check_spacing(const std::array<double, 3>& spacing_mm) {
  for (const double spacing : spacing_mm)
    if (!std::isfinite(spacing) || spacing <= 0.0)
      throw InvalidArgument("spacing_mm", "three finite numbers above 0",
                            fmt::format("{}, {}, {}", spacing_mm[0], spacing_mm[1], spacing_mm[2]));
}

/// Transforms all lines along `axis`, z or y.
inline void transform_lines(Array3<float>& values, std::size_t axis, double spacing, std::size_t threads,
                            InstructionSet set) {
  const Shape3 shape = shape_of(values);
  const std::size_t outer = axis == 0 ? 1 : 0;
  const std::array<std::size_t, 2> strides{shape[1] * shape[2], shape[2]};
  parallel_for(shape[outer], threads, [&](std::size_t i) {
    distance_lines::Buffers buffers(shape[axis]);
    for (std::size_t x = 0; x < shape[2]; x += distance_lines::width)
      distance_lines::transform(values.data() + i * strides[outer] + x, shape[axis], strides[axis],
                                std::min(distance_lines::width, shape[2] - x), spacing, set, buffers);
  });
}

} // namespace detail

/// Exact squared Euclidean distance of every voxel to the nearest site, a voxel whose value is not 0.
///
/// Formula: D(p) = min over sites q of sum_axis (spacing_axis (p_axis - q_axis))^2, one axis after the other.
/// Shapes: sites and result (z, y, x).
/// Units: spacing in mm, in (z, y, x) order; result in mm^2, infinity everywhere where there is no site.
/// Cost: linear in the voxels, see distance_lines; a float per voxel.
/// Precision: exact where squared spacings and distances are whole numbers below 2^24; else a float rounds once per
/// place between a voxel and its site, which is less than 1e-5 of a distance.
/// Throws: InvalidArgument for a spacing that is not finite and above 0.
[[nodiscard]] inline Array3<float> squared_distance_transform(const Array3<std::uint8_t>& sites,
                                                              const std::array<double, 3>& spacing_mm,
                                                              const Execution& execution = {}) {
  detail::check_spacing(spacing_mm);
  const InstructionSet set = resolve(execution.instruction_set);
  constexpr double seconds_per_voxel = 5e-9;
  const std::size_t threads = worthwhile_threads(execution, seconds_per_voxel * static_cast<double>(sites.size()));
  const Shape3 shape = shape_of(sites);
  Array3<float> values(sites.shape());
  parallel_for(shape[0], threads, [&](std::size_t z) {
    for (std::size_t row = z * shape[1]; row < (z + 1) * shape[1]; ++row)
      distance_lines::transform_sites(elements(sites).subspan(row * shape[2], shape[2]),
                                      elements(values).subspan(row * shape[2], shape[2]), spacing_mm[2]);
  });
  detail::transform_lines(values, 1, spacing_mm[1], threads, set);
  detail::transform_lines(values, 0, spacing_mm[0], threads, set);
  return values;
}

} // namespace sparseann
