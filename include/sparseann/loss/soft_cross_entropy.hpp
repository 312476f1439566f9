#pragma once

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/loss/loss.hpp"
#include "sparseann/loss/masked_targets.hpp"

namespace sparseann {

/// Cross-entropy to class probabilities instead of labels: how the meta-model fits soft pseudo-labels.
///
/// Formula: numerator = sum_v m_v sum_c -p_vc log softmax(logits_v)[c], weight = sum_v m_v, m the mask; voxels with
/// m_v = 0 are skipped, whatever their probabilities. With one-hot p it is MaskedCrossEntropy.
/// Shapes: logits and probabilities (N, C, spatial...), mask (N, spatial...) of bool or floating point.
/// Cost: one log-softmax; computed in float32 (float64 for float64 logits).
/// Throws: InvalidArgument for other shapes or types.
struct SoftCrossEntropy {
  [[nodiscard]] LossTerm operator()(const torch::Tensor& logits, const torch::Tensor& probabilities,
                                    const torch::Tensor& mask) const {
    detail::check_logits_and_mask(logits, mask);
    if (probabilities.sizes() != logits.sizes())
      throw InvalidArgument("probabilities", fmt::format("the logits' shape, {}", shape_text(logits)),
                            shape_text(probabilities));
    const torch::Tensor values = detail::loss_precision(logits);
    const torch::Tensor weights = mask.to(values.scalar_type());
    const torch::Tensor targets = torch::where(weights.unsqueeze(1) != 0, probabilities.to(values.scalar_type()), 0);
    const torch::Tensor losses = -(targets * torch::log_softmax(values, 1)).sum(1);
    return {.numerator = (losses * weights).sum(), .weight = weights.sum()};
  }
};

} // namespace sparseann
