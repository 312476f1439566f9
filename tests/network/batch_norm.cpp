#include "sparseann/network/batch_norm.hpp"

#include <functional>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

torch::nn::BatchNorm3d norm_with_weights() {
  torch::nn::BatchNorm3d norm(3);
  const torch::NoGradGuard no_gradient;
  norm->weight.copy_(torch::tensor({0.5, 1.5, -1.0}));
  norm->bias.copy_(torch::tensor({0.1, -0.2, 0.3}));
  norm->to(torch::kDouble);
  return norm;
}

torch::Tensor numbers(std::int64_t seed) {
  torch::manual_seed(static_cast<std::uint64_t>(seed));
  return torch::randn({4, 3, 2, 3, 5}, torch::kDouble) * 2 + 1;
}

} // namespace

TEST_CASE("outside of a scope, and in evaluation, batch norm is LibTorch's") {
  torch::nn::BatchNorm3d norm = norm_with_weights();
  torch::nn::BatchNorm3d theirs = norm_with_weights();
  const torch::Tensor x = numbers(1);
  CHECK(torch::equal(batch_norm(norm, x), theirs(x)));
  CHECK_FALSE(SynchronisedBatchNorm::is_active());
  const SynchronisedBatchNorm scope([](torch::Tensor&) { FAIL("nothing is shared"); });
  CHECK(SynchronisedBatchNorm::is_active());
  norm->eval();
  theirs->eval();
  CHECK(torch::equal(batch_norm(norm, x), theirs(x)));
}

// One process is the whole: then the function must be LibTorch's, in values, gradients and running statistics.
TEST_CASE("with one process the synchronised batch norm is LibTorch's, and so are its gradients") {
  torch::nn::BatchNorm3d ours = norm_with_weights();
  torch::nn::BatchNorm3d theirs = norm_with_weights();
  const torch::Tensor ours_x = numbers(2).requires_grad_();
  const torch::Tensor theirs_x = numbers(2).requires_grad_();
  const torch::Tensor factor = numbers(3);
  {
    const SynchronisedBatchNorm scope([](torch::Tensor&) {});
    const torch::Tensor y = batch_norm(ours, ours_x);
    CHECK(torch::allclose(y, theirs(theirs_x), 1e-12, 1e-12));
    (y.square() * factor).sum().backward();
  }
  theirs->running_mean.zero_(); // as the forward pass above was one
  theirs->running_var.fill_(1);
  (theirs(theirs_x).square() * factor).sum().backward();
  CHECK(torch::allclose(ours_x.grad(), theirs_x.grad(), 1e-9, 1e-9));
  CHECK(torch::allclose(ours->weight.grad(), theirs->weight.grad(), 1e-10, 1e-10));
  CHECK(torch::allclose(ours->bias.grad(), theirs->bias.grad(), 1e-10, 1e-10));
  CHECK(torch::allclose(ours->running_mean, theirs->running_mean, 1e-12, 1e-12));
  CHECK(torch::allclose(ours->running_var, theirs->running_var, 1e-12, 1e-12));
}

// Two processes with the same numbers have the moments of one, and twice its sums of gradients.
TEST_CASE("what other processes hold counts") {
  torch::nn::BatchNorm3d ours = norm_with_weights();
  torch::nn::BatchNorm3d theirs = norm_with_weights();
  const torch::Tensor own = numbers(4);
  const torch::Tensor other = numbers(5);
  const torch::Tensor both = torch::cat({own, other}).requires_grad_();
  const torch::Tensor factor = numbers(6);
  // The other process's sums, from the formula's own definitions.
  const auto sums_of_forward = [&](const torch::Tensor& x) {
    return torch::cat({x.sum({0, 2, 3, 4}), x.square().sum({0, 2, 3, 4}), torch::full({1}, 120.0, torch::kDouble)});
  };
  const torch::Tensor y_both = theirs(both);
  (y_both * torch::cat({factor, factor})).sum().backward();
  const auto mean = both.detach().mean({0, 2, 3, 4}, true);
  const auto deviation = (both.detach().var({0, 2, 3, 4}, false, true) + 1e-5).sqrt();
  const torch::Tensor normalised = (other - mean) / deviation;
  const torch::Tensor sums_of_backward =
      torch::cat({factor.sum({0, 2, 3, 4}), (factor * normalised).sum({0, 2, 3, 4})});
  const SynchronisedBatchNorm scope(
      [&](torch::Tensor& sums) { sums += sums.numel() == 7 ? sums_of_forward(other) : sums_of_backward; });
  const torch::Tensor x = own.clone().requires_grad_();
  const torch::Tensor y = batch_norm(ours, x);
  CHECK(torch::allclose(y, y_both.narrow(0, 0, 4), 1e-12, 1e-12));
  (y * factor).sum().backward();
  CHECK(torch::allclose(x.grad(), both.grad().narrow(0, 0, 4), 1e-9, 1e-9));
  CHECK(torch::allclose(ours->running_var, theirs->running_var, 1e-12, 1e-12));
}

TEST_CASE("scopes nest, and end") {
  int outer = 0;
  int inner = 0;
  torch::nn::BatchNorm3d norm = norm_with_weights();
  {
    const SynchronisedBatchNorm first([&](torch::Tensor&) { ++outer; });
    {
      const SynchronisedBatchNorm second([&](torch::Tensor&) { ++inner; });
      (void)batch_norm(norm, numbers(7));
    }
    (void)batch_norm(norm, numbers(7));
  }
  CHECK(outer == 1);
  CHECK(inner == 1);
  CHECK_FALSE(SynchronisedBatchNorm::is_active());
}
