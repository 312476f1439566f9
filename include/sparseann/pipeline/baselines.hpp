#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include "sparseann/io/nifti.hpp"
#include "sparseann/pipeline/ensembling.hpp"
#include "sparseann/pipeline/pseudo_labelling.hpp"
#include "sparseann/pipeline/run_directory.hpp"
#include "sparseann/pseudo_label/base_model.hpp"

namespace sparseann {

/// A base model by itself: fits it to `data` and labels the test cases with its first prediction. Keeps `base/METHOD/`
/// and `predictions/METHOD/`.
template <class Model, SegmentationLoss Loss>
  requires BaseModel<Model, Loss>
[[nodiscard]] Predictions segment_with(Model model, const LabelledCases& data, std::span<const Case> test,
                                       const Loss& loss, const std::string& method, RunDirectory& run,
                                       const StageContext& context) {
  Predictions predictions{.method = method, .test = {}};
  const std::string predict_stage = "predictions/" + method;
  if (run.done(predict_stage)) {
    for (const Case& subject : test)
      predictions.test.push_back(read_nifti_labels(run.path() / predict_stage / (subject.name + ".nii.gz")).voxels);
    return predictions;
  }
  // The same stream as the model of the pipeline: methods differ in what they learn from, not in their luck.
  StageContext part = context.part("base/" + std::string(Model::name));
  part.stage = "base/" + method;
  part.directory = run.path() / part.stage;
  fit_base_model(model, data, loss, run, part);
  run.stage(predict_stage, [&] {
    auto task = context.progress.start(predict_stage, test.size());
    for (const Case& subject : test) {
      predictions.test.push_back(most_probable_labels(model.predict(subject.image, data.planes, part).front()));
      task.advance();
    }
    keep_predictions(predictions, test, run);
    task.finish();
  });
  return predictions;
}

} // namespace sparseann
