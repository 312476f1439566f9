#include "sparseann/network/dense_block_pass.hpp"

#include "support/catch.hpp"

using sparseann::detail::ChannelMoments;
using Pass = sparseann::detail::DenseBlockPass<sparseann::plane_convolution::Same<double>>;

TEST_CASE("moments of channels are those of the whole batch") {
  torch::manual_seed(1);
  const torch::Tensor features = torch::randn({3, 5, 4, 3, 7}, torch::kDouble) * 2 + 1;
  const Pass pass(features, {});
  ChannelMoments moments;
  pass.measure(1, 3, moments);
  REQUIRE(moments.mean.size() == 3);
  for (std::int64_t c = 0; c < 3; ++c) {
    const torch::Tensor channel = features.select(1, c + 1);
    CHECK(moments.mean[static_cast<std::size_t>(c)] == Approx(channel.mean().item<double>()));
    CHECK(moments.variance[static_cast<std::size_t>(c)] == Approx(channel.var(false).item<double>()));
  }
  CHECK(pass.values_per_channel() == 3 * 4 * 3 * 7);
}

TEST_CASE("a correction takes a constant and a multiple of the features' distance from their mean") {
  const torch::Tensor features = torch::randn({2, 3, 2, 2, 2}, torch::kDouble);
  const Pass pass(features, {});
  torch::Tensor gradient = torch::ones_like(features);
  const std::vector<double> constant{1, 2, 3};
  const std::vector<double> factor{0.5, -1, 4};
  const std::vector<double> mean{0.1, 0.2, 0.3};
  pass.correct(gradient, 1, 1, constant, factor, mean);
  CHECK(torch::equal(gradient.select(1, 0), torch::ones({2, 2, 2, 2}, torch::kDouble)));
  CHECK(torch::allclose(gradient.select(1, 1), 1 - 2 + (features.select(1, 1) - 0.2)));
  CHECK(torch::equal(gradient.select(1, 2), torch::ones({2, 2, 2, 2}, torch::kDouble)));
}
