// expect: loss\(logits, labels, mask\)[^a-z]+(is|would be) invalid
#include "sparseann/loss/loss.hpp"

struct CountingLoss {
  int calls = 0;
  sparseann::LossTerm operator()(const torch::Tensor& logits, const torch::Tensor&, const torch::Tensor& mask) {
    ++calls;
    return {.numerator = logits.sum(), .weight = mask.sum()};
  }
};

template <sparseann::SegmentationLoss L> void train(const L&) {}

int main() { train(CountingLoss{}); }
