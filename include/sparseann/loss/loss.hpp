#pragma once

#include <concepts>

#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// One part of a batch's loss: the loss of the whole batch is the sum of all numerators over the sum of all weights.
///
/// Neither is divided by anything, so the trainer can add the terms of micro-batches and of several machines and then
/// divide by the global weight. That is the paper's Eq. 2, a mean over the annotated voxels of the whole batch, which
/// is not the mean of the patches' means. A patch without any annotated voxel has numerator 0 and weight 0. Shapes:
/// both (). The numerator carries the gradient, the weight none.
struct LossTerm {
  torch::Tensor numerator;
  torch::Tensor weight;
};

/// A loss over the annotated voxels of a batch.
///
/// Shapes: logits (N, C, spatial...), labels (N, spatial...) of int64, mask (N, spatial...) of bool or floating point;
/// a mask of numbers is a weight of at least 0 per voxel.
/// Where the mask is 0, the label may be any number and has no influence on value or gradient. Terms of a batch's parts
/// add up to the batch's term. Neither can be checked by a compiler: tests/support/loss_suite.hpp does.
template <class L>
concept SegmentationLoss = std::copyable<L> && requires(const L loss, const torch::Tensor& logits,
                                                        const torch::Tensor& labels, const torch::Tensor& mask) {
  { loss(logits, labels, mask) } -> std::same_as<LossTerm>;
};

} // namespace sparseann
