#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/metric/boundary.hpp"
#include "sparseann/metric/distance_transform.hpp"
#include "sparseann/metric/overlap.hpp"
#include "sparseann/metric/statistics.hpp"

namespace sparseann {

/// How the distances of two boundaries become one average: the mean over the voxels of both, or the mean of the two
/// directed means, in which a small boundary weighs as much as a large one.
enum class BoundaryAverage { pooled, mean_of_directed };

[[nodiscard]] constexpr std::array<std::string_view, 2> names_of(BoundaryAverage) noexcept {
  return {"pooled", "mean_of_directed"};
}

/// How the distances of two boundaries become one percentile: that of the distances of both together, or the larger of
/// the two directed ones.
enum class BoundaryPercentile { pooled, larger_of_directed };

[[nodiscard]] constexpr std::array<std::string_view, 2> names_of(BoundaryPercentile) noexcept {
  return {"pooled", "larger_of_directed"};
}

/// Distance in mm of every boundary voxel of each segmentation to the nearest boundary voxel of the other, in memory
/// order.
///
/// Where a segmentation has no boundary, as it has no voxel or fills an image whose border does not count, it is empty
/// here: then both lists are empty, and `empty_mm` stands for every distance, the image's diagonal unless somebody sets
/// it.
struct BoundaryDistances {
  std::vector<double> from_prediction_mm{};
  std::vector<double> from_reference_mm{};
  bool prediction_empty = false;
  bool reference_empty = false;
  double empty_mm = 0.0;

  [[nodiscard]] bool one_is_empty() const noexcept { return prediction_empty || reference_empty; }
  [[nodiscard]] bool both_are_empty() const noexcept { return prediction_empty && reference_empty; }
};

namespace detail {

/// Distance of every voxel of `from` to the nearest voxel of `to`, in memory order.
[[nodiscard]] inline std::vector<double> distances_to(const Array3<std::uint8_t>& from, const Array3<std::uint8_t>& to,
                                                      const std::array<double, 3>& spacing_mm,
                                                      const Execution& execution) {
  const Array3<float> squared = squared_distance_transform(to, spacing_mm, execution);
  std::vector<double> distances;
  const std::span<const std::uint8_t> voxels = elements(from);
  for (std::size_t i = distance_lines::first_site(voxels, 0); i < voxels.size();
       i = distance_lines::first_site(voxels, i + 1))
    distances.push_back(std::sqrt(static_cast<double>(squared.data()[i])));
  return distances;
}

[[nodiscard]] inline bool has_no_site(const Array3<std::uint8_t>& sites) {
  return distance_lines::first_site(elements(sites), 0) == sites.size();
}

[[nodiscard]] inline double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

/// Distances between the surfaces of a label that a scan has found. `surface_in(labels, box, threads)` gives an array
/// of the sites of one, 0 where there is none; `measure(distances, predicted, expected)` fills in what is between two
/// that have some.
template <class Distances>
[[nodiscard]] Distances scanned_distances(const Array3<std::uint8_t>& prediction, const Array3<std::uint8_t>& reference,
                                          std::uint8_t label, const LabelScan& scan,
                                          const std::array<double, 3>& spacing_mm, const Execution& execution,
                                          auto&& surface_in, auto&& measure) {
  Distances distances{
      .prediction_empty = scan.counts.prediction[label] == 0,
      .reference_empty = scan.counts.reference[label] == 0,
      .empty_mm = Geometry{.shape = shape_of(reference), .spacing_mm = spacing_mm, .orientation = {}}.diagonal_mm()};
  if (distances.one_is_empty())
    return distances;
  const VoxelBox& box = scan.boxes[label];
  constexpr double seconds_per_voxel = 2e-9;
  const std::size_t threads =
      worthwhile_threads(execution, seconds_per_voxel * static_cast<double>(voxel_count(shape_of(box))));
  const Array3<std::uint8_t> predicted = surface_in(prediction, box, threads);
  const Array3<std::uint8_t> expected = surface_in(reference, box, threads);
  distances.prediction_empty = has_no_site(predicted);
  distances.reference_empty = has_no_site(expected);
  if (!distances.one_is_empty())
    measure(distances, predicted, expected);
  return distances;
}

/// As boundary_distances, of a label that a scan has found.
[[nodiscard]] inline BoundaryDistances
scanned_boundary_distances(const Array3<std::uint8_t>& prediction, const Array3<std::uint8_t>& reference,
                           std::uint8_t label, const LabelScan& scan, const std::array<double, 3>& spacing_mm,
                           const BoundaryOptions& options, const Execution& execution) {
  return scanned_distances<BoundaryDistances>(
      prediction, reference, label, scan, spacing_mm, execution,
      [&](const Array3<std::uint8_t>& labels, const VoxelBox& box, std::size_t threads) {
        return boundary_in(labels, label, box, options, threads);
      },
      [&](BoundaryDistances& distances, const Array3<std::uint8_t>& predicted, const Array3<std::uint8_t>& expected) {
        distances.from_prediction_mm = distances_to(predicted, expected, spacing_mm, execution);
        distances.from_reference_mm = distances_to(expected, predicted, spacing_mm, execution);
      });
}

[[nodiscard]] inline std::size_t count_within(std::span<const double> values, double limit) {
  return static_cast<std::size_t>(std::ranges::count_if(values, [limit](double value) { return value <= limit; }));
}

} // namespace detail

/// Distances between the boundaries of `label`, which is not 0, in a prediction and in its reference.
///
/// Formula: d(p, B) = min over boundary voxels q of B of |p - q|, between voxel centres; the boundary is `boundary_of`.
/// Shapes: prediction and reference (z, y, x).
/// Units: spacing in mm, in (z, y, x) order; distances in mm.
/// Cost: linear in the voxels, and for what is more than a scan in those of the box around both segmentations, six
/// bytes each. The box changes no distance: all sites are in it, and a voxel on its side has a neighbour outside both
/// segmentations.
/// Throws: InvalidArgument where the shapes differ, a spacing is not finite and above 0, or the label is 0.
/// Deviation: the evaluator of HVSMR 2016 is not available, so its choice of boundary is not known; this is ours.
[[nodiscard]] inline BoundaryDistances boundary_distances(const Array3<std::uint8_t>& prediction,
                                                          const Array3<std::uint8_t>& reference, std::uint8_t label,
                                                          const std::array<double, 3>& spacing_mm,
                                                          const BoundaryOptions& options = {},
                                                          const Execution& execution = {}) {
  if (label == 0)
    throw InvalidArgument("label", "a number above 0", "0");
  detail::check_spacing(spacing_mm);
  return detail::scanned_boundary_distances(prediction, reference, label, scan_labels(prediction, reference, execution),
                                            spacing_mm, options, execution);
}

/// Average distance of boundaries (ADB), also called average symmetric surface distance.
///
/// Formula: pooled: (sum_p d(p, R) + sum_r d(r, P)) / (|P| + |R|); mean of directed: half the sum of the two means.
/// Units: mm; 0 where both segmentations are empty, `empty_mm` where one is.
[[nodiscard]] inline double average_boundary_distance_mm(const BoundaryDistances& distances,
                                                         BoundaryAverage average = BoundaryAverage::pooled) {
  if (distances.one_is_empty())
    return distances.both_are_empty() ? 0.0 : distances.empty_mm;
  const double prediction_sum = detail::sum_of(distances.from_prediction_mm);
  const double reference_sum = detail::sum_of(distances.from_reference_mm);
  const auto prediction_count = static_cast<double>(distances.from_prediction_mm.size());
  const auto reference_count = static_cast<double>(distances.from_reference_mm.size());
  if (average == BoundaryAverage::mean_of_directed)
    return 0.5 * (prediction_sum / prediction_count + reference_sum / reference_count);
  return (prediction_sum + reference_sum) / (prediction_count + reference_count);
}

/// Symmetric Hausdorff distance: the largest of all boundary distances, no percentile.
///
/// Units: mm; 0 where both segmentations are empty, `empty_mm` where one is.
[[nodiscard]] inline double hausdorff_mm(const BoundaryDistances& distances) {
  if (distances.one_is_empty())
    return distances.both_are_empty() ? 0.0 : distances.empty_mm;
  return std::max(std::ranges::max(distances.from_prediction_mm), std::ranges::max(distances.from_reference_mm));
}

/// A percentile of the boundary distances, which a few voxels far away do not decide; at 95 what is called HD95.
///
/// Formula: with n ordered distances the value at percent / 100 (n - 1), on a line between neighbours.
/// Units: mm; 0 where both segmentations are empty, `empty_mm` where one is. Cost: copies the distances.
[[nodiscard]] inline double hausdorff_percentile_mm(const BoundaryDistances& distances, double percent = 95.0,
                                                    BoundaryPercentile kind = BoundaryPercentile::pooled) {
  if (distances.one_is_empty())
    return distances.both_are_empty() ? 0.0 : distances.empty_mm;
  std::vector<double> values = distances.from_prediction_mm;
  std::vector<double> others = distances.from_reference_mm;
  if (kind == BoundaryPercentile::larger_of_directed)
    return std::max(percentile<double>(values, percent), percentile<double>(others, percent));
  values.insert(values.end(), others.begin(), others.end());
  return percentile<double>(values, percent);
}

/// Normalised surface Dice: the share of the boundaries' voxels that are within `tolerance_mm` of the other boundary.
///
/// 1 where both segmentations are empty, 0 where one is. Source: Nikolov et al., "Deep learning to achieve clinically
/// applicable segmentation of head and neck anatomy for radiotherapy", 2018. Deviates: every boundary voxel counts as
/// much as another, as in MONAI; theirs weighs surface elements by their area.
[[nodiscard]] inline double normalised_surface_dice(const BoundaryDistances& distances, double tolerance_mm) {
  if (distances.one_is_empty())
    return distances.both_are_empty() ? 1.0 : 0.0;
  const std::size_t within = detail::count_within(distances.from_prediction_mm, tolerance_mm) +
                             detail::count_within(distances.from_reference_mm, tolerance_mm);
  return static_cast<double>(within) /
         static_cast<double>(distances.from_prediction_mm.size() + distances.from_reference_mm.size());
}

} // namespace sparseann
