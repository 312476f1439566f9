#include "sparseann/tensor/safetensors.hpp"

#include <array>
#include <filesystem>
#include <vector>

#include "sparseann/io/atomic_file.hpp"
#include "support/catch.hpp"
#include "support/safetensors_bytes.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

namespace {

/// 1, -2 and 0.5 in each type of weights, and a whole number. The header's odd length puts them at odd addresses.
SafetensorsFile example_file(const std::filesystem::path& path) {
  std::string header = R"({"half":{"dtype":"F16","shape":[3,1],"data_offsets":[0,6]},)"
                       R"("brain":{"dtype":"BF16","shape":[3],"data_offsets":[6,12]},)"
                       R"("single":{"dtype":"F32","shape":[3],"data_offsets":[12,24]},)"
                       R"("whole":{"dtype":"I32","shape":[1],"data_offsets":[24,28]},)"
                       R"("none":{"dtype":"F32","shape":[0,2],"data_offsets":[28,28]}})";
  header.append(header.size() % 2 == 0 ? 1 : 0, ' ');
  constexpr std::string_view data("\x00\x3c\x00\xc0\x00\x38"
                                  "\x80\x3f\x00\xc0\x00\x3f"
                                  "\x00\x00\x80\x3f\x00\x00\x00\xc0\x00\x00\x00\x3f"
                                  "\x07\x00\x00\x00",
                                  28);
  publish_atomically(path, test::safetensors_bytes(header, data));
  return SafetensorsFile(path);
}

} // namespace

TEST_CASE("weights of every floating-point type become float32 of their shape") {
  const test::TemporaryDirectory directory;
  const SafetensorsFile file = example_file(directory.path() / "weights.safetensors");
  const torch::Tensor expected = torch::tensor({1.0F, -2.0F, 0.5F});
  CHECK(torch::equal(read_tensor(file, "half", std::array<std::size_t, 2>{3, 1}), expected.view({3, 1})));
  for (const char* const name : {"brain", "single"}) {
    const torch::Tensor tensor = read_tensor(file, name, std::array<std::size_t, 1>{3});
    CHECK(tensor.scalar_type() == torch::kFloat);
    CHECK(torch::equal(tensor, expected));
  }
  CHECK(read_tensor(file, "none", std::array<std::size_t, 2>{0, 2}).sizes() == torch::IntArrayRef({0, 2}));
}

TEST_CASE("tensors outlive the file that they come from") {
  const test::TemporaryDirectory directory;
  torch::Tensor tensor;
  {
    const SafetensorsFile file = example_file(directory.path() / "weights.safetensors");
    tensor = read_tensor(file, "single", std::array<std::size_t, 1>{3});
  }
  CHECK(tensor[1].item<float>() == -2.0F);
}

TEST_CASE("weights that are whole numbers, have another shape or are not there are refused with the file's name") {
  const test::TemporaryDirectory directory;
  const std::filesystem::path path = directory.path() / "weights.safetensors";
  const SafetensorsFile file = example_file(path);
  CHECK_THROWS_WITH(read_tensor(file, "whole", std::array<std::size_t, 1>{1}),
                    path.string() + ": expected 'whole' of type F16, BF16 or F32, got I32");
  CHECK_THROWS_WITH(read_tensor(file, "half", std::array<std::size_t, 1>{3}),
                    path.string() + ": expected 'half' of shape 3, got 3 x 1");
  CHECK_THROWS_AS(read_tensor(file, "absent", std::array<std::size_t, 1>{3}), DataError);
}

TEST_CASE("tensors of every type and layout are written, and read as they were") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "tensors.safetensors";
  const torch::Tensor numbers = torch::arange(-3, 9, torch::kDouble).view({2, 6});
  std::vector<NamedTensor> tensors{
      {"turned", numbers.t()}, {"single", torch::tensor(2.5)}, {"none", torch::empty({0, 3})}};
  for (const torch::ScalarType type : {torch::kHalf, torch::kBFloat16, torch::kFloat, torch::kDouble, torch::kLong,
                                       torch::kInt, torch::kByte, torch::kChar, torch::kBool})
    tensors.emplace_back(c10::toString(type), numbers.abs().to(type));
  tensors.emplace_back("with a gradient", torch::ones({2}).requires_grad_());
  write_tensors(path, {{"what", "numbers"}}, tensors);
  const SafetensorsFile file = read_sealed_safetensors(path);
  CHECK(file.header().tensors.size() == tensors.size());
  for (const auto& [name, tensor] : tensors) {
    CAPTURE(name);
    const torch::Tensor read = read_tensor(file, name);
    CHECK(read.scalar_type() == tensor.scalar_type());
    CHECK(torch::equal(read, tensor));
  }
  CHECK_THROWS_AS(read_tensor(file, "absent"), DataError);
}

TEST_CASE("a tensor of a type that safetensors lacks is named") {
  const test::TemporaryDirectory directory;
  const std::vector<NamedTensor> tensors{{"wave", torch::zeros({1}, torch::kComplexFloat)}};
  CHECK_THROWS_WITH(write_tensors(directory.path() / "a.safetensors", {}, tensors),
                    "wave: expected a type of safetensors, got ComplexFloat");
}
