#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/io/atomic_file.hpp"
#include "sparseann/tensor/torch.hpp"
#include "support/safetensors_bytes.hpp"
#include "support/temporary_directory.hpp"

namespace sparseann::test {

/// `count` numbers between -scale / 2 and scale / 2 that look random and are the same everywhere; `stream` picks them.
[[nodiscard]] inline torch::Tensor formula_numbers(std::uint32_t stream, std::size_t count, double scale) {
  torch::Tensor numbers = torch::empty(static_cast<std::int64_t>(count), torch::kFloat);
  auto* const values = numbers.data_ptr<float>();
  for (std::size_t k = 0; k < count; ++k) {
    std::uint32_t hash = (static_cast<std::uint32_t>(k) + 1000003U * stream) * 2654435761U;
    hash = (hash ^ (hash >> 15U)) * 2246822519U;
    hash ^= hash >> 13U;
    values[k] = static_cast<float>((static_cast<double>(hash >> 8U) / 16777216.0 - 0.5) * scale);
  }
  return numbers;
}

/// A tensor of a safetensors file that is to be written.
struct NamedTensor {
  std::string name;
  torch::Tensor tensor; ///< float16
};

/// Convolutions of VGG-19's shapes whose weights follow from a formula and keep the size of what passes.
[[nodiscard]] inline std::vector<NamedTensor> formula_vgg19() {
  constexpr std::array<int, 16> indices{0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34};
  constexpr std::array<std::size_t, 16> widths{64,  64,  128, 128, 256, 256, 256, 256,
                                               512, 512, 512, 512, 512, 512, 512, 512};
  std::vector<NamedTensor> tensors;
  std::size_t width = 3;
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const auto stream = static_cast<std::uint32_t>(2 * i);
    const auto fan_in = static_cast<double>(9 * width);
    const auto out = static_cast<std::int64_t>(widths[i]);
    tensors.push_back({fmt::format("features.{}.weight", indices[i]),
                       formula_numbers(stream, widths[i] * width * 9, 2 * std::sqrt(6 / fan_in))
                           .view({out, static_cast<std::int64_t>(width), 3, 3})
                           .to(torch::kHalf)});
    tensors.push_back(
        {fmt::format("features.{}.bias", indices[i]), formula_numbers(stream + 1, widths[i], 0.2).to(torch::kHalf)});
    width = widths[i];
  }
  return tensors;
}

/// Writes tensors and, where it is not empty, what the network wants of its input.
inline void write_weights(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
                          std::string_view input) {
  std::string header = "{";
  if (!input.empty())
    header += fmt::format(R"("__metadata__":{{"input":"{}"}},)", input);
  std::string data;
  for (const NamedTensor& item : tensors) {
    const std::size_t begin = data.size();
    data.append(static_cast<const char*>(item.tensor.const_data_ptr()), item.tensor.nbytes());
    header += fmt::format(R"("{}":{{"dtype":"F16","shape":[{}],"data_offsets":[{},{}]}},)", item.name,
                          fmt::join(item.tensor.sizes().begin(), item.tensor.sizes().end(), ","), begin, data.size());
  }
  header.back() = '}';
  publish_atomically(path, safetensors_bytes(header, data));
}

constexpr std::string_view unit_input = "RGB in [0,1], minus mean (0.485,0.456,0.406) per channel, divided by "
                                        "(0.229,0.224,0.225) per channel; zero padding 1";

/// A file of formula_vgg19's weights, written once.
[[nodiscard]] inline const std::filesystem::path& formula_vgg19_file() {
  static const TemporaryDirectory directory;
  static const std::filesystem::path path = [] {
    const std::filesystem::path file = directory.path() / "vgg19.safetensors";
    write_weights(file, formula_vgg19(), unit_input);
    return file;
  }();
  return path;
}

} // namespace sparseann::test
