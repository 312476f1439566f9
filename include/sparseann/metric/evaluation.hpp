#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/metric/boundary.hpp"
#include "sparseann/metric/overlap.hpp"
#include "sparseann/metric/surface_distance.hpp"
#include "sparseann/metric/surface_elements.hpp"

namespace sparseann {

/// What a distance is where one side has no voxel: the image's diagonal, which no distance exceeds, or missing (NaN).
enum class EmptyDistance { diagonal, missing };

[[nodiscard]] constexpr std::array<std::string_view, 2> names_of(EmptyDistance) noexcept {
  return {"diagonal", "missing"};
}

/// What stands for a segmentation's surface: the centres of its boundary voxels, each as much as another, or the
/// elements between voxels, each by its area.
enum class Surface { voxels, elements };

[[nodiscard]] constexpr std::array<std::string_view, 2> names_of(Surface) noexcept { return {"voxels", "elements"}; }

struct EvaluationOptions {
  Surface surface = Surface::voxels;
  BoundaryOptions boundary;
  BoundaryAverage boundary_average = BoundaryAverage::pooled;
  BoundaryPercentile boundary_percentile = BoundaryPercentile::pooled;
  double tolerance_mm = 1.0;
  EmptyDistance empty_distance = EmptyDistance::diagonal;

  friend void visit(EvaluationOptions& options, auto&& visitor) {
    visitor(field("surface", options.surface,
                  "between what distances are: centres of boundary voxels, or surface elements, which count by area"));
    visitor(field("boundary", options.boundary, "which voxels are boundary"));
    visitor(field("boundary_average", options.boundary_average,
                  "average distance of boundaries: over both, or of the two directed means"));
    visitor(field("boundary_percentile", options.boundary_percentile,
                  "HD95: of the distances of both boundaries together, or the larger of the two directed ones"));
    visitor(field("tolerance_mm", options.tolerance_mm,
                  "up to where the normalised surface Dice calls boundaries equal", at_least(0)));
    visitor(field("empty_distance", options.empty_distance,
                  "distances where one side is empty: the image's diagonal, or missing"));
  }

  /// Surface elements are between voxels, which have no neighbours to choose from.
  friend void check_together(const EvaluationOptions& options, const std::string& prefix) {
    if (options.surface == Surface::elements && options.boundary.neighbours != BoundaryOptions{}.neighbours)
      throw InvalidArgument(field_name(prefix, "boundary.neighbours"),
                            "no choice where surface is elements, which are between voxels",
                            std::string(name_of_value(options.boundary.neighbours)));
  }
};

/// How well one class of one case was segmented. Distances are 0 where both sides are empty, and as the options say
/// where one is; sensitivity and precision are NaN where they divide by nothing and something is wrong.
struct ClassScore {
  std::size_t label = 0;
  double dice = 0.0;
  double jaccard = 0.0;
  double sensitivity = 0.0;
  double precision = 0.0;
  double average_boundary_distance_mm = 0.0;
  double hausdorff_mm = 0.0;
  double hausdorff95_mm = 0.0;
  double normalised_surface_dice = 0.0;
  double volume_difference_ml = 0.0;
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

namespace detail {

/// What distances say about one class, between boundary voxels or surface elements alike.
template <class Distances>
void score_distances(Distances distances, const EvaluationOptions& options, ClassScore& score) {
  if (options.empty_distance == EmptyDistance::missing)
    distances.empty_mm = std::numeric_limits<double>::quiet_NaN();
  score.average_boundary_distance_mm = average_boundary_distance_mm(distances, options.boundary_average);
  score.hausdorff_mm = hausdorff_mm(distances);
  score.hausdorff95_mm = hausdorff_percentile_mm(distances, 95.0, options.boundary_percentile);
  score.normalised_surface_dice = normalised_surface_dice(distances, options.tolerance_mm);
}

/// One class from a scan of the whole case.
[[nodiscard]] inline ClassScore scanned_score(const LabelVolume& prediction, const LabelVolume& reference,
                                              std::uint8_t label, const LabelScan& scan,
                                              const EvaluationOptions& options, const Execution& execution) {
  const std::array<double, 3>& spacing = reference.geometry.spacing_mm;
  ClassScore score{.label = label,
                   .dice = dice(scan.counts, label),
                   .jaccard = jaccard(scan.counts, label),
                   .sensitivity = sensitivity(scan.counts, label),
                   .precision = precision(scan.counts, label),
                   .volume_difference_ml =
                       volume_difference_ml(scan.counts, label, spacing[0] * spacing[1] * spacing[2]),
                   .prediction_empty = scan.counts.prediction[label] == 0,
                   .reference_empty = scan.counts.reference[label] == 0};
  if (options.surface == Surface::elements)
    score_distances(scanned_element_distances(prediction.voxels, reference.voxels, label, scan, spacing,
                                              options.boundary, execution),
                    options, score);
  else
    score_distances(scanned_boundary_distances(prediction.voxels, reference.voxels, label, scan, spacing,
                                               options.boundary, execution),
                    options, score);
  return score;
}

} // namespace detail

/// Scores classes of one case: overlap, distances of boundaries, volume.
///
/// Shapes: one score per label of `labels`, in their order, or of every label above 0 that either side has where these
/// are none; other labels count as background of each.
/// Units: the reference's spacing, in mm; volumes in ml.
/// Cost: linear in the voxels, which are read once, and per class in those of the box around it.
/// Throws: DataError, which names `case_name`, where the grids differ; InvalidArgument for label 0 and for options
/// beyond their limits or that do not fit each other.
[[nodiscard]] inline std::vector<ClassScore>
evaluate_labels(const LabelVolume& prediction, const LabelVolume& reference, std::span<const std::uint8_t> labels,
                const EvaluationOptions& options = {}, std::string_view case_name = "",
                const Execution& execution = {}) {
  if (std::ranges::find(labels, 0) != labels.end())
    throw InvalidArgument("labels", "numbers above 0", "0");
  validate(options);
  detail::check_same_grid(prediction, reference,
                          "prediction" + (case_name.empty() ? "" : fmt::format(" of case {}", case_name)));
  detail::check_spacing(reference.geometry.spacing_mm);
  const LabelScan scan = scan_labels(prediction.voxels, reference.voxels, execution);
  std::vector<std::uint8_t> scored(labels.begin(), labels.end());
  for (std::size_t label = 1; labels.empty() && label < scan.counts.both.size(); ++label)
    if (scan.counts.prediction[label] + scan.counts.reference[label] > 0)
      scored.push_back(static_cast<std::uint8_t>(label));
  std::vector<ClassScore> scores;
  scores.reserve(scored.size());
  for (const std::uint8_t label : scored)
    scores.push_back(detail::scanned_score(prediction, reference, label, scan, options, execution));
  return scores;
}

/// Scores every foreground class of one case, see evaluate_labels.
///
/// Shapes: one score per label 1..classes-1, in that order.
/// Throws: DataError, which names `case_name`, where the grids differ or a label is not below `classes`;
/// InvalidArgument where `classes` is not in 2..256, and for options as evaluate_labels.
[[nodiscard]] inline std::vector<ClassScore> evaluate(const LabelVolume& prediction, const LabelVolume& reference,
                                                      std::size_t classes, const EvaluationOptions& options = {},
                                                      std::string_view case_name = "",
                                                      const Execution& execution = {.threads = 1}) {
  if (classes < 2 || classes > 256)
    throw InvalidArgument("classes", "a number from 2 to 256", std::to_string(classes));
  validate(options);
  const std::string suffix = case_name.empty() ? "" : fmt::format(" of case {}", case_name);
  detail::check_same_grid(prediction, reference, "prediction" + suffix);
  detail::check_spacing(reference.geometry.spacing_mm);
  const LabelScan scan = scan_labels(prediction.voxels, reference.voxels, execution);
  detail::check_labels(scan.counts.prediction, classes, "prediction" + suffix);
  detail::check_labels(scan.counts.reference, classes, "reference" + suffix);
  std::vector<ClassScore> scores;
  for (std::size_t label = 1; label < classes; ++label)
    scores.push_back(
        detail::scanned_score(prediction, reference, static_cast<std::uint8_t>(label), scan, options, execution));
  return scores;
}

} // namespace sparseann
