#include "sparseann/network/fcn2d.hpp"

#include "support/catch.hpp"
#include "support/network_suite.hpp"

using sparseann::Fcn2d;
using sparseann::Fcn2dOptions;
using namespace sparseann::test;

namespace {

Fcn2dOptions tiny_fcn2d() { return {.in_channels = 2, .widths = {4, 6, 8}, .scale_channels = 3, .head_channels = 5}; }

std::int64_t bottleneck_parameters(std::int64_t in, std::int64_t inner, std::int64_t out) {
  return norm_parameters(in) + in * inner + norm_parameters(inner) + 9 * inner * inner + norm_parameters(inner) +
         inner * out;
}

/// The layers of the network one by one, with two blocks per scale of half its width.
std::int64_t fcn2d_parameters_by_hand(const Fcn2dOptions& options) {
  std::int64_t channels = options.widths.front();
  std::int64_t count = 9 * options.in_channels * channels;
  for (std::size_t s = 0; s < options.widths.size(); ++s) {
    const std::int64_t width = options.widths[s];
    count += bottleneck_parameters(channels, width / 2, width) + bottleneck_parameters(width, width / 2, width);
    count += s == 0 ? 0 : channels * width; // the shortcut where the extents change
    count += norm_parameters(width) + width * options.scale_channels;
    channels = width;
  }
  const auto joined = options.scale_channels * static_cast<std::int64_t>(options.widths.size());
  count += norm_parameters(joined) + 9 * joined * options.head_channels + norm_parameters(options.head_channels);
  return count + options.head_channels * options.classes + options.classes;
}

} // namespace

TEST_CASE("the 2D network's parameters are those of its layers") {
  CHECK(parameter_count(*Fcn2d()) == fcn2d_parameters_by_hand({}));
  CHECK(parameter_count(*Fcn2d(tiny_fcn2d())) == fcn2d_parameters_by_hand(tiny_fcn2d()));
  const Fcn2dOptions small{.widths = {32, 64, 96, 128}, .scale_channels = 16, .head_channels = 32};
  CHECK(parameter_count(*Fcn2d(small)) == fcn2d_parameters_by_hand(small));
  CHECK(parameter_count(*Fcn2d(small)) == 242691); // what trains in a minute on a CPU
}

TEST_CASE("each scale halves the extents, the logits have the image's") {
  Fcn2d network(tiny_fcn2d());
  torch::Tensor features = network->stem->forward(torch::randn({2, 2, 8, 16}));
  std::int64_t factor = 1;
  for (std::size_t s = 0; s < 3; ++s, factor *= 2) {
    auto* const scale = network->scales[s]->as<sparseann::Fcn2dScale>();
    features = scale->forward(features);
    CHECK(features.sizes() == torch::IntArrayRef({2, tiny_fcn2d().widths[s], 8 / factor, 16 / factor}));
    CHECK(scale->lateral(features).size(1) == 3);
  }
  const auto output = network->forward(torch::randn({2, 2, 8, 16}));
  CHECK(output.logits.sizes() == torch::IntArrayRef({2, 3, 8, 16}));
  CHECK(output.auxiliary.empty());
}

TEST_CASE("gradients reach every parameter of the 2D network") {
  auto network = sparseann::make_network<Fcn2d>(tiny_fcn2d(), sparseann::Generator(1));
  torch::manual_seed(1);
  check_gradient_reaches_all(*network, network->forward(torch::randn({2, 2, 16, 16})).logits.square().mean());
}

TEST_CASE("the 2D network's weights come from the generator") { check_initialisation_is_seeded<Fcn2d>(tiny_fcn2d()); }

TEST_CASE("the 2D network refuses extents that its scales do not divide") {
  CHECK(Fcn2d()->required_multiple() == 32);
  Fcn2d network(tiny_fcn2d());
  CHECK(network->required_multiple() == 4);
  CHECK_THROWS_WITH(
      network->forward(torch::zeros({1, 2, 8, 6})),
      "image: expected shape (N, 2, y, x) with spatial extents that are multiples of 4, got (1, 2, 8, 6)");
}

TEST_CASE("the 2D network refuses options out of range by name") {
  CHECK_THROWS_WITH(Fcn2d(Fcn2dOptions{.widths = {}}), "widths: expected 1 to 12 scales, got 0");
  CHECK_THROWS_WITH(Fcn2d(Fcn2dOptions{.widths = {4, 0}}), "widths: expected a number of at least 1, got 0");
  CHECK_THROWS_WITH(Fcn2d(Fcn2dOptions{.classes = 1}), "classes: expected a number of at least 2, got 1");
}
