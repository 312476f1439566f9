#pragma once

#include <filesystem>
#include <string>

#include "sparseann/tensor/torch.hpp"

namespace sparseann::test {

/// Writes a scripted module whose method forward(self, x) has that body, and returns its path.
[[nodiscard]] inline std::string script_file(const std::filesystem::path& path, const std::string& body) {
  torch::jit::Module module("Scripted");
  module.define("def forward(self, x):\n  " + body + "\n");
  module.save(path.string());
  return path.string();
}

} // namespace sparseann::test
