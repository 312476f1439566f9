#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseann/io/nifti.hpp"
#include "sparseann/pipeline/run_directory.hpp"
#include "sparseann/pseudo_label/ensembler.hpp"

namespace sparseann {

/// The labels that a method gives to the test cases, in their order.
struct Predictions {
  std::string method;
  std::vector<Array3<std::uint8_t>> test;
};

/// Keeps `predictions/METHOD/CASE.nii.gz`.
inline void keep_prediction(const std::string& method, const Case& subject, const Array3<std::uint8_t>& labels,
                            const RunDirectory& run) {
  const auto folder = run.path() / "predictions" / method;
  std::filesystem::create_directories(folder);
  write_nifti(folder / (subject.name + ".nii.gz"), LabelVolume{labels, subject.image.geometry});
}

/// Reads what keep_prediction has kept of every test case.
inline void read_predictions(Predictions& predictions, std::span<const Case> test, const RunDirectory& run) {
  const auto folder = run.path() / "predictions" / predictions.method;
  for (const Case& subject : test)
    predictions.test.push_back(read_nifti_labels(folder / (subject.name + ".nii.gz")).voxels);
}

/// A pseudo-label set is a method too: its most probable labels of the test cases.
[[nodiscard]] inline Predictions predictions_of(const PseudoLabelSet& set, std::span<const Case> test,
                                                RunDirectory& run) {
  Predictions predictions{.method = set.name, .test = {}};
  for (const ClassProbabilities& probabilities : set.test)
    predictions.test.push_back(most_probable_labels(probabilities));
  run.stage("predictions/" + set.name, [&] {
    for (std::size_t c = 0; c < test.size(); ++c)
      keep_prediction(set.name, test[c], predictions.test[c], run);
  });
  return predictions;
}

/// The context in which an ensembler of this name is fitted: `meta/METHOD/`. All have one random stream, as they differ
/// in what they do and not in their luck.
[[nodiscard]] inline StageContext ensembler_context(std::string_view method, const RunDirectory& run,
                                                    const StageContext& context) {
  StageContext part = context.part("meta/" + std::string(method));
  part.generator = context.generator.split("meta");
  part.directory = run.path() / "meta" / method;
  return part;
}

/// Step III: fits the ensembler and labels the test cases from their images and pseudo-labels. Keeps `meta/METHOD/` and
/// `predictions/METHOD/`.
template <Ensembler E>
[[nodiscard]] Predictions ensemble(E ensembler, const EnsembleTask& task, std::span<const Case> test, RunDirectory& run,
                                   const StageContext& context) {
  Predictions predictions{.method = std::string(E::name), .test = {}};
  const std::string fit_stage = "meta/" + predictions.method;
  const std::string predict_stage = "predictions/" + predictions.method;
  if (run.done(predict_stage)) {
    read_predictions(predictions, test, run);
    return predictions;
  }
  const StageContext part = ensembler_context(E::name, run, context);
  if (run.done(fit_stage))
    ensembler.fit(task, part);
  else
    run.joint_stage(fit_stage, [&] { ensembler.fit(task, part); });
  run.joint_stage(predict_stage, [&] {
    auto progress = context.progress.start(predict_stage, test.size());
    for (std::size_t c = 0; c < test.size(); ++c) {
      if (!run.is_mine(c))
        continue;
      std::vector<ClassProbabilities> sets;
      for (const PseudoLabelSet& set : task.sets)
        sets.push_back(set.test.at(c));
      keep_prediction(predictions.method, test[c], ensembler.predict(test[c].image, sets, part), run);
      progress.advance();
    }
    progress.finish();
  });
  read_predictions(predictions, test, run);
  return predictions;
}

} // namespace sparseann
