#include "sparseann/tensor/traced_module.hpp"

#include "sparseann/tensor/tracing.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

namespace {

torch::nn::Sequential small_network() {
  torch::nn::Sequential network(torch::nn::Conv2d(torch::nn::Conv2dOptions(1, 2, 3).padding(1)),
                                torch::nn::BatchNorm2d(2));
  network->forward(torch::randn({4, 1, 8, 8})); // running statistics that are not those of the start
  network->eval();
  return network;
}

} // namespace

TEST_CASE("a traced network computes the same from a file, for other extents and batches, under the same names") {
  torch::manual_seed(1);
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "network.pt";
  torch::nn::Sequential network = small_network();
  bool was_tracing = false;
  const torch::jit::Module module = traced_module(*network, {torch::zeros({1, 1, 4, 4}), torch::zeros({1, 2, 4, 4})},
                                                  {"image", "added"}, [&](const std::vector<torch::Tensor>& inputs) {
                                                    was_tracing = is_tracing();
                                                    return network->forward(inputs[0]).relu_() + inputs[1];
                                                  });
  CHECK(was_tracing);
  CHECK_FALSE(is_tracing());
  write_script(path, module, {{"note", "kept beside the code"}});
  torch::jit::ExtraFilesMap extra{{"note", ""}};
  torch::jit::Module read = torch::jit::load(path.string(), torch::kCPU, extra);
  CHECK(extra["note"] == "kept beside the code");
  const torch::Tensor image = torch::randn({2, 1, 6, 10});
  const torch::Tensor added = torch::randn({2, 2, 6, 10});
  const torch::NoGradGuard no_gradient;
  CHECK(torch::allclose(read.forward({image, added}).toTensor(), network->forward(image).relu() + added, 1e-6, 1e-6));
  std::vector<std::string> names;
  for (const auto& item : read.named_parameters())
    names.push_back(item.name);
  CHECK(names == std::vector<std::string>{"0.weight", "0.bias", "1.weight", "1.bias"});
  CHECK(read.named_buffers().size() == 3);
}

TEST_CASE("a network in training mode is refused") {
  torch::nn::Linear network(1, 1);
  CHECK_THROWS_WITH(traced_module(*network, {torch::zeros({1, 1})}, {"x"},
                                  [&](const std::vector<torch::Tensor>& inputs) { return network(inputs[0]); }),
                    "network: expected evaluation mode, got training mode");
}
