#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/io/safetensors.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

namespace detail {

/// The types of floating-point numbers that weights come in.
[[nodiscard]] inline std::optional<torch::ScalarType> weight_type(std::string_view type) {
  if (type == "F16")
    return torch::kHalf;
  if (type == "BF16")
    return torch::kBFloat16;
  if (type == "F32")
    return torch::kFloat;
  return std::nullopt;
}

} // namespace detail

/// The tensor `name` of a safetensors file, as float32 on the CPU.
///
/// Shapes: `shape`, which the file must have, too.
/// Cost: one copy, and one more where the file has half-precision numbers.
/// Throws: DataError naming the file where it has no such tensor, or of another shape or type than F16, BF16, F32.
[[nodiscard]] inline torch::Tensor read_tensor(const SafetensorsFile& file, const std::string& name,
                                               std::span<const std::size_t> shape) {
  static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");
  const SafetensorsEntry& entry = file.entry(name, shape);
  const std::optional<torch::ScalarType> type = detail::weight_type(entry.type);
  if (!type)
    throw DataError(file.path().string(), fmt::format("'{}' of type F16, BF16 or F32", name), entry.type);
  std::vector<std::int64_t> extents;
  std::ranges::transform(shape, std::back_inserter(extents),
                         [](std::size_t extent) { return static_cast<std::int64_t>(extent); });
  const torch::Tensor stored = torch::empty(extents, *type);
  const std::string_view bytes = file.bytes(entry);
  if (!bytes.empty()) // copied, as the format does not align what it holds
    std::memcpy(stored.data_ptr(), bytes.data(), bytes.size());
  return stored.to(torch::kFloat);
}

} // namespace sparseann
