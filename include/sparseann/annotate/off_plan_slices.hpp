#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "sparseann/core/geometry.hpp"
#include "sparseann/core/plane.hpp"

namespace sparseann {

/// A slice that somebody seems to have drawn though it is not planned.
struct OffPlanSlice {
  Plane plane = Plane::xy;
  std::size_t slice = 0;
  std::size_t voxels = 0; ///< with labels that no slice before it in the list has

  bool operator==(const OffPlanSlice&) const = default;
};

/// Few slices that together hold all voxels with labels beside the plan, by greedy maximum coverage: one drawn at the
/// wrong place holds all its voxels, while the slices that it crosses hold a line each.
///
/// `offsets`: the voxels' places in memory order; `plane`: the one that was drawn in, or none for all. Ties go to the
/// plane that comes first and the lower index. Shape: (z, y, x). Cost: as many passes over the voxels as slices come
/// out.
[[nodiscard]] inline std::vector<OffPlanSlice> off_plan_slices(std::vector<std::size_t> offsets, const Shape3& shape,
                                                               std::optional<Plane> plane = {}) {
  const auto place = [&](std::size_t offset) {
    return Shape3{offset / (shape[1] * shape[2]), offset / shape[2] % shape[1], offset % shape[2]};
  };
  std::array<std::vector<std::size_t>, 3> counts{std::vector<std::size_t>(shape[0]), std::vector<std::size_t>(shape[1]),
                                                 std::vector<std::size_t>(shape[2])};
  for (const std::size_t offset : offsets)
    for (std::size_t axis = 0; axis < 3; ++axis)
      ++counts[axis][place(offset)[axis]];
  std::vector<OffPlanSlice> slices;
  while (!offsets.empty()) {
    OffPlanSlice best;
    for (const Plane candidate : all_planes) {
      const std::vector<std::size_t>& of_plane = counts[stacking_axis(candidate)];
      const auto most = std::ranges::max_element(of_plane);
      if ((!plane || plane == candidate) && *most > best.voxels)
        best = {candidate, static_cast<std::size_t>(most - of_plane.begin()), *most};
    }
    slices.push_back(best);
    std::erase_if(offsets, [&](std::size_t offset) {
      const Shape3 voxel = place(offset);
      if (voxel[stacking_axis(best.plane)] != best.slice)
        return false;
      for (std::size_t axis = 0; axis < 3; ++axis)
        --counts[axis][voxel[axis]];
      return true;
    });
  }
  return slices;
}

} // namespace sparseann
