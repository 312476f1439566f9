#include "sparseann/network/single_input.hpp"

#include "sparseann/network/densevoxnet.hpp"
#include "support/catch.hpp"
#include "support/network_suite.hpp"

using namespace sparseann;

namespace {

DenseVoxNetOptions tiny_options() {
  return {
      .in_channels = 2, .classes = 3, .stem_channels = 4, .growth = 2, .layers = {1, 1}, .decoder_channels = {4, 4}};
}

} // namespace

static_assert(MetaNetwork<ImageOnly<DenseVoxNet>>);
static_assert(MetaNetwork<AverageOnly<DenseVoxNet>>);

TEST_CASE("a meta-model without pseudo-labels gives what its network makes of the image") {
  auto network = make_network<ImageOnly<DenseVoxNet>>(tiny_options(), Generator(1));
  network->eval();
  const auto image = torch::randn({1, 2, 8, 8, 8});
  const auto logits = network->forward(image, torch::randn({1, 3, 8, 8, 8})).logits;
  CHECK(torch::equal(logits, network->forward(image, torch::zeros({1, 3, 8, 8, 8})).logits));
  CHECK(torch::equal(logits, network->network->forward(image).logits));
  CHECK(network->required_multiple() == 4);
}

TEST_CASE("a meta-model without the image reads as many channels as there are classes") {
  auto network = make_network<AverageOnly<DenseVoxNet>>(tiny_options(), Generator(1));
  network->eval();
  CHECK(network->options().in_channels == 2);
  CHECK(network->network->options().in_channels == 3);
  const auto average = torch::randn({1, 3, 8, 8, 8});
  const auto logits = network->forward(torch::randn({1, 2, 8, 8, 8}), average).logits;
  CHECK(torch::equal(logits, network->forward(torch::zeros({1, 2, 8, 8, 8}), average).logits));
  CHECK(logits.sizes() == torch::IntArrayRef{1, 3, 8, 8, 8});
}

TEST_CASE("networks of one input are drawn by the seed and keep their slow parameters") {
  test::check_initialisation_is_seeded<ImageOnly<DenseVoxNet>>(tiny_options());
  const auto network = make_network<AverageOnly<DenseVoxNet>>(tiny_options(), Generator(1));
  CHECK(parameter_groups(network).slow.size() == 1);
  CHECK(parameter_groups(network).regular.size() + 1 == network->parameters().size());
}
