#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseann/core/error.hpp"
#include "sparseann/io/nifti.hpp"
#include "sparseann/io/npy.hpp"
#include "sparseann/pipeline/run_directory.hpp"
#include "sparseann/pseudo_label/ensembler.hpp"

namespace sparseann {

/// The labels that a method gives to the test cases, in their order.
struct Predictions {
  std::string method;
  std::vector<Array3<std::uint8_t>> test;
  std::vector<ClassProbabilities> probabilities; ///< of the test cases, where they were asked for
};

/// What is kept of a method's predictions besides their labels.
enum class KeptPredictions { labels, probabilities };

namespace detail {
[[nodiscard]] inline std::filesystem::path prediction_file(const std::string& method, const Case& subject,
                                                           std::string_view ending, const RunDirectory& run) {
  return run.path() / "predictions" / method / (subject.name + std::string(ending));
}
} // namespace detail

/// Keeps `predictions/METHOD/CASE.nii.gz`.
inline void keep_prediction(const std::string& method, const Case& subject, const Array3<std::uint8_t>& labels,
                            const RunDirectory& run) {
  const auto file = detail::prediction_file(method, subject, ".nii.gz", run);
  std::filesystem::create_directories(file.parent_path());
  write_nifti(file, LabelVolume{labels, subject.image.geometry});
}

/// Keeps `predictions/METHOD/CASE.nii.gz`, and the probabilities beside it in `CASE.npy`.
inline void keep_prediction(const std::string& method, const Case& subject, const LabelsAndProbabilities& found,
                            const RunDirectory& run) {
  keep_prediction(method, subject, found.labels, run);
  write_npy(detail::prediction_file(method, subject, ".npy", run), found.probabilities);
}

/// Reads what keep_prediction has kept of every test case.
inline void read_predictions(Predictions& predictions, std::span<const Case> test, const RunDirectory& run,
                             KeptPredictions kept = KeptPredictions::labels) {
  for (const Case& subject : test) {
    predictions.test.push_back(
        read_nifti_labels(detail::prediction_file(predictions.method, subject, ".nii.gz", run)).voxels);
    if (kept == KeptPredictions::probabilities)
      predictions.probabilities.push_back(
          read_npy_array<std::uint8_t, 4>(detail::prediction_file(predictions.method, subject, ".npy", run)));
  }
}

/// A pseudo-label set is a method too: its most probable labels of the test cases.
[[nodiscard]] inline Predictions predictions_of(const PseudoLabelSet& set, std::span<const Case> test,
                                                RunDirectory& run, KeptPredictions kept = KeptPredictions::labels) {
  Predictions predictions{.method = set.name, .test = {}, .probabilities = {}};
  for (const ClassProbabilities& probabilities : set.test)
    predictions.test.push_back(most_probable_labels(probabilities));
  if (kept == KeptPredictions::probabilities)
    predictions.probabilities = set.test;
  run.stage("predictions/" + set.name, [&] {
    for (std::size_t c = 0; c < test.size(); ++c)
      keep_prediction(set.name, test[c], predictions.test[c], run); // its probabilities are in pseudo_labels/
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

namespace detail {

template <Ensembler E> void check_gives_probabilities() {
  if (!ProbabilisticEnsembler<E>)
    throw InvalidArgument("ensembler", "one that gives probabilities, which instances are scored by",
                          std::string(E::name));
}

/// Labels one test case and keeps what is asked for.
template <Ensembler E>
void segment_case(const E& ensembler, const Case& subject, std::span<const ClassProbabilities> sets,
                  KeptPredictions kept, const RunDirectory& run, const StageContext& context) {
  const std::string method(E::name);
  if constexpr (ProbabilisticEnsembler<E>)
    if (kept == KeptPredictions::probabilities)
      return keep_prediction(method, subject, ensembler.segment(subject.image, sets, context), run);
  keep_prediction(method, subject, ensembler.predict(subject.image, sets, context), run);
}

} // namespace detail

/// Step III: fits the ensembler and labels the test cases from their images and pseudo-labels. Keeps `meta/METHOD/` and
/// `predictions/METHOD/`.
///
/// Throws: InvalidArgument where probabilities are asked for of an ensembler that gives none.
template <Ensembler E>
[[nodiscard]] Predictions ensemble(E ensembler, const EnsembleTask& task, std::span<const Case> test, RunDirectory& run,
                                   const StageContext& context, KeptPredictions kept = KeptPredictions::labels) {
  if (kept == KeptPredictions::probabilities)
    detail::check_gives_probabilities<E>();
  Predictions predictions{.method = std::string(E::name), .test = {}, .probabilities = {}};
  const std::string fit_stage = "meta/" + predictions.method;
  const std::string predict_stage = "predictions/" + predictions.method;
  if (run.done(predict_stage)) {
    read_predictions(predictions, test, run, kept);
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
      detail::segment_case(std::as_const(ensembler), test[c], sets, kept, run, part);
      progress.advance();
    }
    progress.finish();
  });
  read_predictions(predictions, test, run, kept);
  return predictions;
}

} // namespace sparseann
