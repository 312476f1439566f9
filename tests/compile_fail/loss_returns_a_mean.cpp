// expect: return-type-requirement|same_as<at::Tensor, (sparseann::)?LossTerm>
#include "sparseann/loss/loss.hpp"

struct MeanLoss {
  torch::Tensor operator()(const torch::Tensor& logits, const torch::Tensor& labels, const torch::Tensor& mask) const {
    return torch::cross_entropy_loss(logits, labels).mul(mask).mean();
  }
};

template <sparseann::SegmentationLoss L> void train(const L&) {}

int main() { train(MeanLoss{}); }
