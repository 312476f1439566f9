#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/annotate/plan.hpp"
#include "sparseann/annotate/sparse_labels.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/data/slices.hpp"
#include "sparseann/encode/reconstruction.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/npy.hpp"
#include "sparseann/pipeline/feature_check.hpp"
#include "sparseann/pipeline/metrics.hpp"
#include "sparseann/pipeline/run_directory.hpp"
#include "sparseann/report/embedding.hpp"
#include "sparseann/report/report_data.hpp"
#include "sparseann/report/slice_pictures.hpp"
#include "sparseann/train/loss_curve.hpp"
#include "sparseann/train/slice_sampler.hpp"

namespace sparseann {

/// How the report presents a method of a run.
struct MethodNote {
  std::string method;      ///< as in metrics.csv
  std::string group;       ///< heading under which it stands
  std::string explanation; ///< one sentence
  bool reference_only = false;
};

namespace detail {

[[nodiscard]] inline MeanAndDeviation mean_and_deviation(const Summary& summary) {
  return {summary.mean, summary.standard_deviation.value_or(std::numeric_limits<double>::quiet_NaN())};
}

} // namespace detail

/// The rows of the results table, in the order of the notes; methods without a note are left out.
[[nodiscard]] inline std::vector<MethodRow> method_rows(std::span<const MethodSummary> summaries,
                                                        std::span<const MethodNote> notes,
                                                        std::span<const std::string> class_names) {
  std::vector<MethodRow> rows;
  for (const MethodNote& note : notes) {
    const auto summary = std::ranges::find(summaries, note.method, &MethodSummary::method);
    if (summary == summaries.end())
      continue;
    MethodRow row{.method = note.method,
                  .group = note.group,
                  .explanation = note.explanation,
                  .reference_only = note.reference_only,
                  .classes = {},
                  .mean_dice = summary->mean_dice,
                  .overall_score = summary->overall_score,
                  .empty_predictions = summary->empty_predictions};
    for (const auto& of_class : summary->classes)
      row.classes.push_back(
          {.class_name = class_names[of_class.label],
           .dice = detail::mean_and_deviation(of_class.dice),
           .average_boundary_distance_mm = detail::mean_and_deviation(of_class.average_boundary_distance_mm),
           .hausdorff_mm = detail::mean_and_deviation(of_class.hausdorff_mm)});
    rows.push_back(std::move(row));
  }
  return rows;
}

/// The selected slices of every case along the axis of every plane, by rank.
[[nodiscard]] inline std::vector<CaseSelection> case_selections(const AnnotationPlan& plan,
                                                                std::span<const Case> cases) {
  std::vector<CaseSelection> selections;
  for (std::size_t c = 0; c < cases.size(); ++c) {
    std::map<Plane, SliceBar> bars;
    for (const PlannedSlice& planned : plan.slices) {
      if (planned.slice.case_index != c)
        continue;
      SliceBar& bar = bars[planned.slice.plane];
      bar.plane = planned.slice.plane;
      bar.slices = slice_count(cases[c].image.shape(), bar.plane);
      bar.selected.push_back(planned.slice.slice);
    }
    CaseSelection selection{.case_name = cases[c].name, .planes = {}};
    for (auto& [plane, bar] : bars)
      selection.planes.push_back(std::move(bar));
    selections.push_back(std::move(selection));
  }
  return selections;
}

/// What the features of a run look like, from `features/diagnostics.csv`; nothing where a run has none.
/// Throws: DataError, InvalidArgument.
[[nodiscard]] inline std::vector<FeatureQuality> feature_qualities(const RunDirectory& run) {
  const std::filesystem::path path = run.path() / "features" / "diagnostics.csv";
  std::vector<FeatureQuality> qualities;
  if (!std::filesystem::exists(path))
    return qualities;
  for (const StackDiagnostics& stack : read_diagnostics(path))
    qualities.push_back(
        {.case_name = stack.case_name,
         .plane = stack.plane,
         .rank_correlation = stack.found.rank_correlation.value_or(std::numeric_limits<double>::quiet_NaN()),
         .effective_rank = stack.found.effective_rank,
         .duplicate_rate = stack.found.duplicate_rate,
         .warnings = fmt::format("{}", fmt::join(stack.found.warnings, "; "))});
  return qualities;
}

/// The slices of a stack in feature space, by t-SNE and by principal components, with thumbnails of the slices of the
/// first twelve ranks. Shapes: features (slices, D). Throws: as tsne; InvalidArgument as SlicePictures.
[[nodiscard]] inline FeatureSpace feature_space(const Case& subject, const SliceBar& bar, const Array2<float>& features,
                                                const Generator& generator) {
  constexpr std::size_t most_thumbnails = 12;
  FeatureSpace space{.case_name = subject.name, .bar = bar, .maps = {}, .thumbnails = {}};
  space.maps.push_back({"t-SNE", tsne(features, {}, generator)});
  space.maps.push_back({"PCA", principal_components(features)});
  for (std::size_t rank = 0; rank < std::min(most_thumbnails, bar.selected.size()); ++rank)
    space.thumbnails.push_back(SlicePictures(subject, bar.plane, bar.selected[rank]).row().panels.front());
  return space;
}

/// The feature spaces of the first `pictured` cases, wherever the run has features of a plane with selected slices.
/// Throws: IoError; as feature_space.
[[nodiscard]] inline std::vector<FeatureSpace> feature_spaces(const RunDirectory& run, std::span<const Case> cases,
                                                              std::span<const CaseSelection> selections,
                                                              std::size_t pictured, const Generator& generator) {
  std::vector<FeatureSpace> spaces;
  for (std::size_t c = 0; c < std::min({pictured, cases.size(), selections.size()}); ++c)
    for (const SliceBar& bar : selections[c].planes)
      if (const auto path = feature_file(run.path() / "features", cases[c].name, bar.plane);
          std::filesystem::exists(path))
        spaces.push_back(feature_space(cases[c], bar, read_npy(path), generator.split(path.stem().string())));
  return spaces;
}

/// What the run's encoder makes of slices, from `encoder/reconstructions.png` and `reconstruction_error.csv`; nothing
/// where there are none. Throws: IoError, DataError.
[[nodiscard]] inline std::optional<ReconstructionPicture> reconstruction_picture(const RunDirectory& run) {
  const std::filesystem::path folder = run.path() / "encoder";
  if (!std::filesystem::exists(folder / "reconstructions.png"))
    return std::nullopt;
  ReconstructionPicture picture{.png = read_file(folder / "reconstructions.png"), .captions = {}};
  const std::vector<SliceReconstruction> rows = read_reconstructions(folder / "reconstruction_error.csv");
  std::map<std::size_t, std::string> captions;
  std::size_t varied = 0;
  for (const SliceReconstruction& row : rows) {
    picture.mean_squared_error += row.error.mean_squared / static_cast<double>(rows.size());
    picture.unexplained_share += row.error.unexplained_share.value_or(0);
    varied += row.error.unexplained_share ? 1U : 0U;
    if (row.column)
      captions[*row.column] =
          fmt::format("{}, plane {}, slice {}: {}", row.case_name, name_of(row.plane), row.slice,
                      row.error.unexplained_share ? fmt::format("{:.1f} %", 100 * *row.error.unexplained_share)
                                                  : std::string("constant"));
  }
  picture.unexplained_share =
      varied > 0 ? picture.unexplained_share / static_cast<double>(varied) : std::numeric_limits<double>::quiet_NaN();
  for (auto& [column, caption] : captions)
    picture.captions.push_back(std::move(caption));
  return picture;
}

/// Pictures of a test case: image, reference and what each method makes of it, on the slice with the most foreground.
[[nodiscard]] inline OverlayRow test_pictures(const Case& subject, const LabelVolume& reference, Plane plane,
                                              std::size_t case_index, std::span<const Predictions> methods) {
  SlicePictures pictures(subject, plane, fullest_slice(reference.voxels, plane));
  pictures.add("reference", reference.voxels);
  for (const Predictions& method : methods)
    pictures.add(method.method, method.test.at(case_index));
  return pictures.row();
}

/// Pictures of a training case: image, reference, sparse labels and pseudo-labels, on the slice with the most
/// foreground: of the annotated ones, where `plane` has any.
[[nodiscard]] inline OverlayRow training_pictures(const Case& subject, const LabelVolume& reference,
                                                  const SparseLabels& labels, Plane plane, std::size_t case_index,
                                                  std::span<const PseudoLabelSet> sets) {
  const std::vector<std::size_t> annotated = annotated_slices(labels, plane);
  SlicePictures pictures(subject, plane,
                         annotated.empty() ? fullest_slice(reference.voxels, plane)
                                           : fullest_slice(reference.voxels, plane, annotated));
  pictures.add("reference", reference.voxels);
  pictures.add("sparse labels", labels.voxels(), labels.unlabelled());
  for (const PseudoLabelSet& set : sets)
    pictures.add("pseudo-labels " + set.name, most_probable_labels(set.training.at(case_index)));
  return pictures.row();
}

/// The loss curves of all models of a run, from the `loss.csv` files in its folders `encoder`, `base` and `meta`.
[[nodiscard]] inline std::vector<LearningCurve> learning_curves(const RunDirectory& run) {
  std::vector<std::filesystem::path> files;
  for (const std::string_view folder : {"encoder", "base", "meta"})
    if (std::filesystem::is_directory(run.path() / folder))
      for (const auto& entry : std::filesystem::recursive_directory_iterator(run.path() / folder))
        if (entry.path().filename() == "loss.csv")
          files.push_back(entry.path());
  std::ranges::sort(files);
  std::vector<LearningCurve> curves;
  for (const std::filesystem::path& file : files) {
    LearningCurve curve{.model = file.parent_path().lexically_relative(run.path()).generic_string(), .points = {}};
    for (const LossPoint& point : read_loss_curve(file))
      curve.points.emplace_back(point.iteration, point.loss);
    curves.push_back(std::move(curve));
  }
  return curves;
}

/// What each case fitted in one stage of the meta-model's training.
struct StageFits {
  std::string stage;
  std::vector<FitCounts> cases;
};

/// How often each case fitted each of `sets` in the last stage of a `fitted.csv`: where a strategy chooses, it shows
/// there and not among the draws before. Throws: IoError, DataError.
[[nodiscard]] inline StageFits last_stage_fits(const std::filesystem::path& path, std::span<const std::string> sets) {
  const CsvTable table = read_csv(path);
  StageFits fits;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.cell(row, "stage") != fits.stage)
      fits = {.stage = table.cell(row, "stage"), .cases = {}};
    const std::string& name = table.cell(row, "case");
    if (fits.cases.empty() || fits.cases.back().case_name != name)
      fits.cases.push_back({.case_name = name, .counts = std::vector<std::size_t>(sets.size(), 0)});
    const auto set = std::ranges::find(sets, table.cell(row, "set"));
    if (set == sets.end())
      throw DataError(table.place(row), "a pseudo-label set of the run", fmt::format("'{}'", table.cell(row, "set")));
    fits.cases.back().counts[static_cast<std::size_t>(set - sets.begin())] = table.number<std::size_t>(row, "count");
  }
  return fits;
}

} // namespace sparseann
