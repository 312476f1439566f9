#pragma once

#include <cstdint>

#include "sparseann/loss/loss.hpp"
#include "support/catch.hpp"

namespace sparseann::test {

/// A batch of random logits, labels and a mask; deterministic.
struct LossBatch {
  torch::Tensor logits; ///< (4, 3, 3, 4, 5), requires gradients
  torch::Tensor labels;
  torch::Tensor mask;
};

[[nodiscard]] inline LossBatch random_loss_batch(std::uint64_t seed) {
  torch::manual_seed(seed);
  return {.logits = torch::randn({4, 3, 3, 4, 5}, torch::kDouble).requires_grad_(),
          .labels = torch::randint(0, 3, {4, 3, 4, 5}, torch::kLong),
          .mask = torch::rand({4, 3, 4, 5}) < 0.4};
}

[[nodiscard]] inline torch::Tensor gradient_of(const torch::Tensor& value, const torch::Tensor& input) {
  return torch::autograd::grad({value}, {input}).front();
}

/// Scalars, of which only the numerator has a gradient.
template <SegmentationLoss L> void check_loss_returns_scalars(const L& loss) {
  const LossBatch batch = random_loss_batch(1);
  const LossTerm term = loss(batch.logits, batch.labels, batch.mask);
  CHECK(term.numerator.dim() == 0);
  CHECK(term.weight.dim() == 0);
  CHECK(term.numerator.requires_grad());
  CHECK_FALSE(term.weight.requires_grad());
  CHECK(term.numerator.item<double>() > 0);
  CHECK(term.weight.item<double>() > 0);
}

/// Where the mask is 0, labels have no influence, even where they are no class; and no gradient arises.
template <SegmentationLoss L> void check_loss_ignores_masked_labels(const L& loss) {
  const LossBatch batch = random_loss_batch(2);
  const LossTerm term = loss(batch.logits, batch.labels, batch.mask);
  const torch::Tensor gradient = gradient_of(term.numerator, batch.logits);
  CHECK(gradient.masked_select(batch.mask.logical_not().unsqueeze(1)).abs().max().item<double>() == 0);
  for (const std::int64_t garbage : {2, 77, -1, -100, 255}) {
    const torch::Tensor labels = torch::where(batch.mask, batch.labels, garbage);
    const LossTerm other = loss(batch.logits, labels, batch.mask);
    CHECK(torch::equal(term.numerator, other.numerator));
    CHECK(torch::equal(term.weight, other.weight));
    CHECK(torch::equal(gradient, gradient_of(other.numerator, batch.logits)));
  }
}

/// The terms of a batch's parts add up to the batch's term, so that micro-batches and ranks change nothing.
template <SegmentationLoss L> void check_loss_decomposes(const L& loss) {
  const LossBatch batch = random_loss_batch(3);
  const LossTerm whole = loss(batch.logits, batch.labels, batch.mask);
  double numerator = 0;
  double weight = 0;
  for (std::int64_t n = 0; n < batch.logits.size(0); ++n) {
    const LossTerm part = loss(batch.logits.narrow(0, n, 1), batch.labels.narrow(0, n, 1), batch.mask.narrow(0, n, 1));
    numerator += part.numerator.template item<double>();
    weight += part.weight.template item<double>();
  }
  CHECK(whole.numerator.template item<double>() == Approx(numerator));
  CHECK(whole.weight.template item<double>() == Approx(weight));
}

/// A patch without annotation contributes neither loss nor weight, and a gradient of zeros.
template <SegmentationLoss L> void check_loss_of_nothing_is_zero(const L& loss) {
  const LossBatch batch = random_loss_batch(4);
  const LossTerm term = loss(batch.logits, batch.labels, torch::zeros_like(batch.mask));
  CHECK(term.numerator.item<double>() == 0);
  CHECK(term.weight.item<double>() == 0);
  CHECK(gradient_of(term.numerator, batch.logits).abs().max().item<double>() == 0);
}

/// The gradient is the difference quotient's.
template <SegmentationLoss L> void check_loss_gradient(const L& loss) {
  const LossBatch batch = random_loss_batch(5);
  const torch::Tensor gradient =
      gradient_of(loss(batch.logits, batch.labels, batch.mask).numerator, batch.logits).flatten();
  constexpr double step = 1e-5;
  for (std::int64_t i = 0; i < gradient.numel(); i += 17) {
    const auto moved = [&](double distance) {
      torch::Tensor logits = batch.logits.detach().clone();
      logits.view({-1})[i] += distance;
      return loss(logits, batch.labels, batch.mask).numerator.template item<double>();
    };
    CHECK(gradient[i].template item<double>() == Approx((moved(step) - moved(-step)) / (2 * step)).margin(1e-7));
  }
}

/// A mask of ones and zeros means the same as bool and as floating point.
template <SegmentationLoss L> void check_loss_mask_types_agree(const L& loss) {
  const LossBatch batch = random_loss_batch(6);
  const LossTerm one = loss(batch.logits, batch.labels, batch.mask);
  const LossTerm other = loss(batch.logits, batch.labels, batch.mask.to(torch::kFloat));
  CHECK(one.numerator.item<double>() == Approx(other.numerator.item<double>()));
  CHECK(one.weight.item<double>() == Approx(other.weight.item<double>()));
}

/// What every model of SegmentationLoss must pass.
template <SegmentationLoss L> void check_segmentation_loss(const L& loss) {
  check_loss_returns_scalars(loss);
  check_loss_ignores_masked_labels(loss);
  check_loss_decomposes(loss);
  check_loss_of_nothing_is_zero(loss);
  check_loss_gradient(loss);
  check_loss_mask_types_agree(loss);
}

} // namespace sparseann::test
