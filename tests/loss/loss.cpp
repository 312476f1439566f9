#include "sparseann/loss/loss.hpp"

#include "support/catch.hpp"

namespace {
struct Mine {
  sparseann::LossTerm operator()(const torch::Tensor& logits, const torch::Tensor&, const torch::Tensor& mask) const {
    return {.numerator = logits.sum(), .weight = mask.sum()};
  }
};
struct ReturnsTensor {
  torch::Tensor operator()(const torch::Tensor& logits, const torch::Tensor&, const torch::Tensor&) const {
    return logits.mean();
  }
};
struct NeedsNoMask {
  sparseann::LossTerm operator()(const torch::Tensor& logits, const torch::Tensor&) const {
    return {.numerator = logits.sum(), .weight = logits.sum()};
  }
};
} // namespace

TEST_CASE("a loss is what maps logits, labels and mask to a term") {
  CHECK(sparseann::SegmentationLoss<Mine>);
  CHECK_FALSE(sparseann::SegmentationLoss<ReturnsTensor>);
  CHECK_FALSE(sparseann::SegmentationLoss<NeedsNoMask>);
  CHECK_FALSE(sparseann::SegmentationLoss<int>);
}
