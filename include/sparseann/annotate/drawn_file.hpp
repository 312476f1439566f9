#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/annotate/plan.hpp"
#include "sparseann/annotate/sparse_labels.hpp"
#include "sparseann/annotate/task_volumes.hpp"
#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/plane.hpp"

namespace sparseann {

/// A file that somebody drew in, on the image's grid: of one plane, or of all.
struct DrawnFile {
  std::string name; ///< for messages
  std::optional<Plane> plane;
  Array3<std::uint8_t> voxels;
};

/// Throws DataError naming the first voxel whose value is no class and not `ignore`, and how many such there are.
inline void check_drawn_values(const DrawnFile& file, std::size_t classes) {
  std::map<std::uint8_t, std::pair<std::size_t, std::size_t>> unknown; // by value: how many, and the first
  for (std::size_t offset = 0; offset < file.voxels.size(); ++offset)
    if (const std::uint8_t value = elements(file.voxels)[offset]; value > classes)
      ++unknown.try_emplace(value, 0, offset).first->second.first;
  if (unknown.empty())
    return;
  std::string found;
  for (const auto& [value, voxels] : unknown)
    found += fmt::format("{}{} in {} voxels, the first at {}", found.empty() ? "" : "; ", value, voxels.first,
                         voxel_text(shape_of(file.voxels), voxels.second));
  throw DataError(file.name, fmt::format("labels of 0 to {}, or {} for ignore", classes - 1, classes), found);
}

namespace detail {

/// The plane in a set of planes that is a number's bits.
[[nodiscard]] constexpr std::uint8_t bit_of(Plane plane) noexcept {
  return static_cast<std::uint8_t>(1U << stacking_axis(plane));
}

/// How much of a slice is `ignore`, of the voxels that no planned slice of another plane and no earlier annotation has
/// cleared; none where there is no such voxel.
[[nodiscard]] inline std::optional<double> veiled_share(const DrawnFile& file, Plane plane, std::size_t slice,
                                                        const Array3<std::uint8_t>& cleared_by,
                                                        const SparseLabels& earlier) {
  std::size_t voxels = 0;
  std::size_t veiled = 0;
  for_each_voxel(earlier.shape(), plane, slice, [&](const Shape3& v) {
    if ((cleared_by(v[0], v[1], v[2]) & ~bit_of(plane)) != 0 ||
        earlier.voxels()(v[0], v[1], v[2]) != earlier.unlabelled())
      return;
    ++voxels;
    veiled += static_cast<std::size_t>(file.voxels(v[0], v[1], v[2]) == earlier.unlabelled());
  });
  return voxels == 0 ? std::nullopt : std::optional(static_cast<double>(veiled) / static_cast<double>(voxels));
}

/// Bits of the planes whose planned slices hold a voxel.
[[nodiscard]] inline Array3<std::uint8_t> planes_of_voxels(const PlannedCase& planned, const Shape3& shape) {
  Array3<std::uint8_t> bits = xt::zeros<std::uint8_t>({shape[0], shape[1], shape[2]});
  for_each_slice(planned, [&](Plane plane, std::size_t slice) {
    for_each_voxel(shape, plane, slice, [&](const Shape3& v) { bits(v[0], v[1], v[2]) |= bit_of(plane); });
  });
  return bits;
}

} // namespace detail

/// Refuses a file whose veil of `ignore` is not the plan's: it is clear where nothing is planned, and veiled where
/// something is, as one is that was mirrored or belongs to another scan.
///
/// A slice is clear or veiled where most of it is, of what no slice of another plane and no earlier annotation clears.
/// A file without any veil is let through, as editors drop labels. Throws: DataError naming the file and the slices of
/// the first plane that is wrong.
inline void check_veil(const DrawnFile& file, const PlannedCase& planned, const SparseLabels& earlier) {
  const PlannedCase of_file = file.plane ? only(planned, *file.plane) : planned;
  const Array3<std::uint8_t> cleared_by = detail::planes_of_voxels(of_file, earlier.shape());
  for (const Plane plane : all_planes) {
    if (file.plane && file.plane != plane)
      continue;
    std::string veiled;
    std::string clear;
    const std::vector<std::size_t>& slices = of_file[stacking_axis(plane)];
    for (std::size_t slice = 0; slice < earlier.shape()[stacking_axis(plane)]; ++slice) {
      const auto share = detail::veiled_share(file, plane, slice, cleared_by, earlier);
      const bool is_planned = std::ranges::find(slices, slice) != slices.end();
      if (share && is_planned == (*share > 0.5))
        (is_planned ? veiled : clear) += fmt::format(" {}", slice);
    }
    if (!veiled.empty() && !clear.empty())
      throw DataError(file.name, "ignore beside the planned slices and not on them",
                      fmt::format("plane {} with ignore on its planned slices{} and none on{}: a mirrored file, or "
                                  "another scan's",
                                  name_of(plane), veiled, clear));
  }
}

} // namespace sparseann
