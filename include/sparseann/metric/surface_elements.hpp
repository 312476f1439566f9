#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/parallel.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/metric/boundary.hpp"
#include "sparseann/metric/distance_transform.hpp"
#include "sparseann/metric/element_areas.hpp"
#include "sparseann/metric/overlap.hpp"
#include "sparseann/metric/surface_distance.hpp"

namespace sparseann {

/// A piece of a segmentation's surface, and its distance to the nearest piece of the other's.
struct SurfaceElement {
  double distance_mm = 0.0;
  double area_mm2 = 0.0;
};

/// Every surface element of each segmentation, in memory order; as BoundaryDistances where one has none.
struct SurfaceElementDistances {
  std::vector<SurfaceElement> from_prediction{};
  std::vector<SurfaceElement> from_reference{};
  bool prediction_empty = false;
  bool reference_empty = false;
  double empty_mm = 0.0;

  [[nodiscard]] bool one_is_empty() const noexcept { return prediction_empty || reference_empty; }
  [[nodiscard]] bool both_are_empty() const noexcept { return prediction_empty && reference_empty; }
};

/// One number from the prediction to the reference, and one back.
struct DirectedValues {
  double from_prediction = 0.0;
  double from_reference = 0.0;
};

namespace detail {

/// The codes of eight cubes side by side; `voxel` is the last voxel of the first cube.
[[nodiscard]] inline std::uint64_t eight_cube_codes(const std::uint8_t* voxel, std::ptrdiff_t row,
                                                    std::ptrdiff_t slice) noexcept {
  std::uint64_t codes = 0;
  for (const std::ptrdiff_t offset :
       {-slice - row - 1, -slice - row, -slice - 1, -slice, -row - 1, -row, std::ptrdiff_t{-1}, std::ptrdiff_t{0}}) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, voxel + offset, sizeof eight);
    codes = codes << 1U | eight; // bytes are 0 or 1, so that none reaches the next
  }
  return codes;
}

/// The code of every cube that the surface of `label` goes through, else 0. The cube (z, y, x) ends at voxel (z, y, x)
/// of the box, so there is one more than there are voxels on every axis.
[[nodiscard]] inline Array3<CubeCode> surface_codes(const Array3<std::uint8_t>& labels, std::uint8_t label,
                                                    const VoxelBox& box, const BoundaryOptions& options,
                                                    std::size_t threads) {
  const PaddedMask mask(labels, label, box, options.image_border, threads);
  const Shape3 shape{mask.shape()[0] + 1, mask.shape()[1] + 1, mask.shape()[2] + 1};
  Array3<CubeCode> codes = xt::zeros<CubeCode>({shape[0], shape[1], shape[2]});
  parallel_for(shape[0], threads, [&](std::size_t z) {
    for (std::size_t y = 0; y < shape[1]; ++y) {
      const std::uint8_t* const voxels = mask.voxels(z, y);
      CubeCode* const row = codes.data() + (z * shape[1] + y) * shape[2];
      for (std::size_t x = 0; x < shape[2]; x += 8) {
        const std::uint64_t eight = eight_cube_codes(voxels + x, mask.row_bytes(), mask.slice_bytes());
        if (eight != 0 && eight != ~std::uint64_t{0})
          std::memcpy(row + x, &eight, std::min<std::size_t>(sizeof eight, shape[2] - x));
      }
      std::replace(row, row + shape[2], CubeCode{255}, CubeCode{0});
    }
  });
  return codes;
}

/// Every element of `from`, with its distance to the nearest one of `to`.
[[nodiscard]] inline std::vector<SurfaceElement> elements_to(const Array3<CubeCode>& from, const Array3<CubeCode>& to,
                                                             const std::array<double, 256>& areas_mm2,
                                                             const std::array<double, 3>& spacing_mm,
                                                             const Execution& execution) {
  std::vector<SurfaceElement> found;
  std::size_t place = 0;
  for (const double distance_mm : distances_to(from, to, spacing_mm, execution)) {
    place = distance_lines::first_site(elements(from), place);
    found.push_back({.distance_mm = distance_mm, .area_mm2 = areas_mm2[from.data()[place++]]});
  }
  return found;
}

/// As surface_element_distances, of a label that a scan has found.
[[nodiscard]] inline SurfaceElementDistances
scanned_element_distances(const Array3<std::uint8_t>& prediction, const Array3<std::uint8_t>& reference,
                          std::uint8_t label, const LabelScan& scan, const std::array<double, 3>& spacing_mm,
                          const BoundaryOptions& options, const Execution& execution) {
  return scanned_distances<SurfaceElementDistances>(
      prediction, reference, label, scan, spacing_mm, execution,
      [&](const Array3<std::uint8_t>& labels, const VoxelBox& box, std::size_t threads) {
        return surface_codes(labels, label, box, options, threads);
      },
      [&](SurfaceElementDistances& distances, const Array3<CubeCode>& predicted, const Array3<CubeCode>& expected) {
        const std::array<double, 256> areas_mm2 = element_areas_mm2(spacing_mm);
        distances.from_prediction = elements_to(predicted, expected, areas_mm2, spacing_mm, execution);
        distances.from_reference = elements_to(expected, predicted, areas_mm2, spacing_mm, execution);
      });
}

[[nodiscard]] inline double area_of(std::span<const SurfaceElement> surface) {
  return std::accumulate(surface.begin(), surface.end(), 0.0,
                         [](double sum, const SurfaceElement& element) { return sum + element.area_mm2; });
}

[[nodiscard]] inline double area_within(std::span<const SurfaceElement> surface, double limit_mm) {
  return std::accumulate(surface.begin(), surface.end(), 0.0, [limit_mm](double sum, const SurfaceElement& element) {
    return element.distance_mm <= limit_mm ? sum + element.area_mm2 : sum;
  });
}

/// Distance times area.
[[nodiscard]] inline double moment_of(std::span<const SurfaceElement> surface) {
  return std::accumulate(surface.begin(), surface.end(), 0.0, [](double sum, const SurfaceElement& element) {
    return sum + element.distance_mm * element.area_mm2;
  });
}

/// The least distance within which `percent` of the area lies.
[[nodiscard]] inline double area_percentile(std::vector<SurfaceElement> surface, double percent) {
  std::ranges::sort(surface, {}, &SurfaceElement::distance_mm);
  const double wanted = percent / 100 * area_of(surface);
  double area = 0;
  for (const SurfaceElement& element : surface) {
    area += element.area_mm2;
    if (area >= wanted)
      return element.distance_mm;
  }
  return surface.back().distance_mm; // where rounding keeps the sum below
}

} // namespace detail

/// Distances between the surfaces of `label`, which is not 0, in a prediction and in its reference.
///
/// Formula: a surface element lies at the middle of each 2 x 2 x 2 voxels of which some, not all, have the label; its
/// area is `element_areas_mm2`, its distance min over the other's elements of the distance of these middles.
/// Shapes: prediction and reference (z, y, x).
/// Units: spacing in mm, in (z, y, x) order; distances in mm, areas in mm^2.
/// Cost: as boundary_distances.
/// Throws: InvalidArgument where the shapes differ, a spacing is not finite and above 0, or the label is 0.
/// Source: DeepMind's surface-distance 0.1, for Nikolov et al., "Deep learning to achieve clinically applicable
/// segmentation of head and neck anatomy for radiotherapy", 2018.
/// Deviates: `image_border` may be false; an empty side has a stated distance instead of infinity. `neighbours` says
/// nothing here.
[[nodiscard]] inline SurfaceElementDistances
surface_element_distances(const Array3<std::uint8_t>& prediction, const Array3<std::uint8_t>& reference,
                          std::uint8_t label, const std::array<double, 3>& spacing_mm,
                          const BoundaryOptions& options = {}, const Execution& execution = {}) {
  if (label == 0)
    throw InvalidArgument("label", "a number above 0", "0");
  detail::check_spacing(spacing_mm);
  return detail::scanned_element_distances(prediction, reference, label, scan_labels(prediction, reference, execution),
                                           spacing_mm, options, execution);
}

/// Average distance from each surface to the other.
///
/// Formula: sum of area times distance / sum of area. Units: mm; 0 where both segmentations are empty, `empty_mm` where
/// one is.
[[nodiscard]] inline DirectedValues directed_averages_mm(const SurfaceElementDistances& distances) {
  if (distances.one_is_empty()) {
    const double value = distances.both_are_empty() ? 0.0 : distances.empty_mm;
    return {.from_prediction = value, .from_reference = value};
  }
  return {.from_prediction = detail::moment_of(distances.from_prediction) / detail::area_of(distances.from_prediction),
          .from_reference = detail::moment_of(distances.from_reference) / detail::area_of(distances.from_reference)};
}

/// Average distance of surfaces: over the area of both, or the mean of the two directed averages.
///
/// Units: mm; 0 where both segmentations are empty, `empty_mm` where one is.
[[nodiscard]] inline double average_boundary_distance_mm(const SurfaceElementDistances& distances,
                                                         BoundaryAverage average = BoundaryAverage::pooled) {
  const DirectedValues directed = directed_averages_mm(distances);
  if (average == BoundaryAverage::mean_of_directed || distances.one_is_empty())
    return 0.5 * (directed.from_prediction + directed.from_reference);
  return (detail::moment_of(distances.from_prediction) + detail::moment_of(distances.from_reference)) /
         (detail::area_of(distances.from_prediction) + detail::area_of(distances.from_reference));
}

/// Symmetric Hausdorff distance of surfaces: the largest of all distances, no percentile.
///
/// Units: mm; 0 where both segmentations are empty, `empty_mm` where one is.
[[nodiscard]] inline double hausdorff_mm(const SurfaceElementDistances& distances) {
  if (distances.one_is_empty())
    return distances.both_are_empty() ? 0.0 : distances.empty_mm;
  constexpr auto distance = &SurfaceElement::distance_mm;
  return std::max(std::ranges::max(distances.from_prediction, {}, distance).distance_mm,
                  std::ranges::max(distances.from_reference, {}, distance).distance_mm);
}

/// Robust Hausdorff distance: a percentile of the surfaces' distances by area; at 95 what is called HD95.
///
/// Formula: the least distance within which `percent` of the area lies, of both surfaces together or the larger of the
/// directed ones; never between two distances that occur.
/// Units: mm; 0 where both segmentations are empty, `empty_mm` where one is. Cost: sorts a copy of the elements.
[[nodiscard]] inline double hausdorff_percentile_mm(const SurfaceElementDistances& distances, double percent = 95.0,
                                                    BoundaryPercentile kind = BoundaryPercentile::pooled) {
  if (distances.one_is_empty())
    return distances.both_are_empty() ? 0.0 : distances.empty_mm;
  if (kind == BoundaryPercentile::larger_of_directed)
    return std::max(detail::area_percentile(distances.from_prediction, percent),
                    detail::area_percentile(distances.from_reference, percent));
  std::vector<SurfaceElement> both = distances.from_prediction;
  both.insert(both.end(), distances.from_reference.begin(), distances.from_reference.end());
  return detail::area_percentile(std::move(both), percent);
}

/// Surface overlap: the share of each surface's area within `tolerance_mm` of the other surface.
///
/// 1 where both segmentations are empty, 0 where one is.
[[nodiscard]] inline DirectedValues surface_overlap(const SurfaceElementDistances& distances, double tolerance_mm) {
  if (distances.one_is_empty()) {
    const double value = distances.both_are_empty() ? 1.0 : 0.0;
    return {.from_prediction = value, .from_reference = value};
  }
  const auto share_of = [tolerance_mm](std::span<const SurfaceElement> surface) {
    return detail::area_within(surface, tolerance_mm) / detail::area_of(surface);
  };
  return {.from_prediction = share_of(distances.from_prediction), .from_reference = share_of(distances.from_reference)};
}

/// Normalised surface Dice: the share of both surfaces' area within `tolerance_mm` of the other surface.
///
/// 1 where both segmentations are empty, 0 where one is.
[[nodiscard]] inline double normalised_surface_dice(const SurfaceElementDistances& distances, double tolerance_mm) {
  if (distances.one_is_empty())
    return distances.both_are_empty() ? 1.0 : 0.0;
  return (detail::area_within(distances.from_prediction, tolerance_mm) +
          detail::area_within(distances.from_reference, tolerance_mm)) /
         (detail::area_of(distances.from_prediction) + detail::area_of(distances.from_reference));
}

} // namespace sparseann
