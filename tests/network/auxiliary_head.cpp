#include "sparseann/network/auxiliary_head.hpp"

#include "support/catch.hpp"
#include "support/network_suite.hpp"

using sparseann::BilinearUpsampling;

TEST_CASE("bilinear upsampling of a constant is constant in the interior") {
  BilinearUpsampling upsampling(2);
  const torch::Tensor output = upsampling(torch::full({1, 2, 4, 4, 4}, 3.0));
  REQUIRE(output.sizes() == torch::IntArrayRef({1, 2, 8, 8, 8}));
  const torch::Tensor interior = output.slice(2, 1, -1).slice(3, 1, -1).slice(4, 1, -1);
  CHECK((interior - 3).abs().max().item<double>() < 1e-6);
}

TEST_CASE("bilinear upsampling starts as LibTorch's trilinear interpolation and keeps channels apart") {
  BilinearUpsampling upsampling(2);
  torch::manual_seed(5);
  const torch::Tensor input = torch::randn({2, 2, 4, 5, 6});
  const torch::NoGradGuard no_gradient;
  const auto interior = [](const torch::Tensor& t) { return t.slice(2, 1, -1).slice(3, 1, -1).slice(4, 1, -1); };
  const torch::Tensor expected = torch::upsample_trilinear3d(input, torch::IntArrayRef({8, 10, 12}), false);
  CHECK(torch::allclose(interior(upsampling(input)), interior(expected), 1e-5, 1e-5));
}

TEST_CASE("the auxiliary head doubles the extents with few parameters") {
  sparseann::AuxiliaryHead head(160, 3);
  CHECK(sparseann::test::parameter_count(*head) == 483 + 192);
  CHECK(head(torch::zeros({1, 160, 2, 3, 4})).sizes() == torch::IntArrayRef({1, 3, 4, 6, 8}));
}
