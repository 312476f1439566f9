#include "sparseann/tensor/torch.hpp"

#include "support/catch.hpp"

TEST_CASE("LibTorch multiplies and differentiates") {
  const torch::Tensor x = torch::full({2, 2}, 3.0, torch::kDouble).requires_grad_();
  const torch::Tensor product = torch::mm(x, x);
  CHECK(product.sum().item<double>() == 72.0); // each of the four is 3 * 3 + 3 * 3
  product.sum().backward();
  CHECK(x.grad().min().item<double>() == 12.0); // d/dx_ij sum = row sum + column sum of x
}
