#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "sparseann/annotate/annotated_slices.hpp"
#include "sparseann/annotate/label_propagation.hpp"
#include "sparseann/annotate/sparse_labels.hpp"
#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/data/slices.hpp"
#include "sparseann/metric/distance_transform.hpp"

namespace sparseann {

namespace detail {

/// Distance in mm to a label's outline, positive within; infinite where the slice has nothing but the label, or nothing
/// of it. Shapes: (rows, columns) both.
[[nodiscard]] inline Array2<float> signed_distances(const Array2<std::uint8_t>& slice, std::uint8_t label,
                                                    const std::array<double, 2>& spacing_mm) {
  const std::array<std::size_t, 3> shape{1, slice.shape(0), slice.shape(1)};
  Array3<std::uint8_t> inside(shape);
  Array3<std::uint8_t> outside(shape);
  for (std::size_t i = 0; i < slice.size(); ++i) {
    inside.data()[i] = static_cast<std::uint8_t>(slice.data()[i] == label);
    outside.data()[i] = static_cast<std::uint8_t>(slice.data()[i] != label);
  }
  const std::array<double, 3> spacing{1.0, spacing_mm[0], spacing_mm[1]};
  const Array3<float> to_label = squared_distance_transform(inside, spacing, {.threads = 1});
  const Array3<float> to_others = squared_distance_transform(outside, spacing, {.threads = 1});
  Array2<float> distances(slice.shape());
  for (std::size_t i = 0; i < distances.size(); ++i)
    distances.data()[i] = slice.data()[i] == label ? std::sqrt(to_others.data()[i]) : -std::sqrt(to_label.data()[i]);
  return distances;
}

/// The annotated slices between which a slice lies, and its share of the way from the first to the second. Outside of
/// all both are the nearest.
struct BetweenSlices {
  std::size_t below = 0; ///< indices into the annotated slices
  std::size_t above = 0;
  float share = 0;
  std::size_t steps_away = 0; ///< to the nearer
  std::size_t gap = 0;        ///< steps between the two; 0 where both are one
};

[[nodiscard]] inline BetweenSlices between(const std::vector<std::size_t>& annotated, std::size_t slice) {
  const auto next = static_cast<std::size_t>(std::ranges::lower_bound(annotated, slice) - annotated.begin());
  if (next == annotated.size())
    return {next - 1, next - 1, 0, slice - annotated.back()};
  if (next == 0 || annotated[next] == slice)
    return {next, next, 0, annotated[next] - slice};
  const std::size_t low = annotated[next - 1];
  const std::size_t high = annotated[next];
  return {next - 1, next, static_cast<float>(slice - low) / static_cast<float>(high - low),
          std::min(slice - low, high - slice), high - low};
}

} // namespace detail

/// Fills the gaps between annotated slices by interpolating outlines: the baseline that needs neither image nor
/// learning.
///
/// Formula: in each plane with annotated slices the signed distance to each class's outline, positive within, is
/// interpolated linearly between the annotated slices on either side, and is the nearest one's beyond the last; where
/// one of them has no outline, its distance counts as the gap between them, so that what vanishes tapers; the planes'
/// distances are averaged, each weighted by 1 / (1 + steps to its nearest annotated slice); a voxel gets the class of
/// largest distance, ties the lower label. Shapes: (z, y, x) both. Units: mm. Cost: two distance transforms per class
/// and annotated slice, and a float per voxel and class. Throws: DataError where no slice is annotated. Source: Raya,
/// Udupa, "Shape-based interpolation of multidimensional objects", IEEE TMI 9 (1990). Deviates: several classes, and
/// several planes at once.
struct ShapeInterpolation {
  static constexpr std::string_view name = "shape_interpolation";

  NoOptions options;

  [[nodiscard]] Array3<std::uint8_t> operator()(const SparseLabels& labels, const Image&) const {
    const Shape3& shape = labels.shape();
    Array4<float> sums = xt::zeros<float>({labels.classes(), shape[0], shape[1], shape[2]});
    bool any = false;
    for (const Plane plane : all_planes)
      any = add_plane(labels, plane, sums) || any;
    if (!any)
      throw DataError("sparse labels", "a slice in which every voxel is annotated", "none");
    Array3<std::uint8_t> filled = labels.voxels();
    const std::size_t voxels = filled.size();
    for (std::size_t voxel = 0; voxel < voxels; ++voxel) {
      if (filled.data()[voxel] != labels.unlabelled())
        continue;
      std::size_t best = 0;
      for (std::size_t label = 1; label < labels.classes(); ++label)
        if (sums.data()[label * voxels + voxel] > sums.data()[best * voxels + voxel])
          best = label;
      filled.data()[voxel] = static_cast<std::uint8_t>(best);
    }
    return filled;
  }

private:
  /// Adds a plane's weighted distances; false where it has no annotated slice.
  [[nodiscard]] static bool add_plane(const SparseLabels& labels, Plane plane, Array4<float>& sums) {
    const std::vector<std::size_t> annotated = annotated_slices(labels, plane);
    if (annotated.empty())
      return false;
    const double step_mm = labels.geometry().spacing_mm[stacking_axis(plane)];
    const double diagonal_mm = labels.geometry().diagonal_mm();
    const auto spacing = slice_spacing(labels.geometry().spacing_mm, plane);
    std::vector<Array2<std::uint8_t>> slices;
    slices.reserve(annotated.size());
    for (const std::size_t slice : annotated)
      slices.push_back(copy_slice(labels.voxels(), plane, slice));
    for (std::size_t label = 0; label < labels.classes(); ++label) {
      std::vector<Array2<float>> distances;
      distances.reserve(slices.size());
      for (const Array2<std::uint8_t>& slice : slices)
        distances.push_back(detail::signed_distances(slice, static_cast<std::uint8_t>(label), spacing));
      for (std::size_t s = 0; s < slice_count(labels.shape(), plane); ++s) {
        const detail::BetweenSlices place = detail::between(annotated, s);
        const double without_outline = place.gap > 0 ? step_mm * static_cast<double>(place.gap) : diagonal_mm;
        add_slice(distances, place, static_cast<float>(without_outline), label, plane, s, sums);
      }
    }
    return true;
  }

  static void add_slice(const std::vector<Array2<float>>& distances, const detail::BetweenSlices& place,
                        float without_outline, std::size_t label, Plane plane, std::size_t slice, Array4<float>& sums) {
    const float weight = 1.0F / static_cast<float>(1 + place.steps_away);
    const Array2<float>& below = distances[place.below];
    const Array2<float>& above = distances[place.above];
    for (std::size_t row = 0; row < below.shape(0); ++row)
      for (std::size_t column = 0; column < below.shape(1); ++column) {
        const auto finite = [&](float value) {
          return std::isfinite(value) ? value : std::copysign(without_outline, value);
        };
        const float distance =
            (1 - place.share) * finite(below(row, column)) + place.share * finite(above(row, column));
        const Shape3 voxel = plane == Plane::xy   ? Shape3{slice, row, column}
                             : plane == Plane::xz ? Shape3{row, slice, column}
                                                  : Shape3{row, column, slice};
        sums(label, voxel[0], voxel[1], voxel[2]) += weight * distance;
      }
  }
};

static_assert(LabelPropagation<ShapeInterpolation>);

} // namespace sparseann
