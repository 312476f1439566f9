#pragma once

#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// What a segmentation network returns.
///
/// Shapes: logits (N, C, spatial...) with the image's extents; auxiliary the same, from an earlier stage for deep
/// supervision, and undefined in networks without an auxiliary head.
struct SegmentationOutput {
  torch::Tensor logits;
  torch::Tensor auxiliary;
};

} // namespace sparseann
