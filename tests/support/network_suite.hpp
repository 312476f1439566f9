#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sparseann/core/random.hpp"
#include "sparseann/network/network.hpp"
#include "support/catch.hpp"

namespace sparseann::test {

[[nodiscard]] inline std::int64_t parameter_count(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const torch::Tensor& parameter : module.parameters())
    count += parameter.numel();
  return count;
}

/// Parameters, by hand: BN has two per channel, a convolution kernel * in * out and a bias per output.
[[nodiscard]] constexpr std::int64_t norm_parameters(std::int64_t channels) { return 2 * channels; }
[[nodiscard]] constexpr std::int64_t dense_block_parameters(std::int64_t channels, std::int64_t layers,
                                                            std::int64_t growth) {
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < layers; ++i, channels += growth)
    count += norm_parameters(channels) + 27 * channels * growth;
  return count;
}

/// Every parameter has a gradient that is finite and not all zero.
inline void check_gradient_reaches_all(torch::nn::Module& module, const torch::Tensor& value) {
  value.backward();
  for (const auto& item : module.named_parameters()) {
    INFO(item.key());
    REQUIRE(item.value().grad().defined());
    CHECK(item.value().grad().isfinite().all().item<bool>());
    CHECK(item.value().grad().abs().max().item<double>() > 0);
  }
}

/// Two networks from one stream are equal whatever LibTorch's generator did; another stream gives other weights.
template <NetworkModule N> void check_initialisation_is_seeded(const network_options<N>& options) {
  torch::manual_seed(1);
  const N one = make_network<N>(options, Generator(5).split("weights"));
  torch::manual_seed(2);
  const N same = make_network<N>(options, Generator(5).split("weights"));
  const N other = make_network<N>(options, Generator(6).split("weights"));
  const auto parameters = one->named_parameters();
  for (const auto& item : parameters) {
    INFO(item.key());
    CHECK(torch::equal(item.value(), same->named_parameters()[item.key()]));
    if (item.value().dim() > 2 && item.key().find("upsampling") == std::string::npos)
      CHECK_FALSE(torch::equal(item.value(), other->named_parameters()[item.key()]));
  }
}

} // namespace sparseann::test
