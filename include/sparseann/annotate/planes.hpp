#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/data/cohort.hpp"

namespace sparseann {

struct PlanesOptions {
  std::vector<Plane> planes;
  double anisotropy_limit = 3.0;

  friend void visit(PlanesOptions& options, auto&& visitor) {
    visitor(field("planes", options.planes, "planes to annotate; none: chosen by the spacing"));
    visitor(field("anisotropy_limit", options.anisotropy_limit,
                  "an axis is coarse where its spacing is more than this many times the finest", at_least(1)));
  }
};

namespace detail {
/// The median of the cases' spacings, axis by axis, as nnU-Net takes it: one odd case does not decide for all.
[[nodiscard]] inline std::array<double, 3> median_spacing_mm(std::span<const Geometry> geometries) {
  std::array<double, 3> median{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    std::vector<double> values;
    for (const Geometry& geometry : geometries)
      values.push_back(geometry.spacing_mm[axis]);
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    median[axis] = values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  }
  return median;
}

[[nodiscard]] inline std::vector<Plane> sorted_planes(std::vector<Plane> planes) {
  std::ranges::sort(planes);
  const auto repeated = std::ranges::adjacent_find(planes);
  if (repeated != planes.end())
    throw InvalidArgument("planes", "each plane once", fmt::format("{} twice", name_of(*repeated)));
  return planes;
}

inline void check_spacing(std::span<const Geometry> geometries) {
  for (std::size_t i = 0; i < geometries.size(); ++i)
    for (const double spacing : geometries[i].spacing_mm)
      if (!(std::isfinite(spacing) && spacing > 0))
        throw DataError(fmt::format("spacing of case {}", i), "positive numbers of mm", fmt::format("{}", spacing));
}
} // namespace detail

/// The planes in which a cohort is annotated, trained and pseudo-labelled, in the order xy, xz, yz.
///
/// Those asked for; otherwise all three, unless some axis is coarse: then only the planes whose slices are stacked
/// along a coarse axis. A slice that contains a coarse axis shows a person stretched voxels and a 2D network another
/// scale, while one stacked along it is as sharp as the scan. For the usual scan with thick slices along z that is xy
/// alone; for one stored with thick slices along x it is yz. Units: spacing in mm; the cohort's spacing is the median
/// over the cases, axis by axis. Throws: InvalidArgument for a repeated plane, an anisotropy limit below 1 or no case;
/// DataError for a spacing that is not positive. Source: nnU-Net's threshold of 3 and median spacing (Isensee et al.,
/// Nature Methods 2021). Deviation: the paper says "approximate-isotropic" without a number.
[[nodiscard]] inline std::vector<Plane> planes_for(std::span<const Geometry> geometries,
                                                   const PlanesOptions& options = {}) {
  validate(options);
  if (!options.planes.empty())
    return detail::sorted_planes(options.planes);
  if (geometries.empty())
    throw InvalidArgument("geometries", "at least one case", "none");
  detail::check_spacing(geometries);
  const std::array<double, 3> spacing_mm = detail::median_spacing_mm(geometries);
  const double limit_mm = options.anisotropy_limit * std::ranges::min(spacing_mm);
  const auto is_coarse = [&](Plane plane) { return spacing_mm[stacking_axis(plane)] > limit_mm; };
  std::vector<Plane> planes;
  std::ranges::copy_if(all_planes, std::back_inserter(planes), is_coarse);
  return planes.empty() ? std::vector<Plane>(all_planes.begin(), all_planes.end()) : planes;
}

/// The planes that suit a cohort's training cases. Throws: as planes_for.
[[nodiscard]] inline std::vector<Plane> planes_of(const Cohort& cohort, const PlanesOptions& options = {}) {
  std::vector<Geometry> geometries;
  geometries.reserve(cohort.training.size());
  for (const Case& subject : cohort.training)
    geometries.push_back(subject.image.geometry);
  return planes_for(geometries, options);
}

} // namespace sparseann
