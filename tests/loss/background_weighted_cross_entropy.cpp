#include "sparseann/loss/background_weighted_cross_entropy.hpp"

#include <cmath>
#include <limits>

#include "sparseann/loss/masked_cross_entropy.hpp"
#include "support/catch.hpp"
#include "support/loss_suite.hpp"

using sparseann::BackgroundWeightedCrossEntropy;
using sparseann::LossTerm;

TEST_CASE("the background-weighted cross-entropy is a segmentation loss") {
  sparseann::test::check_segmentation_loss(BackgroundWeightedCrossEntropy{});
}

TEST_CASE("background counts less, other classes in full, unlabelled voxels not at all") {
  // Voxels: background, class 1, unlabelled; logits (1, 0), (0, 3), (0, 0).
  const torch::Tensor logits = torch::tensor({1.0, 0.0, 0.0, 0.0, 3.0, 0.0}, torch::kDouble).view({1, 2, 3});
  const torch::Tensor labels = torch::tensor({0L, 1L, 1L}).view({1, 3});
  const torch::Tensor mask = torch::tensor({true, true, false}).view({1, 3});
  const LossTerm term = BackgroundWeightedCrossEntropy{{.background_weight = 0.25}}(logits, labels, mask);
  CHECK(term.numerator.item<double>() == Approx(0.25 * std::log1p(std::exp(-1.0)) + std::log1p(std::exp(-3.0))));
  CHECK(term.weight.item<double>() == Approx(1.25));
}

TEST_CASE("with weight 1 it is the plain masked cross-entropy, with less it is not") {
  const auto batch = sparseann::test::random_loss_batch(11);
  const LossTerm plain = sparseann::MaskedCrossEntropy{}(batch.logits, batch.labels, batch.mask);
  const LossTerm same =
      BackgroundWeightedCrossEntropy{{.background_weight = 1.0}}(batch.logits, batch.labels, batch.mask);
  CHECK(same.numerator.item<double>() == Approx(plain.numerator.item<double>()));
  CHECK(same.weight.item<double>() == Approx(plain.weight.item<double>()));
  const LossTerm less = BackgroundWeightedCrossEntropy{}(batch.logits, batch.labels, batch.mask);
  CHECK(less.numerator.item<double>() < plain.numerator.item<double>());
  CHECK(less.weight.item<double>() < plain.weight.item<double>());
}

TEST_CASE("a weight outside 0 to 1 is refused") {
  const auto batch = sparseann::test::random_loss_batch(11);
  const auto loss = [&](double weight) {
    return BackgroundWeightedCrossEntropy{{.background_weight = weight}}(batch.logits, batch.labels, batch.mask);
  };
  CHECK_THROWS_WITH(loss(1.5), "background_weight: expected a number of at least 0 and at most 1, got 1.5");
  CHECK_THROWS_AS(loss(std::numeric_limits<double>::quiet_NaN()), sparseann::InvalidArgument);
}
