#pragma once

#include "sparseann/core/error.hpp"
#include "sparseann/loss/masked_targets.hpp"

namespace sparseann {

/// The mean cross-entropy of each sample over its masked voxels, by which nearest-fit compares pseudo-label sets.
///
/// Formula: result_n = sum_v m_nv * -log softmax(logits_nv)[label_nv] / sum_v m_nv, m the mask.
/// Shapes: logits (N, C, spatial...), labels and mask (N, spatial...) as SegmentationLoss says; result (N).
/// Cost: one log-softmax; computed in float32 (float64 for float64 logits).
/// Throws: InvalidArgument for shapes, types or a sample with an empty mask, which has no mean; DataError for a masked
/// label that is no class.
[[nodiscard]] inline torch::Tensor per_sample_cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels,
                                                            const torch::Tensor& mask) {
  const torch::Tensor targets = detail::masked_targets(logits, labels, mask);
  const torch::Tensor losses = torch::cross_entropy_loss(detail::loss_precision(logits), targets, {},
                                                         at::Reduction::None, detail::ignored_label);
  const torch::Tensor weights = mask.to(losses.scalar_type()).flatten(1).sum(1);
  if ((weights <= 0).any().item<bool>())
    throw InvalidArgument("mask", "a set voxel in every sample", "a sample without any");
  return (losses * mask).flatten(1).sum(1) / weights;
}

} // namespace sparseann
