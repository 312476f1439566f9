#include "sparseann/encode/vgg19.hpp"

#include <cstdlib>
#include <filesystem>
#include <limits>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/vgg19_weights.hpp"

using namespace sparseann;

namespace {

/// Not square and different in each channel and pixel, so that no mistake in the order of axes or channels is hidden.
torch::Tensor example_images(double scale) {
  return test::formula_numbers(100, 3 * 32 * 48, scale).view({1, 3, 32, 48});
}

torch::Tensor output_of(const std::filesystem::path& weights, Precision precision, double scale) {
  const Vgg19 network(SafetensorsFile(weights), precision, torch::kCPU);
  return network(example_images(scale));
}

/// Values of the output (1, 512, 2, 3) at places in row-major order.
using Recorded = std::vector<std::pair<std::int64_t, float>>;

void check_values(const torch::Tensor& output, const Recorded& recorded, double sum, double epsilon) {
  REQUIRE(output.sizes() == torch::IntArrayRef({1, 512, 2, 3}));
  const torch::Tensor flat = output.to(torch::kFloat).flatten();
  for (const auto& [place, value] : recorded) {
    CAPTURE(place);
    CHECK(flat[place].item<float>() == Approx(value).epsilon(epsilon));
  }
  CHECK(flat.to(torch::kDouble).sum().item<double>() == Approx(sum).epsilon(epsilon));
}

/// torch.nn.functional.conv2d, relu and max_pool2d of PyTorch 2.11.0 (Python, CPU) in float32 with the formula's
/// weights and example_images(2).
const Recorded of_formula{{122, 0.420939F},   {183, 0.7908847F},  {305, 0.5103524F},  {549, 0.1106869F},
                          {610, 0.5459864F},  {915, 0.1260746F},  {976, 0.3353781F},  {1281, 0.2342405F},
                          {1342, 0.5141867F}, {1464, 0.1861534F}, {1525, 0.2188141F}, {1647, 0.2826538F},
                          {1952, 0.6012995F}, {2013, 0.1366069F}, {2257, 0.452843F},  {2318, 0.4209425F}};
constexpr double formula_sum = 482.138225;

/// The same of vgg19_conv_f16.safetensors and example_images(240).
const Recorded of_published{{42, 15.64211F},   {261, 9.653801F},  {344, 13.62912F},  {478, 36.26095F},
                            {534, 9.639618F},  {772, 26.34442F},  {1032, 61.89609F}, {1309, 17.84394F},
                            {1406, 24.01878F}, {1554, 9.785674F}, {1673, 16.58319F}, {1939, 7.834472F},
                            {2276, 22.46892F}, {2476, 35.30953F}, {2673, 51.61225F}, {2849, 33.60473F}};
constexpr double published_sum = 5577.16506;

} // namespace

TEST_CASE("VGG-19's convolutions give what PyTorch gives") {
  check_values(output_of(test::formula_vgg19_file(), Precision::float32, 2), of_formula, formula_sum, 1e-4);
}

TEST_CASE("in bfloat16 they come close") {
  const torch::Tensor exact = output_of(test::formula_vgg19_file(), Precision::float32, 2);
  const torch::Tensor output = output_of(test::formula_vgg19_file(), Precision::bfloat16, 2);
  CHECK(output.scalar_type() == torch::kBFloat16);
  CHECK((output.to(torch::kFloat) - exact).norm().item<float>() < 0.05F * exact.norm().item<float>());
}

TEST_CASE("an autocast around them changes nothing") {
  const PrecisionScope scope(Precision::bfloat16, torch::kCPU);
  check_values(output_of(test::formula_vgg19_file(), Precision::float32, 2), of_formula, formula_sum, 1e-4);
}

TEST_CASE("the published weights give what PyTorch gives") {
  const char* const path = std::getenv("SPARSEANN_VGG19");
  if (path == nullptr || !std::filesystem::exists(path)) {
    WARN("skipped: SPARSEANN_VGG19 does not name a file like vgg19_conv_f16.safetensors");
    return;
  }
  check_values(output_of(path, Precision::float32, 240), of_published, published_sum, 1e-4);
}

TEST_CASE("images of another shape are refused") {
  const Vgg19 network(SafetensorsFile(test::formula_vgg19_file()), Precision::float32, torch::kCPU);
  CHECK_THROWS_WITH(network(torch::zeros({1, 3, 16, 24})),
                    "vgg19: expected images (N, 3, H, W), H and W multiples of 16, got (1, 3, 16, 24)");
  CHECK_THROWS_AS(network(torch::zeros({1, 1, 16, 16})), InvalidArgument);
  CHECK_THROWS_AS(network(torch::zeros({3, 16, 16})), InvalidArgument);
  CHECK_THROWS_AS(network(torch::zeros({1, 3, 0, 16})), InvalidArgument);
}

TEST_CASE("weights that are missing, of another shape or not finite are refused with the file's name") {
  const test::TemporaryDirectory directory;
  const std::filesystem::path path = directory.path() / "weights.safetensors";
  std::vector<test::NamedTensor> tensors = test::formula_vgg19();
  const auto refusal = [&] {
    test::write_weights(path, tensors, test::unit_input);
    try {
      (void)Vgg19(SafetensorsFile(path), Precision::float32, torch::kCPU);
    } catch (const DataError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const test::NamedTensor last = tensors.back();
  tensors.pop_back();
  CHECK(refusal() == path.string() + ": expected a tensor 'features.34.bias', got 31 tensors of other names");
  tensors.push_back({last.name, last.tensor.slice(0, 0, 500)});
  CHECK(refusal() == path.string() + ": expected 'features.34.bias' of shape 512, got 500");
  tensors.back().tensor = last.tensor.clone();
  tensors.back().tensor[7] = std::numeric_limits<float>::infinity();
  CHECK(refusal() == path.string() + ": expected finite numbers in 'features.34.bias', got some that are not");
}
