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
    read_predictions(predictions, test, run);
    return predictions;
  }
  // The same stream as the model of the pipeline: methods differ in what they learn from, not in their luck.
  StageContext part = context.part("base/" + std::string(Model::name));
  part.stage = "base/" + method;
  part.directory = run.path() / part.stage;
  fit_base_model(model, data, loss, run, part);
  run.joint_stage(predict_stage, [&] {
    auto task = context.progress.start(predict_stage, test.size());
    for (std::size_t c = 0; c < test.size(); ++c) {
      if (!run.is_mine(c))
        continue;
      keep_prediction(method, test[c], most_probable_labels(model.predict(test[c].image, data.planes, part).front()),
                      run);
      task.advance();
    }
    task.finish();
  });
  read_predictions(predictions, test, run);
  return predictions;
}

} // namespace sparseann
