#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sparseann/core/error.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/io/sealed_safetensors.hpp"
#include "sparseann/tensor/safetensors.hpp"
#include "sparseann/tensor/torch.hpp"
#include "sparseann/tensor/weights.hpp"
#include "sparseann/train/fused_adam.hpp"
#include "sparseann/train/loss_curve.hpp"
#include "sparseann/train/training_position.hpp"
#include "sparseann/version.hpp"

namespace sparseann {

namespace detail {

[[nodiscard]] inline torch::Tensor to_tensor(const LossCurve& curve) {
  auto rows = torch::empty({static_cast<std::int64_t>(curve.size()), 3}, torch::kDouble);
  auto values = rows.accessor<double, 2>();
  for (std::size_t i = 0; i < curve.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    values[row][0] = static_cast<double>(curve[i].iteration);
    values[row][1] = curve[i].loss;
    values[row][2] = curve[i].learning_rate;
  }
  return rows;
}

[[nodiscard]] inline LossCurve to_curve(const torch::Tensor& rows) {
  LossCurve curve;
  const auto values = rows.accessor<double, 2>();
  for (std::int64_t row = 0; row < rows.size(0); ++row)
    curve.push_back({static_cast<std::int64_t>(values[row][0]), values[row][1], values[row][2]});
  return curve;
}

/// Exact, as JSON's numbers are written with as many digits as it takes.
[[nodiscard]] inline std::string to_text(const TrainingPosition& position) {
  const StepValues& sums = position.stretch.values;
  nlohmann::ordered_json json{{"iteration", position.iteration},
                              {"steps", position.stretch.steps},
                              {"sums", {sums.loss, sums.main, sums.auxiliary, sums.gradient_norm}}};
  if (position.average_loss)
    json["average_loss"] = *position.average_loss;
  return json.dump();
}

[[nodiscard]] inline TrainingPosition to_position(std::string_view text) {
  const auto json = nlohmann::json::parse(text);
  const auto sums = json.at("sums").get<std::vector<double>>();
  TrainingPosition position{
      .iteration = json.at("iteration"),
      .stretch = {.values = {sums.at(0), sums.at(1), sums.at(2), sums.at(3)}, .steps = json.at("steps")},
      .average_loss = {},
      .curve = {}};
  if (json.contains("average_loss"))
    position.average_loss = json.at("average_loss").get<double>();
  return position;
}

} // namespace detail

/// What is trained: everything that changes from step to step but the position.
struct TrainedState {
  torch::nn::Module& module;
  FusedAdam& adam;
  std::span<torch::Tensor> carried; ///< counters of a fit strategy, say
};

/// Keeps a training in `directory`: the last two of `checkpoint_ITERATION.safetensors` while it runs, and, once it is
/// done, `loss.csv` and `model.safetensors`. All appear by atomic rename, and all but the CSV are sealed.
///
/// Tensors: the module's weights by name, `training/curve` and `training/carried_I`; in checkpoints also Adam's
/// `training/adam_I_mean`, `_square` and `_step`. Metadata: `configuration` (JSON), `position` (JSON), `version`,
/// `libtorch`. A damaged checkpoint is put aside as `*.damaged`, which `say` tells, and the one before it is taken.
/// An empty directory keeps nothing.
/// Throws: IoError naming a file that cannot be read or written, or a damaged model; DataError naming a file of another
/// network, or of another configuration, and then the option.
class Checkpoint {
public:
  Checkpoint(
      std::filesystem::path directory, TrainedState state, nlohmann::ordered_json configuration,
      std::function<void(std::string_view)> say = [](std::string_view) {})
      : directory_(std::move(directory)), state_(state), configuration_(std::move(configuration)),
        say_(std::move(say)) {}

  /// Reads the finished model, or else the last good checkpoint; the start where there is neither.
  [[nodiscard]] TrainingPosition restore() {
    if (directory_.empty())
      return {};
    std::filesystem::create_directories(directory_);
    if (std::filesystem::exists(model_path())) {
      const TrainingPosition position = read_weights(read_sealed_safetensors(model_path()));
      remove_checkpoints(); // a kill may have come before
      return position;
    }
    for (const std::filesystem::path& path : checkpoints())
      if (const std::optional<SafetensorsFile> file = open_undamaged(path))
        return read_checkpoint(*file);
    return {};
  }

  void save(const TrainingPosition& position) {
    if (directory_.empty())
      return;
    std::vector<NamedTensor> tensors = tensors_of(position);
    for_each_adam_state([&](const std::string& name, const torch::Tensor& parameter) {
      if (!state_.adam.has_state(parameter))
        return;
      const torch::optim::AdamParamState& state = state_.adam.state_of(parameter);
      tensors.emplace_back(name + "mean", state.exp_avg());
      tensors.emplace_back(name + "square", state.exp_avg_sq());
      tensors.emplace_back(name + "step", torch::tensor(state.step(), torch::kLong));
    });
    write_tensors(directory_ / fmt::format("checkpoint_{:09}.safetensors", position.iteration), metadata_of(position),
                  tensors);
    constexpr std::size_t kept = 2;
    const std::vector<std::filesystem::path> all = checkpoints();
    for (std::size_t i = kept; i < all.size(); ++i)
      std::filesystem::remove(all[i]);
  }

  void finish(const TrainingPosition& position) {
    if (directory_.empty() || std::filesystem::exists(model_path()))
      return;
    write_loss_curve(directory_ / "loss.csv", position.curve);
    write_tensors(model_path(), metadata_of(position), tensors_of(position));
    remove_checkpoints();
  }

private:
  [[nodiscard]] std::filesystem::path model_path() const { return directory_ / "model.safetensors"; }

  /// Damaged ones that were put aside, too; the latest first.
  [[nodiscard]] std::vector<std::filesystem::path> checkpoint_files() const {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(directory_))
      if (entry.path().filename().string().starts_with("checkpoint_"))
        paths.push_back(entry.path());
    std::ranges::sort(paths, std::ranges::greater{});
    return paths;
  }

  [[nodiscard]] std::vector<std::filesystem::path> checkpoints() const {
    std::vector<std::filesystem::path> paths = checkpoint_files();
    std::erase_if(paths, [](const std::filesystem::path& path) { return path.extension() != ".safetensors"; });
    return paths;
  }

  void remove_checkpoints() const {
    for (const std::filesystem::path& path : checkpoint_files())
      std::filesystem::remove(path);
  }

  /// None for a damaged file, which is put aside: the next ones to be kept would outlive it otherwise.
  [[nodiscard]] std::optional<SafetensorsFile> open_undamaged(const std::filesystem::path& path) const {
    try {
      return read_sealed_safetensors(path);
    } catch (const DamagedFile& error) {
      std::filesystem::rename(path, path.string() + ".damaged");
      say_(fmt::format("warning: {}; the checkpoint before it is taken, or the start where there is none",
                       error.what()));
      return std::nullopt;
    }
  }

  /// Calls visitor(beginning of its tensors' names, parameter) for each.
  void for_each_adam_state(const std::function<void(const std::string&, const torch::Tensor&)>& visitor) const {
    std::size_t index = 0;
    for (const torch::optim::OptimizerParamGroup& group : state_.adam.param_groups())
      for (const torch::Tensor& parameter : group.params())
        visitor(fmt::format("training/adam_{}_", index++), parameter);
  }

  [[nodiscard]] std::map<std::string, std::string> metadata_of(const TrainingPosition& position) const {
    return {{"configuration", configuration_.dump()},
            {"libtorch", TORCH_VERSION},
            {"position", detail::to_text(position)},
            {"version", std::string(version)}};
  }

  [[nodiscard]] std::vector<NamedTensor> tensors_of(const TrainingPosition& position) const {
    std::vector<NamedTensor> tensors = weights_of(state_.module);
    tensors.emplace_back("training/curve", detail::to_tensor(position.curve));
    for (std::size_t i = 0; i < state_.carried.size(); ++i)
      tensors.emplace_back(fmt::format("training/carried_{}", i), state_.carried[i]);
    return tensors;
  }

  [[nodiscard]] TrainingPosition read_checkpoint(const SafetensorsFile& file) {
    TrainingPosition position = read_weights(file);
    for_each_adam_state([&](const std::string& name, const torch::Tensor& parameter) {
      if (!file.header().tensors.contains(name + "step"))
        return;
      torch::optim::AdamParamState& state = state_.adam.state_of(parameter);
      fill(state.exp_avg(), file, name + "mean");
      fill(state.exp_avg_sq(), file, name + "square");
      state.step(read_tensor(file, name + "step").item<std::int64_t>());
    });
    return position;
  }

  [[nodiscard]] TrainingPosition read_weights(const SafetensorsFile& file) {
    check_origin(file);
    load_weights(state_.module, file);
    for (std::size_t i = 0; i < state_.carried.size(); ++i)
      fill(state_.carried[i], file, fmt::format("training/carried_{}", i));
    TrainingPosition position = detail::to_position(file.metadata("position"));
    position.curve = detail::to_curve(read_tensor(file, "training/curve"));
    return position;
  }

  void check_origin(const SafetensorsFile& file) const {
    const auto saved = nlohmann::ordered_json::parse(file.metadata("configuration"));
    if (const std::vector<std::string> different = differences(saved, configuration_); !different.empty())
      throw DataError(file.path().string(), "a training with these options",
                      fmt::format("one with another {}", different.front()));
    for (const auto& [key, current] :
         {std::pair("version", std::string(version)), std::pair("libtorch", std::string(TORCH_VERSION))})
      if (file.metadata(key) != current)
        say_(fmt::format("warning: {} was written with {} {}, this is {}: numbers may differ in the last digits",
                         file.path().string(), key, file.metadata(key), current));
  }

  std::filesystem::path directory_;
  TrainedState state_;
  nlohmann::ordered_json configuration_;
  std::function<void(std::string_view)> say_;
};

} // namespace sparseann
