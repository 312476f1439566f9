#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/io/nifti.hpp"
#include "sparseann/io/npy.hpp"
#include "sparseann/pipeline/run_directory.hpp"
#include "sparseann/pseudo_label/base_models.hpp"

namespace sparseann {

struct PseudoLabellingOptions {
  std::size_t folds = 1;

  friend void visit(PseudoLabellingOptions& options, auto&& visitor) {
    visitor(
        field("folds", options.folds,
              "1: a base model labels the cases that it learnt from; more: each training case is labelled by a model "
              "fitted without it",
              at_least(1)));
  }
};

/// Throws InvalidArgument for no fold or more folds than training cases.
inline void check_folds(const PseudoLabellingOptions& options, std::size_t training_cases) {
  if (options.folds < 1 || options.folds > training_cases)
    throw InvalidArgument("pseudo_labels.folds", fmt::format("1 to {}, the number of training cases", training_cases),
                          fmt::format("{}", options.folds));
}

/// Fits a base model as the stage that the context names; a finished stage's model is read instead.
template <class Model, SegmentationLoss Loss>
  requires BaseModel<Model, Loss>
void fit_base_model(Model& model, const LabelledCases& data, const Loss& loss, RunDirectory& run,
                    const StageContext& context) {
  if (run.done(context.stage))
    model.fit(data, loss, context);
  else
    run.joint_stage(context.stage, [&] { model.fit(data, loss, context); });
}

namespace detail {

/// Keeps `pseudo_labels/NAME/CASE.npy` (8-bit class probabilities) and `CASE.nii.gz` (their labels).
inline void keep_pseudo_labels(const std::filesystem::path& folder, const Case& subject,
                               const ClassProbabilities& probabilities) {
  std::filesystem::create_directories(folder);
  write_nifti(folder / (subject.name + ".nii.gz"),
              LabelVolume{most_probable_labels(probabilities), subject.image.geometry});
  write_npy(folder / (subject.name + ".npy"), probabilities);
}

[[nodiscard]] inline std::vector<ClassProbabilities> read_pseudo_labels(const std::filesystem::path& folder,
                                                                        std::span<const Case> cases) {
  std::vector<ClassProbabilities> probabilities;
  for (const Case& subject : cases)
    probabilities.push_back(read_npy_array<std::uint8_t, 4>(folder / (subject.name + ".npy")));
  return probabilities;
}

/// The training cases outside one fold: every case but those whose index is `fold` modulo `folds`.
struct CasesOutsideFold {
  std::vector<Case> cases;
  std::vector<SparseLabels> labels;

  CasesOutsideFold(const LabelledCases& data, std::size_t fold, std::size_t folds) {
    for (std::size_t c = 0; c < data.cases.size(); ++c)
      if (c % folds != fold) {
        cases.push_back(data.cases[c]);
        labels.push_back(data.labels[c]);
      }
  }
};

/// One model per fold, fitted to the cases outside it; none for a single fold.
template <class Model, SegmentationLoss Loss>
[[nodiscard]] std::vector<Model> fit_folds(const Model& model, std::size_t folds, const LabelledCases& data,
                                           const Loss& loss, RunDirectory& run, const StageContext& context) {
  std::vector<Model> models;
  for (std::size_t fold = 0; folds > 1 && fold < folds; ++fold) {
    const CasesOutsideFold outside(data, fold, folds);
    models.push_back(model);
    fit_base_model(models.back(),
                   {.cases = outside.cases, .labels = outside.labels, .planes = data.planes, .classes = data.classes},
                   loss, run, context.part(fmt::format("fold_{}", fold)));
  }
  return models;
}

} // namespace detail

/// Fits one base model and labels training and test cases. Keeps `base/NAME/` and `pseudo_labels/NAME/`.
///
/// With several folds the test cases are labelled by the model of all training cases, each training case by a model
/// that has not seen it (`base/NAME/fold_F/`), so that A(.) is not better in training for having seen the case.
/// Cost: one training, and one more per fold; the images once more per fold.
/// Throws: InvalidArgument as check_folds.
template <class Model, SegmentationLoss Loss>
  requires BaseModel<Model, Loss>
[[nodiscard]] std::vector<PseudoLabelSet>
predict_with(Model model, const LabelledCases& data, std::span<const Case> test, const Loss& loss,
             const PseudoLabellingOptions& options, RunDirectory& run, const StageContext& context) {
  check_folds(options, data.cases.size());
  const std::string name(Model::name);
  const std::vector<std::string> predictions = model.prediction_names(data.planes);
  StageContext part = context.part("base/" + name);
  part.directory = run.path() / "base" / name;
  // A predicted cohort needs no model any more.
  if (!run.done("pseudo_labels/" + name)) {
    std::vector<Model> folds = detail::fit_folds(model, options.folds, data, loss, run, part);
    fit_base_model(model, data, loss, run, part);
    run.joint_stage("pseudo_labels/" + name, [&] {
      auto task = context.progress.start("pseudo_labels/" + name, data.cases.size() + test.size());
      const auto label = [&](Model& labeller, const Case& subject) {
        const auto probabilities = labeller.predict(subject.image, data.planes, part);
        for (std::size_t i = 0; i < predictions.size(); ++i)
          detail::keep_pseudo_labels(run.path() / "pseudo_labels" / predictions[i], subject, probabilities.at(i));
        task.advance();
      };
      for (std::size_t c = 0; c < data.cases.size(); ++c)
        if (run.is_mine(c))
          label(folds.empty() ? model : folds[c % folds.size()], data.cases[c]);
      for (std::size_t c = 0; c < test.size(); ++c)
        if (run.is_mine(data.cases.size() + c))
          label(model, test[c]);
      task.finish();
    });
  }
  std::vector<PseudoLabelSet> sets;
  for (const std::string& prediction : predictions) {
    const auto folder = run.path() / "pseudo_labels" / prediction;
    sets.push_back({.name = prediction,
                    .training = detail::read_pseudo_labels(folder, data.cases),
                    .test = detail::read_pseudo_labels(folder, test)});
  }
  return sets;
}

/// Step II: fits every base model of the list and labels training and test cases; the sets in the models' order.
template <class Models, SegmentationLoss Loss>
[[nodiscard]] std::vector<PseudoLabelSet>
make_pseudo_labels(const Models& models, const LabelledCases& data, std::span<const Case> test, const Loss& loss,
                   const PseudoLabellingOptions& options, RunDirectory& run, const StageContext& context) {
  std::vector<PseudoLabelSet> sets;
  models.for_each([&]<class Model>(Model model) {
    for (PseudoLabelSet& set : predict_with(std::move(model), data, test, loss, options, run, context))
      sets.push_back(std::move(set));
  });
  return sets;
}

} // namespace sparseann
