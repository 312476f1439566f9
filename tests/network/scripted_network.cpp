#include "sparseann/network/scripted_network.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "sparseann/network/data_shape.hpp"
#include "sparseann/network/densevoxnet.hpp"
#include "sparseann/network/fcn2d.hpp"
#include "sparseann/network/y_densevoxnet.hpp"
#include "support/catch.hpp"

using namespace sparseann;

namespace {

/// Whether TorchScript computes the network's logits, in other extents and another number of samples than recorded.
void check_same(ScriptedNetwork scripted) {
  const torch::NoGradGuard no_gradient;
  const torch::jit::Stack inputs(scripted.inputs.begin(), scripted.inputs.end());
  const torch::Tensor logits = scripted.module.forward(inputs).toTensor();
  CHECK(logits.size(0) == 2);
  CHECK(torch::allclose(logits, scripted.logits, 1e-4, 1e-5));
}

template <class Network, class Options> Network trained(const Options& options) {
  Network network = make_network<Network>(options, Generator(3));
  for (torch::Tensor& buffer : network->buffers()) // running statistics that are not those of the start
    if (buffer.is_floating_point())
      buffer.add_(torch::rand(buffer.sizes(), at::make_generator<at::CPUGeneratorImpl>(2)));
  network->eval();
  return network;
}

DenseVoxNetOptions small() {
  DenseVoxNetOptions options{.stem_channels = 8, .growth = 4, .layers = {2, 3}, .decoder_channels = {8, 4}};
  set_data_shape(options, 2, 3);
  return options;
}

} // namespace

TEST_CASE("every network is TorchScript that computes what it computes, with the same names of weights") {
  Fcn2dOptions flat{.widths = {8, 8, 12}, .scale_channels = 4, .head_channels = 4};
  set_data_shape(flat, 2, 3);
  check_same(scripted_network(trained<Fcn2d>(flat), 2));
  const DenseVoxNet deep = trained<DenseVoxNet>(small());
  const ScriptedNetwork scripted = scripted_network(deep, 2);
  check_same(scripted);
  CHECK(scripted.names == std::vector<std::string>{"image"});
  std::vector<std::string> names;
  for (const auto& item : scripted.module.named_parameters())
    names.push_back(item.name);
  std::vector<std::string> expected;
  for (const auto& item : deep->named_parameters())
    expected.push_back(item.key());
  std::ranges::sort(names);
  std::ranges::sort(expected);
  CHECK(names == expected);
  check_same(scripted_network(
      trained<YDenseVoxNet>(YDenseVoxNetOptions{.densevoxnet = small(), .pseudo_label_layers = 1}), 2, 3));
}
