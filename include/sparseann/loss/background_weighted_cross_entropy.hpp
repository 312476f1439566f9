#pragma once

#include <string_view>

#include "sparseann/core/options.hpp"
#include "sparseann/loss/loss.hpp"
#include "sparseann/loss/masked_targets.hpp"

namespace sparseann {

struct BackgroundWeightedCrossEntropyOptions {
  double background_weight = 0.5;

  friend void visit(BackgroundWeightedCrossEntropyOptions& options, auto&& visitor) {
    visitor(field("background_weight", options.background_weight,
                  "weight of annotated background voxels; other classes have 1", between(0, 1)));
  }
};

/// Weighted softmax cross-entropy: weight 0 for unlabelled voxels, less than 1 for labelled background.
///
/// Formula: numerator = sum_v m_v w[label_v] * -log softmax(logits_v)[label_v], weight = sum_v m_v w[label_v],
/// w[0] = background_weight, w[c] = 1 else, m the mask; voxels with m_v = 0 are skipped, whatever their label.
/// Shapes: as SegmentationLoss says.
/// Cost: one log-softmax; computed in float32 (float64 for float64 logits).
/// Throws: InvalidArgument for shapes, types or a background weight outside [0, 1], DataError for an annotated label
/// that is no class.
/// Source: Cicek et al., "3D U-Net: Learning Dense Volumetric Segmentation from Sparse Annotation", MICCAI 2016.
/// Deviates: the publication names no weight; 0.5 is ours.
struct BackgroundWeightedCrossEntropy {
  static constexpr std::string_view name = "background_weighted_cross_entropy";

  BackgroundWeightedCrossEntropyOptions options;

  [[nodiscard]] LossTerm operator()(const torch::Tensor& logits, const torch::Tensor& labels,
                                    const torch::Tensor& mask) const {
    validate(options);
    const torch::Tensor targets = detail::masked_targets(logits, labels, mask);
    const auto type = detail::loss_precision(logits).scalar_type();
    torch::Tensor class_weight = torch::ones({logits.size(1)}, logits.options().dtype(type));
    class_weight[0] = options.background_weight;
    const torch::Tensor all = mask.sum(torch::kDouble);
    const torch::Tensor background = mask.mul(targets == 0).sum(torch::kDouble);
    return {.numerator = detail::summed_cross_entropy(logits, targets, mask, class_weight),
            .weight = (all - background * (1 - options.background_weight)).to(type)};
  }
};

static_assert(SegmentationLoss<BackgroundWeightedCrossEntropy>);

} // namespace sparseann
