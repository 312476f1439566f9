#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include <nlohmann/json.hpp>

#include "sparseann/core/progress.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/tensor/torch.hpp"
#include "sparseann/train/exchange.hpp"

namespace sparseann {

/// What a stage gets from the run around it: where to compute, what to draw from, where to report and to keep things.
///
/// An empty `directory` keeps nothing: then a stage cannot be resumed.
struct StageContext {
  std::string stage;
  torch::Device device = torch::kCPU;
  Generator generator{0};
  Progress progress;
  Exchange exchange; ///< the processes that train together; one by itself unless a main says otherwise
  std::filesystem::path directory;
  std::function<void(const nlohmann::ordered_json&)> log = [](const nlohmann::ordered_json&) {};

  /// The same for work that this rank does by itself.
  [[nodiscard]] StageContext alone() const {
    StageContext context = *this;
    context.exchange = {};
    return context;
  }

  /// The context of a part of this stage: its own name, random stream and directory.
  [[nodiscard]] StageContext part(const std::string& name) const {
    StageContext inner = *this;
    inner.stage = stage.empty() ? name : stage + "/" + name;
    inner.generator = generator.split(name);
    if (!directory.empty())
      inner.directory = directory / name;
    return inner;
  }
};

} // namespace sparseann
