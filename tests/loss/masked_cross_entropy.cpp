#include "sparseann/loss/masked_cross_entropy.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/loss_suite.hpp"

using sparseann::LossTerm;
using sparseann::MaskedCrossEntropy;

TEST_CASE("the masked cross-entropy is a segmentation loss") {
  sparseann::test::check_segmentation_loss(MaskedCrossEntropy{});
}

TEST_CASE("the masked cross-entropy equals Eq. 2 summed by hand") {
  const auto batch = sparseann::test::random_loss_batch(9);
  const auto logits = batch.logits.accessor<double, 5>();
  const auto labels = batch.labels.accessor<std::int64_t, 4>();
  const auto mask = batch.mask.accessor<bool, 4>();
  double numerator = 0;
  double weight = 0;
  for (std::int64_t n = 0; n < 4; ++n)
    for (std::int64_t z = 0; z < 3; ++z)
      for (std::int64_t y = 0; y < 4; ++y)
        for (std::int64_t x = 0; x < 5; ++x) {
          if (!mask[n][z][y][x])
            continue;
          double sum = 0;
          for (std::int64_t c = 0; c < 3; ++c)
            sum += std::exp(logits[n][c][z][y][x]);
          numerator += std::log(sum) - logits[n][labels[n][z][y][x]][z][y][x];
          weight += 1;
        }
  const LossTerm term = MaskedCrossEntropy{}(batch.logits, batch.labels, batch.mask);
  CHECK(term.numerator.item<double>() == Approx(numerator));
  CHECK(term.weight.item<double>() == weight);
}

TEST_CASE("the global mean differs from the mean of patch means where patches are annotated unequally") {
  // Patch 0: one annotated voxel of loss log 2. Patch 1: three of loss log(1 + e^-2).
  torch::Tensor logits = torch::zeros({2, 2, 3}, torch::kDouble);
  logits[1][0].fill_(2);
  const torch::Tensor labels = torch::zeros({2, 3}, torch::kLong);
  const torch::Tensor mask = torch::tensor({true, false, false, true, true, true}).view({2, 3});
  const LossTerm term = MaskedCrossEntropy{}(logits, labels, mask);
  const double expected = (std::log(2.0) + 3 * std::log1p(std::exp(-2.0))) / 4;
  CHECK((term.numerator / term.weight).item<double>() == Approx(expected));
}

TEST_CASE("a mask of numbers weighs voxels") {
  const torch::Tensor logits = torch::tensor({1.0, 0.0, 0.0, 3.0}, torch::kDouble).view({1, 2, 2});
  const torch::Tensor labels = torch::tensor({0L, 1L}).view({1, 2});
  const LossTerm term = MaskedCrossEntropy{}(logits, labels, torch::tensor({0.25, 2.0}, torch::kDouble).view({1, 2}));
  CHECK(term.numerator.item<double>() == Approx(0.25 * std::log1p(std::exp(-1.0)) + 2.0 * std::log1p(std::exp(-3.0))));
  CHECK(term.weight.item<double>() == Approx(2.25));
}

TEST_CASE("logits in bfloat16 are summed in float32") {
  const torch::Tensor logits = torch::zeros({1, 2, 1001}, torch::kBFloat16);
  const LossTerm term =
      MaskedCrossEntropy{}(logits, torch::zeros({1, 1001}, torch::kLong), torch::ones({1, 1001}, torch::kBool));
  CHECK(term.numerator.scalar_type() == torch::kFloat);
  CHECK(term.numerator.item<double>() == Approx(1001 * std::log(2.0)));
  CHECK(term.weight.item<double>() == 1001); // bfloat16 would say 1000
}
