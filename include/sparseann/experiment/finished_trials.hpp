#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sparseann/annotate/plan.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/experiment/arm.hpp"
#include "sparseann/experiment/run_trial.hpp"
#include "sparseann/experiment/trial.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/io/nifti.hpp"
#include "sparseann/io/npy.hpp"
#include "sparseann/pipeline/selection.hpp"
#include "sparseann/report/feature_space_figure.hpp"
#include "sparseann/report/run_report.hpp"
#include "sparseann/report/slice_pictures.hpp"

namespace sparseann {

/// A prediction that a picture shows, and the words under it.
struct ShownPrediction {
  std::string title;
  std::string arm;
  std::string prediction;
};

/// What the finished trials of an experiment have left in their folders, for its pictures.
class FinishedTrials {
public:
  /// `data` and `arms` must outlive it.
  FinishedTrials(const LabelledCohort& data, std::span<const Arm> arms, std::span<const Trial> trials,
                 std::filesystem::path out)
      : data_(data), arms_(arms), out_(std::move(out)) {
    for (const Trial& trial : trials)
      if (trial.kind == Trial::Kind::arm && is_done(out_, trial))
        done_.push_back(trial);
  }

  [[nodiscard]] const LabelledCohort& data() const noexcept { return data_; }
  /// In the order of the experiment's list.
  [[nodiscard]] std::span<const Trial> done() const noexcept { return done_; }

  /// The first of an arm's. None where none is finished.
  [[nodiscard]] std::optional<Trial> first_of(const std::string& arm) const {
    const auto found = std::ranges::find(done_, arm, &Trial::name);
    return found == done_.end() ? std::nullopt : std::optional(*found);
  }

  /// The cases that a trial was trained on, in its order. Throws: DataError for one that the data do not have.
  [[nodiscard]] std::vector<std::size_t> training_cases(const Trial& trial) const {
    const Json run = read_json_file(folder(trial) / "run.json");
    const auto& all = data_.cohort.training;
    std::vector<std::size_t> cases;
    for (const Json& name : run.at("options").at("training_cases")) {
      const auto found = std::ranges::find(all, name.get<std::string>(), &Case::name);
      if (found == all.end())
        throw DataError((folder(trial) / "run.json").string(), "training cases of the data",
                        "'" + name.get<std::string>() + "'");
      cases.push_back(static_cast<std::size_t>(found - all.begin()));
    }
    return cases;
  }

  /// A test case on its fullest slice: image, reference, and predictions with their errors marked, of the first seed
  /// and budget of each arm; what is not finished is left out. Throws: IoError for a prediction that an arm does not
  /// make; std::out_of_range for a case that is not there.
  [[nodiscard]] OverlayRow test_row(std::size_t test_case, Plane plane, std::span<const ShownPrediction> shown) const {
    const Case& subject = data_.cohort.test.at(test_case);
    const Array3<std::uint8_t>& reference = data_.test_labels.at(test_case).voxels;
    SlicePictures pictures(subject, plane, fullest_slice(reference, plane));
    pictures.add("reference", reference);
    for (const ShownPrediction& one : shown)
      if (const auto trial = first_of(one.arm))
        pictures.add_compared(
            one.title, labels_in(*trial, std::filesystem::path("predictions") / one.prediction, subject), reference);
    return pictures.row();
  }

  /// A trial's training case on its fullest slice, see the paper's Fig. 3: image, reference, annotation (lines where
  /// slices of other planes cross it), and those of the pseudo-label sets that there are. `index`: of the trial's
  /// training cases. Throws: IoError for a trial of full annotation, which keeps none; std::out_of_range.
  [[nodiscard]] OverlayRow pseudo_label_row(const Trial& trial, std::size_t index, Plane plane,
                                            std::span<const std::string> sets) const {
    const std::size_t c = training_cases(trial).at(index);
    const Case& subject = data_.cohort.training[c];
    const Array3<std::uint8_t>& reference = data_.training_labels[c].voxels;
    SlicePictures pictures(subject, plane, fullest_slice(reference, plane));
    pictures.add("reference", reference);
    pictures.add("annotation", labels_in(trial, "labels", subject), static_cast<std::uint8_t>(data_.cohort.classes()));
    for (const std::string& set : sets)
      if (std::filesystem::exists(folder(trial) / "pseudo_labels" / set))
        pictures.add_compared("pseudo-labels " + set,
                              labels_in(trial, std::filesystem::path("pseudo_labels") / set, subject), reference);
    return pictures.row();
  }

  /// The slices of a trial's training case in the space of the features that they were chosen by, the chosen ones
  /// marked, see the paper's Fig. 6(c): an SVG file. Throws: InvalidArgument for an arm without features; as
  /// feature_space.
  [[nodiscard]] std::string feature_space_of(const Trial& trial, std::size_t index, Plane plane) const {
    const auto arm = std::ranges::find(arms_, trial.name, &Arm::name);
    const auto preparation = arm == arms_.end() ? std::nullopt : preparation_of(*arm, trial.seed);
    if (!preparation)
      throw InvalidArgument("trial", "of an arm that chooses slices by features", trial.id());
    const std::vector<std::size_t> cases = training_cases(trial);
    std::vector<Case> trained;
    for (const std::size_t c : cases)
      trained.push_back(data_.cohort.training[c]);
    const AnnotationPlan plan = read_plan(folder(trial) / "plan.csv", case_names(trained));
    const Case& subject = trained.at(index);
    const std::vector<CaseSelection> selections = case_selections(plan, trained);
    for (const SliceBar& bar : selections[index].planes)
      if (bar.plane == plane)
        return svg_file(feature_space_svg(feature_space(
            subject, bar, read_npy(feature_file(out_ / preparation->id() / "features", subject.name, plane)),
            Generator(trial.seed).split("picture"))));
    throw InvalidArgument("plane", "one with chosen slices", std::string(name_of(plane)));
  }

private:
  [[nodiscard]] std::filesystem::path folder(const Trial& trial) const { return out_ / trial.id(); }

  [[nodiscard]] Array3<std::uint8_t> labels_in(const Trial& trial, const std::filesystem::path& below,
                                               const Case& subject) const {
    return read_nifti_labels(folder(trial) / below / (subject.name + ".nii.gz")).voxels;
  }

  const LabelledCohort& data_;
  std::span<const Arm> arms_;
  std::filesystem::path out_;
  std::vector<Trial> done_;
};

/// The captions of a row's panels in words, as pictures carry no text.
[[nodiscard]] inline std::string captions_of(const OverlayRow& row) {
  std::string words;
  for (const OverlayPanel& panel : row.panels)
    words += (words.empty() ? "" : "; ") + panel.caption;
  return words;
}

} // namespace sparseann
