#include "sparseann/network/dropout.hpp"

#include "support/catch.hpp"

using sparseann::dropout;

TEST_CASE("dropout zeroes its share, scales the others, and passes gradients where it let values through") {
  for (const auto type : {torch::kFloat, torch::kDouble, torch::kBFloat16}) {
    torch::manual_seed(1);
    const torch::Tensor values = torch::ones({20, 30, 50}, type).requires_grad_();
    const torch::Tensor kept = dropout(values, 0.25);
    CHECK(kept.scalar_type() == type);
    CHECK((kept == 0).to(torch::kDouble).mean().item<double>() == Approx(0.25).margin(0.02));
    CHECK(torch::allclose(kept, kept.ne(0).to(type) / 0.75));
    kept.sum().backward();
    CHECK(torch::equal(values.grad(), kept));
  }
}

TEST_CASE("dropout draws from LibTorch's generator, and does not depend on the number of threads") {
  const torch::Tensor values = torch::ones({100000});
  torch::manual_seed(3);
  const torch::Tensor first = dropout(values, 0.5);
  const torch::Tensor second = dropout(values, 0.5);
  CHECK_FALSE(torch::equal(first, second));
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  torch::manual_seed(3);
  CHECK(torch::equal(dropout(values, 0.5), first));
  at::set_num_threads(threads);
}

TEST_CASE("values that do not lie one after the other are dropped as their copy would be") {
  const torch::Tensor values = torch::rand({4, 6, 8}).transpose(0, 2);
  torch::manual_seed(5);
  const torch::Tensor strided = dropout(values, 0.5);
  torch::manual_seed(5);
  CHECK(torch::equal(strided, dropout(values.contiguous(), 0.5)));
}
