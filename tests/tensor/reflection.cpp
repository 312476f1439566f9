#include "sparseann/tensor/reflection.hpp"

#include "support/catch.hpp"

using sparseann::reflected_margin;

TEST_CASE("a reflected margin mirrors about the first and the last pixel, as often as needed") {
  const torch::Tensor row = torch::tensor({0.0, 1.0, 2.0}).view({1, 1, 1, 3});
  CHECK(reflected_margin(row, 5, 3).select(2, 0).flatten().equal(
      torch::tensor({1.0, 0.0, 1.0, 2.0, 1.0, 0.0, 1.0, 2.0, 1.0, 0.0, 1.0})));
  CHECK(reflected_margin(row, 1, 2).sizes() == torch::IntArrayRef({1, 1, 4, 6})); // one row repeats itself
  CHECK(reflected_margin(row, 0, 0).equal(row));
}

TEST_CASE("within what one mirror image reaches, the margin is PyTorch's reflection") {
  torch::manual_seed(3);
  const torch::Tensor volume = torch::randn({2, 3, 4, 5, 6});
  CHECK(reflected_margin(volume, 2, 3).equal(torch::reflection_pad3d(volume, {2, 3, 2, 3, 2, 3})));
}
