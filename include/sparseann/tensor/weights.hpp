#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/tensor/safetensors.hpp"
#include "sparseann/tensor/tensor.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// A module's parameters and buffers by their names in LibTorch, as PyTorch's state_dict has them, behind `prefix`.
[[nodiscard]] inline std::vector<NamedTensor> weights_of(const torch::nn::Module& module,
                                                         const std::string& prefix = "") {
  std::vector<NamedTensor> weights;
  for (const auto& item : module.named_parameters())
    weights.emplace_back(prefix + item.key(), item.value());
  for (const auto& item : module.named_buffers())
    weights.emplace_back(prefix + item.key(), item.value());
  return weights;
}

/// Fills `tensor`, on whatever device it is, from a file. Throws: DataError naming the file where it holds no such
/// tensor, or of another shape.
inline void fill(const torch::Tensor& tensor, const SafetensorsFile& file, const std::string& name) {
  const torch::NoGradGuard no_gradient;
  const torch::Tensor stored = read_tensor(file, name);
  if (stored.sizes() != tensor.sizes())
    throw DataError(file.path().string(), fmt::format("'{}' of shape {}", name, shape_text(tensor)),
                    shape_text(stored));
  tensor.copy_(stored);
}

/// Fills a module's parameters and buffers with what weights_of named. Throws: as fill.
inline void load_weights(torch::nn::Module& module, const SafetensorsFile& file, const std::string& prefix = "") {
  for (const auto& [name, tensor] : weights_of(module, prefix))
    fill(tensor, file, name);
}

} // namespace sparseann
