#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sparseann/io/nifti.hpp"
#include "sparseann/io/npy.hpp"
#include "sparseann/pipeline/run_directory.hpp"
#include "sparseann/pseudo_label/base_models.hpp"

namespace sparseann {

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

} // namespace detail

/// Fits one base model and labels training and test cases. Keeps `base/NAME/` and `pseudo_labels/NAME/`.
template <class Model, SegmentationLoss Loss>
  requires BaseModel<Model, Loss>
[[nodiscard]] std::vector<PseudoLabelSet> predict_with(Model model, const LabelledCases& data,
                                                       std::span<const Case> test, const Loss& loss, RunDirectory& run,
                                                       const StageContext& context) {
  const std::string name(Model::name);
  const std::vector<std::string> predictions = model.prediction_names(data.planes);
  StageContext part = context.part("base/" + name);
  part.directory = run.path() / "base" / name;
  // A predicted cohort needs no model any more; otherwise fit() reads a finished one.
  if (!run.done("pseudo_labels/" + name)) {
    if (run.done("base/" + name))
      model.fit(data, loss, part);
    else
      run.stage("base/" + name, [&] { model.fit(data, loss, part); });
    run.stage("pseudo_labels/" + name, [&] {
      auto task = context.progress.start("pseudo_labels/" + name, data.cases.size() + test.size());
      for (const std::span<const Case> cases : {data.cases, test})
        for (const Case& subject : cases) {
          const auto probabilities = model.predict(subject.image, data.planes, part);
          for (std::size_t i = 0; i < predictions.size(); ++i)
            detail::keep_pseudo_labels(run.path() / "pseudo_labels" / predictions[i], subject, probabilities.at(i));
          task.advance();
        }
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
[[nodiscard]] std::vector<PseudoLabelSet> make_pseudo_labels(const Models& models, const LabelledCases& data,
                                                             std::span<const Case> test, const Loss& loss,
                                                             RunDirectory& run, const StageContext& context) {
  std::vector<PseudoLabelSet> sets;
  models.for_each([&]<class Model>(Model model) {
    for (PseudoLabelSet& set : predict_with(std::move(model), data, test, loss, run, context))
      sets.push_back(std::move(set));
  });
  return sets;
}

} // namespace sparseann
