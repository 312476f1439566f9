#include "sparseann/loss/masked_targets.hpp"

#include "support/catch.hpp"

using sparseann::detail::masked_targets;

namespace {
const torch::Tensor logits = torch::zeros({1, 3, 2});
} // namespace

TEST_CASE("targets keep annotated labels and mark the others as ignored") {
  const torch::Tensor labels = torch::tensor({2L, 9L}).view({1, 2});
  const torch::Tensor mask = torch::tensor({true, false}).view({1, 2});
  const torch::Tensor expected = torch::tensor({2L, -100L}).view({1, 2});
  CHECK(torch::equal(masked_targets(logits, labels, mask), expected));
  CHECK(torch::equal(masked_targets(logits, labels, mask.to(torch::kFloat) * 0.5), expected));
}

TEST_CASE("an annotated label that is no class is an error of the data") {
  const torch::Tensor mask = torch::ones({1, 2}, torch::kBool);
  CHECK_THROWS_WITH(masked_targets(logits, torch::tensor({0L, 3L}).view({1, 2}), mask),
                    "labels: expected classes from 0 to 2 wherever the mask is set, got label 3");
  CHECK_THROWS_WITH(masked_targets(logits, torch::tensor({-100L, 1L}).view({1, 2}), mask),
                    "labels: expected classes from 0 to 2 wherever the mask is set, got label -100");
  CHECK_THROWS_AS(masked_targets(logits, torch::tensor({0L, 3L}).view({1, 2}), mask), sparseann::DataError);
}

TEST_CASE("shapes and types that do not fit are named") {
  const torch::Tensor labels = torch::zeros({1, 2}, torch::kLong);
  const torch::Tensor mask = torch::ones({1, 2}, torch::kBool);
  CHECK_THROWS_WITH(masked_targets(logits, torch::zeros({1, 3}, torch::kLong), mask),
                    "labels: expected int64 of shape (1, 2), got Long of (1, 3)");
  CHECK_THROWS_WITH(masked_targets(logits, labels.to(torch::kInt), mask),
                    "labels: expected int64 of shape (1, 2), got Int of (1, 2)");
  CHECK_THROWS_WITH(masked_targets(logits, labels, labels),
                    "mask: expected bool or floating point of shape (1, 2), got Long of (1, 2)");
  CHECK_THROWS_WITH(masked_targets(logits, labels, torch::ones({2}, torch::kBool)),
                    "mask: expected bool or floating point of shape (1, 2), got Bool of (2)");
  CHECK_THROWS_WITH(masked_targets(torch::zeros({3, 2}), labels, mask),
                    "logits: expected floating point of shape (N, C, spatial...), got Float of (3, 2)");
}
