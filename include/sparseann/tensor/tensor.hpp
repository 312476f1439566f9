#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// Types that are elements of both an array and a tensor.
template <class T>
concept TensorElement =
    std::same_as<T, bool> || std::same_as<T, std::uint8_t> || std::same_as<T, std::int8_t> ||
    std::same_as<T, std::int16_t> || std::same_as<T, std::int32_t> || std::same_as<T, std::int64_t> ||
    std::same_as<T, std::uint32_t> || std::same_as<T, float> || std::same_as<T, double>;

/// LibTorch's name of the element type T.
template <TensorElement T> inline constexpr torch::ScalarType scalar_type_of = c10::CppTypeToScalarType<T>::value;

/// A tensor's extents as people write them: "(4, 1, 32, 32, 32)".
[[nodiscard]] inline std::string shape_text(const torch::Tensor& tensor) {
  return fmt::format("({})", fmt::join(tensor.sizes().begin(), tensor.sizes().end(), ", "));
}

/// A tensor on the CPU that shows `array`'s elements without a copy.
///
/// Shapes: those of `array`, row-major.
/// Cost: O(1). The array must outlive the tensor and must not be resized meanwhile; `clone()` or `to(device)` end the
/// dependence. Writes to the tensor are writes to the array, so a tensor made from a const array must not be written.
template <TensorElement T, std::size_t N> [[nodiscard]] torch::Tensor from_array(Array<T, N>& array) {
  std::array<std::int64_t, N> shape{};
  std::ranges::transform(array.shape(), shape.begin(), [](auto extent) { return static_cast<std::int64_t>(extent); });
  return torch::from_blob(array.data(), shape, torch::TensorOptions().dtype(scalar_type_of<T>));
}
template <TensorElement T, std::size_t N> [[nodiscard]] torch::Tensor from_array(const Array<T, N>& array) {
  return from_array(const_cast<Array<T, N>&>(array)); // LibTorch has no tensors of constants
}
template <TensorElement T, std::size_t N> torch::Tensor from_array(Array<T, N>&& array) = delete;
template <TensorElement T, std::size_t N> torch::Tensor from_array(const Array<T, N>&& array) = delete;

/// An array with a copy of `tensor`'s elements, from any device and any strides.
///
/// Cost: one copy, and one more where the tensor is on another device or not contiguous.
/// Throws: InvalidArgument where the rank is not N or the element type is not T; nothing is converted silently.
template <TensorElement T, std::size_t N> [[nodiscard]] Array<T, N> to_array(const torch::Tensor& tensor) {
  if (tensor.dim() != static_cast<std::int64_t>(N) || tensor.scalar_type() != scalar_type_of<T>)
    throw InvalidArgument("tensor", fmt::format("{} extents of type {}", N, c10::toString(scalar_type_of<T>)),
                          fmt::format("{} of type {}", shape_text(tensor), c10::toString(tensor.scalar_type())));
  const torch::Tensor local = tensor.detach().to(torch::kCPU).contiguous();
  typename Array<T, N>::shape_type shape{};
  std::ranges::transform(local.sizes(), shape.begin(), [](auto extent) { return static_cast<std::size_t>(extent); });
  auto array = Array<T, N>::from_shape(shape);
  std::copy_n(local.template const_data_ptr<T>(), array.size(), array.data());
  return array;
}

} // namespace sparseann
