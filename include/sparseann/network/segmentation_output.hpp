#pragma once

#include <vector>

#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// What a segmentation network returns.
///
/// Shapes: logits (N, C, spatial...) with the image's extents; auxiliary the same, one of each head for deep
/// supervision, none in networks without.
struct SegmentationOutput {
  torch::Tensor logits;
  std::vector<torch::Tensor> auxiliary;
};

} // namespace sparseann
