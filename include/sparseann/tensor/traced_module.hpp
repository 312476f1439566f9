#pragma once

#include <concepts>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/frontend/tracer.h>

#include "sparseann/core/error.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/tensor/script_module.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

namespace detail {

/// A TorchScript module with the parameters, buffers and children of `source`, which share their tensors.
[[nodiscard]] inline torch::jit::Module mirrored(const torch::nn::Module& source, const std::string& type_name,
                                                 const std::shared_ptr<torch::jit::CompilationUnit>& unit) {
  torch::jit::Module module(c10::QualifiedName(type_name), unit, true);
  module.register_attribute("training", c10::BoolType::get(), false);
  for (const auto& item : source.named_parameters(false))
    module.register_parameter(item.key(), item.value(), false);
  for (const auto& item : source.named_buffers(false))
    module.register_buffer(item.key(), item.value());
  for (const auto& item : source.named_children())
    module.register_module(item.key(), mirrored(*item.value(), type_name + "_part", unit));
  return module;
}

} // namespace detail

/// What `forward` does with `inputs`, as TorchScript that Python runs without this library.
///
/// `forward` maps a vector of tensors like `inputs` to a tensor by `network`, which must be in evaluation mode; its
/// operations are recorded once. The module has the network's tree of names, so that its state_dict is the network's.
/// Its method `forward` takes as many tensors, called `names`.
/// Throws: InvalidArgument for a network in training mode; Error where LibTorch cannot record what it does.
template <std::invocable<const std::vector<torch::Tensor>&> Forward>
[[nodiscard]] torch::jit::Module traced_module(const torch::nn::Module& network,
                                               const std::vector<torch::Tensor>& inputs,
                                               const std::vector<std::string>& names, Forward&& forward) {
  if (network.is_training())
    throw InvalidArgument("network", "evaluation mode", "training mode");
  const torch::NoGradGuard no_gradient;
  const auto unit = std::make_shared<torch::jit::CompilationUnit>();
  torch::jit::Module module = detail::mirrored(network, "__torch__.Network", unit);
  const auto recorded = [&](torch::jit::Stack stack) -> torch::jit::Stack {
    std::vector<torch::Tensor> tensors;
    for (const torch::jit::IValue& value : stack)
      tensors.push_back(value.toTensor());
    return {forward(tensors)};
  };
  try {
    const auto [state, outputs] = torch::jit::tracer::trace(
        torch::jit::Stack(inputs.begin(), inputs.end()), recorded, [](const torch::Tensor&) { return std::string(); },
        true, false, &module, names);
    torch::jit::Function* const method = unit->create_function(c10::QualifiedName(*module.type()->name(), "forward"),
                                                               state->graph); // owned by the compilation unit
    module.type()->addMethod(method);
  } catch (const std::exception& error) {
    throw Error("TorchScript cannot be made: " + detail::reason_of(error));
  }
  return module;
}

/// Writes a TorchScript module, with further texts in the archive, atomically. Throws: IoError.
inline void write_script(const std::filesystem::path& path, const torch::jit::Module& module,
                         const std::map<std::string, std::string>& texts) {
  torch::jit::ExtraFilesMap extra(texts.begin(), texts.end());
  std::ostringstream bytes;
  module.save(bytes, extra);
  publish_atomically(path, bytes.view());
}

} // namespace sparseann
