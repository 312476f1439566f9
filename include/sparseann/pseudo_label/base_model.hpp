#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "sparseann/core/options.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/loss/loss.hpp"
#include "sparseann/network/segmentation_output.hpp"
#include "sparseann/pseudo_label/pseudo_labels.hpp"
#include "sparseann/train/labelled_cases.hpp"
#include "sparseann/train/loss_curve.hpp"
#include "sparseann/train/stage_context.hpp"
#include "sparseann/train/trainer.hpp"
#include "sparseann/train/validation.hpp"

namespace sparseann {

/// A policy that learns from sparse labels and labels whole volumes (Step II).
///
/// It declares the names of its predictions for given planes and returns as many class-probability volumes. `fit`
/// returns the learning curve; with a directory in the context it keeps its model there and reads it when it is there.
template <class M, class Loss>
concept BaseModel = Policy<M> && SegmentationLoss<Loss> &&
                    requires(M model, std::span<const Plane> planes, const LabelledCases& data, const Loss& loss,
                             const StageContext& context, const Image& image) {
                      { M::name } -> std::convertible_to<std::string_view>;
                      { model.prediction_names(planes) } -> std::same_as<std::vector<std::string>>;
                      { model.fit(data, loss, context) } -> std::same_as<LossCurve>;
                      { model.predict(image, planes, context) } -> std::same_as<std::vector<ClassProbabilities>>;
                    };

/// 8-bit probabilities of a (classes, z, y, x) float tensor.
[[nodiscard]] inline ClassProbabilities quantise(const torch::Tensor& probabilities) {
  const torch::Tensor local = probabilities.to(torch::kCPU).contiguous();
  return quantise({local.const_data_ptr<float>(), static_cast<std::size_t>(local.numel())},
                  {static_cast<std::size_t>(local.size(0)), static_cast<std::size_t>(local.size(1)),
                   static_cast<std::size_t>(local.size(2)), static_cast<std::size_t>(local.size(3))});
}

/// Main and, where there are auxiliary heads, the sum of their losses in a forward pass. `samples`: cases and places,
/// for errors.
template <SegmentationLoss Loss>
[[nodiscard]] StepLoss step_loss(const Loss& loss, const SegmentationOutput& output, const torch::Tensor& labels,
                                 const torch::Tensor& mask, std::string samples = {}) {
  StepLoss result{.main = loss(output.logits, labels, mask), .auxiliary = {}, .samples = std::move(samples)};
  for (const torch::Tensor& logits : output.auxiliary) {
    const LossTerm term = loss(logits, labels, mask);
    if (result.auxiliary)
      result.auxiliary->numerator = result.auxiliary->numerator + term.numerator;
    else
      result.auxiliary = term;
  }
  return result;
}

/// Scores a base model on held-out cases when called: Dice of every foreground class over their annotated voxels, by
/// the names of its predictions. Empty where no case is held out. `model` and the cases must outlive it.
template <class Model>
[[nodiscard]] std::function<nlohmann::ordered_json()> validation_of(Model& model, const LabelledCases& held_out,
                                                                    const StageContext& context) {
  if (held_out.cases.empty())
    return {};
  return [&model, held_out, &context] {
    const std::vector<std::string> names = model.prediction_names(held_out.planes);
    std::vector<AnnotatedDice> dice(names.size(), AnnotatedDice(held_out.classes));
    for (std::size_t c = 0; c < held_out.cases.size(); ++c) {
      const auto predictions = model.predict(held_out.cases[c].image, held_out.planes, context);
      for (std::size_t i = 0; i < names.size(); ++i)
        dice[i].add(most_probable_labels(predictions.at(i)), held_out.labels[c]);
    }
    nlohmann::ordered_json scores;
    for (std::size_t i = 0; i < names.size(); ++i)
      scores[names[i]] = {{"dice", dice[i].foreground()}};
    return scores;
  };
}

} // namespace sparseann
