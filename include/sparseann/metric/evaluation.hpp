#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/metric/overlap.hpp"
#include "sparseann/metric/surface_distance.hpp"

namespace sparseann {

struct EvaluationOptions {
  BoundaryAverage boundary_average = BoundaryAverage::pooled;

  friend void visit(EvaluationOptions& options, auto&& visitor) {
    visitor(field("boundary_average", options.boundary_average,
                  "average distance of boundaries: over the voxels of both, or of the two directed means"));
  }
};

/// How well one class of one case was segmented. An empty side makes the distances the image's diagonal.
struct ClassScore {
  std::size_t label = 0;
  double dice = 0.0;
  double average_boundary_distance_mm = 0.0;
  double hausdorff_mm = 0.0;
  bool prediction_empty = false;
  bool reference_empty = false;

  bool operator==(const ClassScore&) const = default;
};

namespace detail {

[[nodiscard]] inline std::string spacing_text(const std::array<double, 3>& spacing_mm) {
  return fmt::format("spacing {} x {} x {} mm", spacing_mm[0], spacing_mm[1], spacing_mm[2]);
}

inline void check_same_grid(const LabelVolume& prediction, const LabelVolume& reference, const std::string& source) {
  if (shape_of(prediction.voxels) != shape_of(reference.voxels))
    throw DataError(source, fmt::format("{} voxels as in the reference", to_string(shape_of(reference.voxels))),
                    to_string(shape_of(prediction.voxels)));
  if (!same_spacing(prediction.geometry.spacing_mm, reference.geometry.spacing_mm))
    throw DataError(source, spacing_text(reference.geometry.spacing_mm) + " as in the reference",
                    spacing_text(prediction.geometry.spacing_mm));
}

inline void check_labels(const std::array<std::size_t, 256>& counts, std::size_t classes, const std::string& source) {
  for (std::size_t label = classes; label < counts.size(); ++label)
    if (counts[label] > 0)
      throw DataError(source, fmt::format("labels below {}", classes),
                      fmt::format("label {} in {} voxels", label, counts[label]));
}

} // namespace detail

/// Scores every foreground class of one case: Dice, average distance of boundaries and Hausdorff distance.
///
/// Shapes: one score per label 1..classes-1, in that order.
/// Units: the reference's spacing, in mm.
/// Cost: linear in the voxels, per class only in those of the box around the class.
/// Throws: DataError, which names `case_name`, where the grids differ or a label is not below `classes`;
/// InvalidArgument where `classes` is not in 2..256.
[[nodiscard]] inline std::vector<ClassScore> evaluate(const LabelVolume& prediction, const LabelVolume& reference,
                                                      std::size_t classes, const EvaluationOptions& options = {},
                                                      std::string_view case_name = "") {
  if (classes < 2 || classes > 256)
    throw InvalidArgument("classes", "a number from 2 to 256", std::to_string(classes));
  const std::string suffix = case_name.empty() ? "" : fmt::format(" of case {}", case_name);
  detail::check_same_grid(prediction, reference, "prediction" + suffix);
  const OverlapCounts counts = count_overlap(elements(prediction.voxels), elements(reference.voxels));
  detail::check_labels(counts.prediction, classes, "prediction" + suffix);
  detail::check_labels(counts.reference, classes, "reference" + suffix);
  std::vector<ClassScore> scores;
  for (std::size_t label = 1; label < classes; ++label) {
    const auto value = static_cast<std::uint8_t>(label);
    const BoundaryDistances distances =
        boundary_distances(prediction.voxels, reference.voxels, value, reference.geometry.spacing_mm);
    scores.push_back({.label = label,
                      .dice = dice(counts, value),
                      .average_boundary_distance_mm = average_boundary_distance_mm(distances, options.boundary_average),
                      .hausdorff_mm = hausdorff_mm(distances),
                      .prediction_empty = distances.prediction_empty,
                      .reference_empty = distances.reference_empty});
  }
  return scores;
}

} // namespace sparseann
