#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <ranges>
#include <span>
#include <string_view>
#include <vector>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/metric/distance_transform.hpp"

namespace sparseann {

/// How the distances of two boundaries become one average: the mean over the voxels of both, or the mean of the two
/// directed means, in which a small boundary weighs as much as a large one.
enum class BoundaryAverage { pooled, mean_of_directed };

[[nodiscard]] constexpr std::array<std::string_view, 2> names_of(BoundaryAverage) noexcept {
  return {"pooled", "mean_of_directed"};
}

/// Distance in mm of every boundary voxel of each segmentation to the nearest boundary voxel of the other.
///
/// Where a segmentation is empty both lists are empty, and the image's diagonal stands for every distance.
struct BoundaryDistances {
  std::vector<double> from_prediction_mm{};
  std::vector<double> from_reference_mm{};
  bool prediction_empty = false;
  bool reference_empty = false;
  double diagonal_mm = 0.0;
};

/// The voxels of a mask (value not 0) with a 6-neighbour that is outside the mask or outside the image.
///
/// Shapes: mask and result (z, y, x); the result holds 0 and 1.
/// Cost: linear in the voxels.
[[nodiscard]] inline Array3<std::uint8_t> boundary_of(const Array3<std::uint8_t>& mask) {
  const Shape3 shape = shape_of(mask);
  const Shape3 strides{shape[1] * shape[2], shape[2], 1};
  Array3<std::uint8_t> boundary = xt::zeros<std::uint8_t>(mask.shape());
  const std::uint8_t* voxel = mask.data();
  for (std::size_t z = 0, i = 0; z < shape[0]; ++z)
    for (std::size_t y = 0; y < shape[1]; ++y)
      for (std::size_t x = 0; x < shape[2]; ++x, ++i) {
        if (voxel[i] == 0)
          continue;
        const std::array<std::size_t, 3> place{z, y, x};
        for (std::size_t axis = 0; axis < 3; ++axis)
          if (place[axis] == 0 || place[axis] + 1 == shape[axis] || voxel[i - strides[axis]] == 0 ||
              voxel[i + strides[axis]] == 0)
            boundary.data()[i] = 1;
      }
  return boundary;
}

namespace detail {

/// Voxels low..high-1 of each axis.
struct Box {
  Shape3 low;
  Shape3 high;
};

/// The smallest box around the voxels of `label` in either array; low exceeds high where there is none.
[[nodiscard]] inline Box bounding_box(const Array3<std::uint8_t>& first, const Array3<std::uint8_t>& second,
                                      std::uint8_t label) {
  const Shape3 shape = shape_of(first);
  Box box{.low = shape, .high = {0, 0, 0}};
  const auto extend = [&box](std::size_t axis, std::size_t low, std::size_t high) {
    box.low[axis] = std::min(box.low[axis], low);
    box.high[axis] = std::max(box.high[axis], high + 1);
  };
  for (std::size_t z = 0, row = 0; z < shape[0]; ++z)
    for (std::size_t y = 0; y < shape[1]; ++y, ++row) {
      for (const Array3<std::uint8_t>* array : {&first, &second}) {
        const std::span<const std::uint8_t> voxels = elements(*array).subspan(row * shape[2], shape[2]);
        const auto left = std::ranges::find(voxels, label);
        if (left == voxels.end())
          continue;
        const auto right = std::ranges::find(voxels | std::views::reverse, label).base() - 1;
        extend(0, z, z);
        extend(1, y, y);
        extend(2, static_cast<std::size_t>(left - voxels.begin()), static_cast<std::size_t>(right - voxels.begin()));
      }
    }
  return box;
}

[[nodiscard]] inline Array3<std::uint8_t> cut_mask(const Array3<std::uint8_t>& labels, std::uint8_t label,
                                                   const Box& box) {
  Array3<std::uint8_t> mask({box.high[0] - box.low[0], box.high[1] - box.low[1], box.high[2] - box.low[2]});
  std::uint8_t* out = mask.data();
  for (std::size_t z = box.low[0]; z < box.high[0]; ++z)
    for (std::size_t y = box.low[1]; y < box.high[1]; ++y)
      for (std::size_t x = box.low[2]; x < box.high[2]; ++x)
        *out++ = labels(z, y, x) == label ? 1 : 0;
  return mask;
}

/// Distance of every voxel of `from` to the nearest voxel of `to`, in memory order.
[[nodiscard]] inline std::vector<double> distances_to(const Array3<std::uint8_t>& from, const Array3<std::uint8_t>& to,
                                                      const std::array<double, 3>& spacing_mm) {
  const Array3<double> squared = squared_distance_transform(to, spacing_mm);
  std::vector<double> distances;
  for (std::size_t i = 0; i < from.size(); ++i)
    if (from.data()[i] != 0)
      distances.push_back(std::sqrt(squared.data()[i]));
  return distances;
}

[[nodiscard]] inline double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

} // namespace detail

/// Distances between the boundaries of `label` in a prediction and in its reference.
///
/// Formula: d(p, B) = min over boundary voxels q of B of |p - q|, between voxel centres; the boundary is `boundary_of`.
/// Shapes: prediction and reference (z, y, x).
/// Units: spacing in mm, in (z, y, x) order; distances in mm.
/// Cost: linear in the voxels of the box around both segmentations. The box changes no distance: all sites are in it,
/// and a voxel on its side has a neighbour outside both segmentations.
/// Throws: InvalidArgument where the shapes differ or a spacing is not finite and above 0.
/// Deviation: the evaluator of HVSMR 2016 is not available, so its choice of boundary is not known; this is ours.
[[nodiscard]] inline BoundaryDistances boundary_distances(const Array3<std::uint8_t>& prediction,
                                                          const Array3<std::uint8_t>& reference, std::uint8_t label,
                                                          const std::array<double, 3>& spacing_mm) {
  const Shape3 shape = shape_of(reference);
  if (shape_of(prediction) != shape)
    throw InvalidArgument("prediction", to_string(shape) + " voxels as in the reference",
                          to_string(shape_of(prediction)));
  detail::check_spacing(spacing_mm);
  BoundaryDistances distances{
      .prediction_empty = std::ranges::find(elements(prediction), label) == elements(prediction).end(),
      .reference_empty = std::ranges::find(elements(reference), label) == elements(reference).end(),
      .diagonal_mm = Geometry{.shape = shape, .spacing_mm = spacing_mm, .orientation = {}}.diagonal_mm()};
  if (distances.prediction_empty || distances.reference_empty)
    return distances;
  const detail::Box box = detail::bounding_box(prediction, reference, label);
  const Array3<std::uint8_t> predicted = boundary_of(detail::cut_mask(prediction, label, box));
  const Array3<std::uint8_t> expected = boundary_of(detail::cut_mask(reference, label, box));
  distances.from_prediction_mm = detail::distances_to(predicted, expected, spacing_mm);
  distances.from_reference_mm = detail::distances_to(expected, predicted, spacing_mm);
  return distances;
}

/// Average distance of boundaries (ADB), also called average symmetric surface distance.
///
/// Formula: pooled: (sum_p d(p, R) + sum_r d(r, P)) / (|P| + |R|); mean of directed: half the sum of the two means.
/// Units: mm; 0 where both segmentations are empty, the image's diagonal where one is.
[[nodiscard]] inline double average_boundary_distance_mm(const BoundaryDistances& distances,
                                                         BoundaryAverage average = BoundaryAverage::pooled) {
  if (distances.prediction_empty || distances.reference_empty)
    return distances.prediction_empty && distances.reference_empty ? 0.0 : distances.diagonal_mm;
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
/// Units: mm; 0 where both segmentations are empty, the image's diagonal where one is.
[[nodiscard]] inline double hausdorff_mm(const BoundaryDistances& distances) {
  if (distances.prediction_empty || distances.reference_empty)
    return distances.prediction_empty && distances.reference_empty ? 0.0 : distances.diagonal_mm;
  return std::max(std::ranges::max(distances.from_prediction_mm), std::ranges::max(distances.from_reference_mm));
}

} // namespace sparseann
