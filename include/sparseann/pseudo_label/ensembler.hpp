#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "sparseann/annotate/sparse_labels.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/pseudo_label/pseudo_labels.hpp"
#include "sparseann/train/stage_context.hpp"

namespace sparseann {

/// What an ensembler may learn from: training images, their sparse labels, and the pseudo-label sets of these cases.
struct EnsembleTask {
  std::span<const Case> cases;
  std::span<const SparseLabels> labels; ///< parallel to cases
  std::span<const PseudoLabelSet> sets; ///< their `training` is parallel to cases
  std::size_t classes = 0;
};

/// A policy that turns the pseudo-label sets of a volume into one segmentation.
///
/// `fit` is called once; `predict` labels an image from the image itself and the sets' probabilities for it.
template <class E>
concept Ensembler =
    Policy<E> && requires(E ensembler, const E fitted, const EnsembleTask& task, const StageContext& context,
                          const Image& image, std::span<const ClassProbabilities> sets) {
      { E::name } -> std::convertible_to<std::string_view>;
      ensembler.fit(task, context);
      { ensembler.predict(image, sets, context) } -> std::same_as<Array3<std::uint8_t>>;
    };

/// Labels of one volume and what they were chosen by.
struct LabelsAndProbabilities {
  Array3<std::uint8_t> labels;
  ClassProbabilities probabilities;
};

/// An ensembler that also says how probable each class is, which scores at other thresholds than the most probable
/// class need. `segment` gives the labels that `predict` gives.
template <class E>
concept ProbabilisticEnsembler =
    Ensembler<E> && requires(const E fitted, const StageContext& context, const Image& image,
                             std::span<const ClassProbabilities> sets) {
      { fitted.segment(image, sets, context) } -> std::same_as<LabelsAndProbabilities>;
    };

} // namespace sparseann
