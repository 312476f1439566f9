#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/io/safetensors.hpp"
#include "sparseann/io/sealed_safetensors.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

namespace detail {

/// safetensors' names of LibTorch's types.
inline constexpr std::array<std::pair<std::string_view, torch::ScalarType>, 9> tensor_types{{{"F16", torch::kHalf},
                                                                                             {"BF16", torch::kBFloat16},
                                                                                             {"F32", torch::kFloat},
                                                                                             {"F64", torch::kDouble},
                                                                                             {"I64", torch::kLong},
                                                                                             {"I32", torch::kInt},
                                                                                             {"U8", torch::kByte},
                                                                                             {"I8", torch::kChar},
                                                                                             {"BOOL", torch::kBool}}};

[[nodiscard]] inline std::optional<torch::ScalarType> tensor_type(std::string_view name) {
  const auto found = std::ranges::find(tensor_types, name, &std::pair<std::string_view, torch::ScalarType>::first);
  return found == tensor_types.end() ? std::nullopt : std::optional(found->second);
}

/// The type of floating-point numbers that weights come in.
[[nodiscard]] inline std::optional<torch::ScalarType> weight_type(std::string_view name) {
  return name == "F16" || name == "BF16" || name == "F32" ? tensor_type(name) : std::nullopt;
}

/// A copy of a tensor's elements, as the format does not align what it holds.
[[nodiscard]] inline torch::Tensor copied_tensor(const SafetensorsFile& file, const SafetensorsEntry& entry,
                                                 torch::ScalarType type) {
  static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");
  std::vector<std::int64_t> extents;
  std::ranges::transform(entry.shape, std::back_inserter(extents),
                         [](std::size_t extent) { return static_cast<std::int64_t>(extent); });
  const torch::Tensor stored = torch::empty(extents, type);
  const std::string_view bytes = file.bytes(entry);
  if (!bytes.empty())
    std::memcpy(stored.data_ptr(), bytes.data(), bytes.size());
  return stored;
}

} // namespace detail

/// The tensor `name` of a safetensors file, as float32 on the CPU.
///
/// Shapes: `shape`, which the file must have, too.
/// Cost: one copy, and one more where the file has half-precision numbers.
/// Throws: DataError naming the file where it has no such tensor, or of another shape or type than F16, BF16, F32.
[[nodiscard]] inline torch::Tensor read_tensor(const SafetensorsFile& file, const std::string& name,
                                               std::span<const std::size_t> shape) {
  const SafetensorsEntry& entry = file.entry(name, shape);
  const std::optional<torch::ScalarType> type = detail::weight_type(entry.type);
  if (!type)
    throw DataError(file.path().string(), fmt::format("'{}' of type F16, BF16 or F32", name), entry.type);
  return detail::copied_tensor(file, entry, *type).to(torch::kFloat);
}

/// The tensor `name` of a safetensors file as it is stored, on the CPU.
///
/// Cost: one copy. Throws: DataError naming the file where it has no such tensor, or of a type that LibTorch lacks.
[[nodiscard]] inline torch::Tensor read_tensor(const SafetensorsFile& file, const std::string& name) {
  const SafetensorsEntry& entry = file.entry(name);
  const std::optional<torch::ScalarType> type = detail::tensor_type(entry.type);
  if (!type)
    throw DataError(file.path().string(), fmt::format("'{}' of a type that LibTorch has", name), entry.type);
  return detail::copied_tensor(file, entry, *type);
}

using NamedTensor = std::pair<std::string, torch::Tensor>;

/// Writes tensors of any device and layout with metadata, sealed, see write_sealed_safetensors.
///
/// Cost: a copy of what is not contiguous on the CPU. Throws: as write_sealed_safetensors; InvalidArgument for a tensor
/// of a type that the format or this function lacks.
inline void write_tensors(const std::filesystem::path& path, const std::map<std::string, std::string>& metadata,
                          std::span<const NamedTensor> tensors) {
  std::vector<torch::Tensor> kept; // until they are written
  std::vector<SafetensorsInput> inputs;
  for (const auto& [name, tensor] : tensors) {
    const auto type = std::ranges::find(detail::tensor_types, tensor.scalar_type(),
                                        &std::pair<std::string_view, torch::ScalarType>::second);
    if (type == detail::tensor_types.end())
      throw InvalidArgument(name, "a type of safetensors", c10::toString(tensor.scalar_type()));
    kept.push_back(tensor.detach().to(torch::kCPU).contiguous());
    SafetensorsInput input{.name = name,
                           .type = std::string(type->first),
                           .shape = {},
                           .bytes = {static_cast<const char*>(kept.back().const_data_ptr()), kept.back().nbytes()}};
    for (const std::int64_t extent : tensor.sizes())
      input.shape.push_back(static_cast<std::size_t>(extent));
    inputs.push_back(std::move(input));
  }
  write_sealed_safetensors(path, metadata, inputs);
}

} // namespace sparseann
