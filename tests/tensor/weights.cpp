#include "sparseann/tensor/weights.hpp"

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

TEST_CASE("parameters and buffers have PyTorch's names and come back from a file") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "weights.safetensors";
  torch::nn::Sequential module(torch::nn::Conv2d(1, 2, 3), torch::nn::BatchNorm2d(2));
  const std::vector<NamedTensor> weights = weights_of(*module, "part/");
  std::vector<std::string> names;
  for (const auto& [name, tensor] : weights)
    names.push_back(name);
  CHECK(names == std::vector<std::string>{"part/0.weight", "part/0.bias", "part/1.weight", "part/1.bias",
                                          "part/1.running_mean", "part/1.running_var", "part/1.num_batches_tracked"});
  write_tensors(path, {}, weights);
  torch::nn::Sequential other(torch::nn::Conv2d(1, 2, 3), torch::nn::BatchNorm2d(2));
  load_weights(*other, read_sealed_safetensors(path), "part/");
  for (std::size_t i = 0; i < weights.size(); ++i)
    CHECK(torch::equal(weights_of(*other)[i].second, weights[i].second));
}

TEST_CASE("weights of another shape and missing ones are named with the file") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "weights.safetensors";
  torch::nn::Linear module(2, 3);
  write_tensors(path, {}, weights_of(*module));
  torch::nn::Linear wide(2, 4);
  CHECK_THROWS_WITH(load_weights(*wide, read_sealed_safetensors(path)),
                    path.string() + ": expected 'weight' of shape (4, 2), got (3, 2)");
  CHECK_THROWS_WITH(load_weights(*module, read_sealed_safetensors(path), "part/"),
                    path.string() + ": expected a tensor 'part/weight', got 2 tensors of other names");
}
