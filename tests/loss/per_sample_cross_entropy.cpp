#include "sparseann/loss/per_sample_cross_entropy.hpp"

#include <cmath>
#include <cstdint>

#include "sparseann/loss/masked_cross_entropy.hpp"
#include "support/catch.hpp"
#include "support/loss_suite.hpp"

using sparseann::per_sample_cross_entropy;

TEST_CASE("each sample's value is its own masked mean") {
  const auto batch = sparseann::test::random_loss_batch(12);
  const torch::Tensor values = per_sample_cross_entropy(batch.logits, batch.labels, batch.mask);
  REQUIRE(values.sizes() == torch::IntArrayRef({4}));
  for (std::int64_t n = 0; n < 4; ++n) {
    const auto term = sparseann::MaskedCrossEntropy{}(batch.logits.narrow(0, n, 1), batch.labels.narrow(0, n, 1),
                                                      batch.mask.narrow(0, n, 1));
    CHECK(values[n].item<double>() == Approx((term.numerator / term.weight).item<double>()));
  }
}

TEST_CASE("logits that agree with the labels are nearer than logits that do not") {
  torch::Tensor logits = torch::zeros({2, 2, 4});
  logits[0][1].fill_(3);
  logits[1][0].fill_(3);
  const torch::Tensor values =
      per_sample_cross_entropy(logits, torch::ones({2, 4}, torch::kLong), torch::ones({2, 4}, torch::kBool));
  CHECK(values[0].item<double>() == Approx(std::log1p(std::exp(-3.0))));
  CHECK(values[1].item<double>() == Approx(3 + std::log1p(std::exp(-3.0))));
}

TEST_CASE("a sample with an empty mask has no mean") {
  const torch::Tensor mask = torch::tensor({true, false}).view({2, 1});
  CHECK_THROWS_WITH(per_sample_cross_entropy(torch::zeros({2, 2, 1}), torch::zeros({2, 1}, torch::kLong), mask),
                    "mask: expected a set voxel in every sample, got a sample without any");
}
