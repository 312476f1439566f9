#include "sparseann/loss/soft_cross_entropy.hpp"

#include <cmath>
#include <limits>

#include "sparseann/loss/masked_cross_entropy.hpp"
#include "support/catch.hpp"
#include "support/loss_suite.hpp"

using namespace sparseann;

TEST_CASE("with one-hot probabilities it is the masked cross-entropy") {
  const auto batch = test::random_loss_batch(5);
  const torch::Tensor labels = batch.labels.clamp(0, batch.logits.size(1) - 1);
  const torch::Tensor one_hot = torch::one_hot(labels, batch.logits.size(1)).movedim(-1, 1);
  const LossTerm soft = SoftCrossEntropy{}(batch.logits, one_hot, batch.mask);
  const LossTerm hard = MaskedCrossEntropy{}(batch.logits, labels, batch.mask);
  CHECK(soft.numerator.item<double>() == Approx(hard.numerator.item<double>()));
  CHECK(soft.weight.item<double>() == hard.weight.item<double>());
}

TEST_CASE("two voxels by hand: a certain output, and an even one against a split target") {
  const torch::Tensor logits = torch::tensor({3.0, 0.0, 0.0, 0.0}).view({1, 2, 2}); // classes x voxels: (3, 0), (0, 0)
  const torch::Tensor probabilities = torch::tensor({1.0, 0.25, 0.0, 0.75}).view({1, 2, 2});
  const LossTerm term = SoftCrossEntropy{}(logits, probabilities, torch::ones({1, 2}, torch::kBool));
  CHECK(term.numerator.item<double>() == Approx(std::log1p(std::exp(-3.0)) + std::log(2.0)));
  CHECK(term.weight.item<double>() == 2);
}

TEST_CASE("what the mask hides has no influence, not even where it is not a number") {
  torch::Tensor probabilities = torch::full({1, 2, 2}, 0.5);
  probabilities.select(2, 1).fill_(std::numeric_limits<float>::quiet_NaN());
  const torch::Tensor logits = torch::zeros({1, 2, 2}, torch::requires_grad());
  const LossTerm term = SoftCrossEntropy{}(logits, probabilities, torch::tensor({true, false}).view({1, 2}));
  CHECK(term.numerator.item<double>() == Approx(std::log(2.0)));
  const torch::Tensor gradient = test::gradient_of(term.numerator, logits);
  CHECK(gradient.isfinite().all().item<bool>());
  CHECK(gradient.select(2, 1).abs().max().item<double>() == 0);
}

TEST_CASE("shapes that do not fit are named") {
  const torch::Tensor logits = torch::zeros({1, 2, 4});
  CHECK_THROWS_WITH(SoftCrossEntropy{}(logits, torch::zeros({1, 3, 4}), torch::ones({1, 4})),
                    "probabilities: expected the logits' shape, (1, 2, 4), got (1, 3, 4)");
  CHECK_THROWS_WITH(SoftCrossEntropy{}(logits, torch::zeros({1, 2, 4}), torch::ones({1, 3})),
                    "mask: expected bool or floating point of shape (1, 4), got Float of (1, 3)");
}
