#pragma once

#include <exception>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/io_error.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/tensor/tensor.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

namespace detail {

/// What went wrong in one line. LibTorch's own errors begin with it, those of its interpreter end with it.
[[nodiscard]] inline std::string reason_of(const std::exception& error) {
  const auto* const own = dynamic_cast<const c10::Error*>(&error);
  std::string_view text = own != nullptr ? own->what_without_backtrace() : error.what();
  while (text.ends_with('\n'))
    text.remove_suffix(1);
  if (own != nullptr)
    return std::string(text.substr(0, text.find('\n')));
  return std::string(text.substr(text.rfind('\n') + 1));
}

[[nodiscard]] inline torch::jit::Module load_script(const std::filesystem::path& path, torch::Device device) {
  (void)open_regular_file(path); // says better than LibTorch does why a file cannot be opened
  try {
    torch::jit::Module module = torch::jit::load(path.string(), device);
    module.eval();
    return module;
  } catch (const std::exception& error) {
    throw IoError(path, "is no TorchScript module: " + reason_of(error));
  }
}

} // namespace detail

/// A traced or scripted module from a file, in evaluation mode. TorchScript runs code: read only what you trust.
///
/// It runs as it is written, without what LibTorch's executor rewrites after the first calls, so that a call's result
/// does not depend on the calls before. Copies share the module.
/// Throws: IoError where the file cannot be opened or is no TorchScript module.
class ScriptModule {
public:
  ScriptModule(std::filesystem::path path, torch::Device device)
      : path_(std::move(path)), module_(detail::load_script(path_, device)) {
    if (!module_.find_method("forward"))
      throw IoError(path_, "has no method forward");
  }

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  /// The module's output. Throws: DataError naming the file where the module fails or returns something else.
  [[nodiscard]] torch::Tensor operator()(const torch::Tensor& input) const {
    const torch::jit::IValue output = call(input);
    if (!output.isTensor())
      throw DataError(path_.string(), "a module that returns a tensor", output.tagKind());
    return output.toTensor();
  }

private:
  [[nodiscard]] torch::jit::IValue call(const torch::Tensor& input) const {
    const torch::jit::GraphOptimizerEnabledGuard as_written(false);
    try {
      return module_.get_method("forward")({input});
    } catch (const std::exception& error) {
      throw DataError(path_.string(), "a module that takes an input of shape " + shape_text(input),
                      detail::reason_of(error));
    }
  }

  std::filesystem::path path_;
  torch::jit::Module module_;
};

} // namespace sparseann
