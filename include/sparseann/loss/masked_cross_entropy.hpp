#pragma once

#include <string_view>

#include "sparseann/core/options.hpp"
#include "sparseann/loss/loss.hpp"
#include "sparseann/loss/masked_targets.hpp"

namespace sparseann {

/// Cross-entropy over the annotated voxels, all of them equal.
///
/// Formula: numerator = sum_v m_v * -log softmax(logits_v)[label_v], weight = sum_v m_v, m the mask; voxels with
/// m_v = 0 are skipped, whatever their label.
/// Shapes: as SegmentationLoss says.
/// Cost: one log-softmax; computed in float32 (float64 for float64 logits).
/// Throws: InvalidArgument for shapes or types, DataError for an annotated label that is no class.
/// Source: Eq. 2 of Zheng et al., "An Annotation Sparsification Strategy for 3D Medical Image Segmentation via
/// Representative Selection and Self-Training", AAAI 2020.
struct MaskedCrossEntropy {
  static constexpr std::string_view name = "masked_cross_entropy";

  NoOptions options;

  [[nodiscard]] LossTerm operator()(const torch::Tensor& logits, const torch::Tensor& labels,
                                    const torch::Tensor& mask) const {
    const torch::Tensor targets = detail::masked_targets(logits, labels, mask);
    return {.numerator = detail::summed_cross_entropy(logits, targets, mask, {}),
            .weight = mask.sum(torch::kDouble).to(detail::loss_precision(logits).scalar_type())};
  }
};

static_assert(SegmentationLoss<MaskedCrossEntropy>);

} // namespace sparseann
