#include "sparseann/pseudo_label/base_model.hpp"

#include "sparseann/loss/masked_cross_entropy.hpp"
#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("a tensor of probabilities is quantised in place of its voxels") {
  const torch::Tensor p = torch::tensor({0.0, 0.2, 1.0, 0.8}, torch::kFloat).view({2, 1, 1, 2});
  const ClassProbabilities got = quantise(p);
  CHECK(got(0, 0, 0, 1) == 51);
  CHECK(got(1, 0, 0, 0) == 255);
}

TEST_CASE("step_loss has an auxiliary term exactly where the network has an auxiliary head") {
  const torch::Tensor logits = torch::zeros({1, 2, 1, 1, 2});
  const torch::Tensor labels = torch::zeros({1, 1, 1, 2}, torch::kLong);
  const torch::Tensor mask = torch::ones({1, 1, 1, 2}, torch::kBool);
  CHECK_FALSE(step_loss(MaskedCrossEntropy{}, {.logits = logits, .auxiliary = {}}, labels, mask).auxiliary);
  const StepLoss both = step_loss(MaskedCrossEntropy{}, {.logits = logits, .auxiliary = {logits + 1}}, labels, mask);
  REQUIRE(both.auxiliary);
  CHECK(both.main.numerator.item<double>() == Approx(2 * std::log(2.0)));
  CHECK(both.auxiliary->weight.item<double>() == 2.0);
}
