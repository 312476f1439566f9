#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/pipeline/run_directory.hpp"

namespace sparseann {

/// A mean over cases and their sample standard deviation. NaN where a value does not exist; shown as "n/a".
struct MeanAndDeviation {
  double mean = 0.0;
  double deviation = 0.0;
};

/// One class of one method over the test cases.
struct ClassSummary {
  std::string class_name;
  MeanAndDeviation dice;
  MeanAndDeviation average_boundary_distance_mm;
  MeanAndDeviation hausdorff_mm;
};

/// One line of the results table.
struct MethodRow {
  std::string method;
  std::string group;                 ///< rows of one group stand together, groups in the order of their first row
  std::string explanation;           ///< one sentence for a newcomer
  bool reference_only = false;       ///< shown for orientation (full annotation): never marked as best
  std::vector<ClassSummary> classes; ///< the same classes, in the same order, for every method; without background
  double mean_dice = 0.0;            ///< over classes and test cases
  double overall_score = 0.0;        ///< HVSMR: sum over classes of Dice/2 - ADB/4 - Hausdorff/30, mean over cases
  std::size_t empty_predictions = 0; ///< classes of cases that were predicted to have no voxel at all
};

/// A further fact about the run: "library", "LibTorch 2.11.0".
struct Fact {
  std::string name;
  std::string value;
};

/// What was run, on what, with what.
struct RunFacts {
  std::string dataset;
  std::size_t training_cases = 0;
  std::size_t test_cases = 0;
  std::uint64_t seed = 0;
  std::string version;
  std::string git_revision;
  std::string device;
  double stages_seconds = 0.0; ///< of the calls that finished the stages; what an interrupted one lost is not in it
  double annotated_share_sum = 0.0;   ///< selected slices x their voxels / voxels, planes counted apart; may exceed 1
  double annotated_share_union = 0.0; ///< voxels in at least one selected slice / voxels
  std::vector<Fact> others;           ///< library versions, command line, …
};

/// Training loss of one model: pairs of iteration, in ascending order, and loss.
struct LearningCurve {
  std::string model;
  std::vector<std::pair<std::int64_t, double>> points;
};

/// The slices chosen on one plane of one case.
struct SliceBar {
  Plane plane = Plane::xy;
  std::size_t slices = 0;            ///< along the plane's axis
  std::vector<std::size_t> selected; ///< by rank: the slice to label first comes first
};

struct CaseSelection {
  std::string case_name;
  std::vector<SliceBar> planes;
};

/// One picture: a slice of an image, where wanted with labels blended over it.
///
/// Shapes: image, labels and reference (rows, columns) alike. Units: spacing in mm, (rows, columns).
struct OverlayPanel {
  std::string caption;
  Array2<float> image;
  std::optional<Array2<std::uint8_t>> labels;
  std::optional<std::uint8_t> unlabelled; ///< the value in `labels` that says: nobody has labelled this voxel
  std::array<double, 2> spacing_mm{1.0, 1.0};
  std::optional<Array2<std::uint8_t>> reference; ///< where `labels` differ from it, they are marked as errors
};

/// One embedding of the features of a stack. Shape: (slices, 2).
struct FeatureMap {
  std::string method; ///< "t-SNE"; markup of the program, which is not escaped
  Array2<double> points;
};

/// The slices of one plane of one case in feature space.
struct FeatureSpace {
  std::string case_name;
  SliceBar bar;
  std::vector<FeatureMap> maps;
  std::vector<OverlayPanel> thumbnails; ///< of the selected slices of the first ranks
};

/// What the features of one plane of one case look like. NaN where a value does not exist.
struct FeatureQuality {
  std::string case_name;
  Plane plane = Plane::xy;
  double rank_correlation = 0.0;
  double effective_rank = 0.0;
  double duplicate_rate = 0.0;
  std::string warnings; ///< empty where nothing looks broken
};

/// Slices and what the encoder makes of their features alone.
struct ReconstructionPicture {
  std::string png;                   ///< the bytes of a picture: slices above their reconstructions
  std::vector<std::string> captions; ///< by column: which slice, and its error
  double mean_squared_error = 0.0;   ///< over all slices of the cohort
  double unexplained_share = 0.0;    ///< of the variance within slices, mean over all slices that have any
};

/// Pictures of the same slice, side by side.
struct OverlayRow {
  std::string case_name;
  std::string caption; ///< which slice: "plane xy, slice 24"
  std::vector<OverlayPanel> panels;
};

/// How often each pseudo-label set was fitted for one case; in the order of the sets' names.
struct FitCounts {
  std::string case_name;
  std::vector<std::size_t> counts;
};

/// How right a pseudo-label set is: mean Dice over classes and cases.
struct SetQuality {
  std::string set;
  double training_dice = 0.0;
  double test_dice = 0.0;
};

/// The meta-model without one of its inputs.
struct InputEffect {
  std::string without;
  double mean_dice = 0.0;
  double changed_share = 0.0; ///< of the voxels that are foreground with or without it
};

/// All that the report of one run shows. Empty parts are left out of the page.
struct ReportData {
  std::string title;
  RunFacts facts;
  std::vector<std::string> class_names; ///< index = label, 0 = background
  std::vector<MethodRow> methods;
  std::vector<StageTime> stages;
  std::vector<LearningCurve> curves;
  std::vector<CaseSelection> selections; ///< of the training cases
  std::vector<FeatureQuality> feature_qualities;
  std::vector<FeatureSpace> feature_spaces;
  std::optional<ReconstructionPicture> reconstructions;
  std::vector<OverlayRow> training_overlays; ///< image, reference, sparse labels, pseudo-label sets, …
  std::vector<OverlayRow> test_overlays;     ///< image, reference, predictions, …
  std::vector<std::string> pseudo_label_sets;
  std::vector<SetQuality> set_qualities;  ///< of the sets and of their average
  std::vector<InputEffect> input_effects; ///< the first with all inputs
  std::string fit_stage;                  ///< of the meta-model's training, which `fit_counts` are of
  std::vector<FitCounts> fit_counts;
};

namespace detail {
inline void check_methods(const std::vector<MethodRow>& methods) {
  for (const MethodRow& row : methods) {
    const auto& first = methods.front().classes;
    if (row.classes.size() != first.size())
      throw InvalidArgument("report.methods." + row.method, fmt::format("{} classes", first.size()),
                            std::to_string(row.classes.size()));
    for (std::size_t c = 0; c < first.size(); ++c)
      if (row.classes[c].class_name != first[c].class_name)
        throw InvalidArgument("report.methods." + row.method, "class '" + first[c].class_name + "'",
                              "'" + row.classes[c].class_name + "'");
  }
}

inline void check_slices(const std::string& argument, const SliceBar& bar) {
  for (const std::size_t slice : bar.selected)
    if (slice >= bar.slices)
      throw InvalidArgument(argument + "." + std::string(name_of(bar.plane)),
                            fmt::format("slices below {}", bar.slices), std::to_string(slice));
}

inline void check_feature_space(const FeatureSpace& space) {
  const std::string argument = "feature space of " + space.case_name;
  check_slices(argument, space.bar);
  if (space.maps.empty() || space.bar.slices == 0)
    throw InvalidArgument(argument, "at least one embedding of at least one slice", "none");
  for (const FeatureMap& map : space.maps) {
    if (map.points.shape(0) != space.bar.slices || map.points.shape(1) != 2)
      throw InvalidArgument(argument + "." + map.method, fmt::format("{} x 2 coordinates", space.bar.slices),
                            fmt::format("{} x {}", map.points.shape(0), map.points.shape(1)));
    for (const double coordinate : elements(map.points))
      if (!std::isfinite(coordinate))
        throw InvalidArgument(argument + "." + map.method, "finite coordinates", fmt::format("{}", coordinate));
  }
  if (space.thumbnails.size() > space.bar.selected.size())
    throw InvalidArgument(argument, fmt::format("at most {} thumbnails", space.bar.selected.size()),
                          std::to_string(space.thumbnails.size()));
}

inline void check_labels(const std::string& argument, const OverlayPanel& panel, std::size_t classes) {
  if (!panel.labels)
    return;
  for (const std::uint8_t label : elements(*panel.labels))
    if (label >= classes && label != panel.unlabelled)
      throw InvalidArgument(argument + "." + panel.caption, fmt::format("labels below {}", classes),
                            std::to_string(label));
}
} // namespace detail

/// Checks what the parts of a report must have in common: classes of the methods, slices within their axis, labels
/// within the classes, one count per pseudo-label set.
///
/// Throws: InvalidArgument, naming the part.
inline void check(const ReportData& report) {
  detail::check_methods(report.methods);
  for (const CaseSelection& selection : report.selections)
    for (const SliceBar& bar : selection.planes)
      detail::check_slices("report.selections." + selection.case_name, bar);
  for (const FeatureSpace& space : report.feature_spaces)
    detail::check_feature_space(space);
  for (const auto* rows : {&report.training_overlays, &report.test_overlays})
    for (const OverlayRow& row : *rows)
      for (const OverlayPanel& panel : row.panels)
        detail::check_labels("report.overlays." + row.case_name, panel, report.class_names.size());
  for (const FitCounts& fit : report.fit_counts)
    if (fit.counts.size() != report.pseudo_label_sets.size())
      throw InvalidArgument("report.fit_counts." + fit.case_name,
                            fmt::format("{} counts, one per pseudo-label set", report.pseudo_label_sets.size()),
                            std::to_string(fit.counts.size()));
}

} // namespace sparseann
