#include "sparseann/network/restored_network.hpp"

#include "sparseann/network/fcn2d.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

TEST_CASE("a restored network computes what the one computed whose weights were kept") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "model.safetensors";
  Fcn2dOptions options{.widths = {8, 8}, .scale_channels = 4, .head_channels = 4};
  set_data_shape(options, 2, 3);
  Fcn2d network = make_network<Fcn2d>(options, Generator(1));
  network->eval();
  write_tensors(path, {}, weights_of(*network, "base/2d/"));
  const SafetensorsFile file = read_sealed_safetensors(path);
  Fcn2dOptions same{.widths = {8, 8}, .scale_channels = 4, .head_channels = 4};
  Fcn2d restored = restored_network<Fcn2d>(same, file, "base/2d/", 2, 3, torch::kCPU);
  const torch::NoGradGuard no_gradient;
  const torch::Tensor image = torch::randn({1, 2, 16, 16});
  CHECK(torch::equal(restored->forward(image).logits, network->forward(image).logits));
  CHECK_THROWS_AS(restored_network<Fcn2d>(same, file, "base/2d/", 2, 4, torch::kCPU), DataError);
  CHECK_THROWS_AS(restored_network<Fcn2d>(same, file, "meta/", 2, 3, torch::kCPU), DataError);
}
