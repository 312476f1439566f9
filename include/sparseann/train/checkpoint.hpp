#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/io_error.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/tensor/torch.hpp"
#include "sparseann/train/loss_curve.hpp"

namespace sparseann {

/// Where a training stands. Random numbers need no place here: they are split by iteration.
struct TrainingPosition {
  std::int64_t iteration = 0; ///< the next one
  double loss_sum = 0;        ///< since the last point of the curve
  std::int64_t loss_count = 0;
  LossCurve curve;

  /// Ends a stretch of the curve; a stretch without a single annotated voxel has no point.
  void close_point(double learning_rate) {
    if (loss_count > 0)
      curve.push_back({iteration, loss_sum / static_cast<double>(loss_count), learning_rate});
    loss_sum = 0;
    loss_count = 0;
  }
};

/// Keeps a training in `directory`: `checkpoint.pt` while it runs (weights, optimiser, position, carried tensors),
/// `model.pt` (weights, curve, carried tensors) and `loss.csv` once it is done. All appear by atomic rename.
///
/// An empty directory keeps nothing.
/// Throws: IoError naming a file that cannot be read as what it should be.
template <class Module> class Checkpoint {
public:
  Checkpoint(std::filesystem::path directory, Module& module, torch::optim::Optimizer& optimizer,
             std::span<torch::Tensor> carried)
      : directory_(std::move(directory)), module_(module), optimizer_(optimizer), carried_(carried) {}

  /// Reads the finished model, or else the checkpoint, into the module; the start where there is neither.
  [[nodiscard]] TrainingPosition restore(torch::Device device) {
    if (directory_.empty())
      return {};
    std::filesystem::create_directories(directory_);
    if (std::filesystem::exists(model_path()))
      return read(model_path(), device, false);
    if (std::filesystem::exists(checkpoint_path()))
      return read(checkpoint_path(), device, true);
    return {};
  }

  void save(const TrainingPosition& position) {
    if (!directory_.empty())
      write(checkpoint_path(), position, true);
  }

  void finish(const TrainingPosition& position) {
    if (directory_.empty() || std::filesystem::exists(model_path()))
      return;
    write_loss_curve(directory_ / "loss.csv", position.curve);
    write(model_path(), position, false);
    std::filesystem::remove(checkpoint_path());
  }

private:
  [[nodiscard]] std::filesystem::path model_path() const { return directory_ / "model.pt"; }
  [[nodiscard]] std::filesystem::path checkpoint_path() const { return directory_ / "checkpoint.pt"; }

  void write(const std::filesystem::path& path, const TrainingPosition& position, bool with_optimizer) {
    torch::serialize::OutputArchive archive;
    torch::serialize::OutputArchive weights(archive.compilation_unit());
    module_->save(weights);
    archive.write("weights", weights);
    if (with_optimizer) {
      torch::serialize::OutputArchive state(archive.compilation_unit());
      optimizer_.save(state);
      archive.write("optimizer", state);
    }
    archive.write("iteration", c10::IValue(position.iteration));
    archive.write("loss_sum", c10::IValue(position.loss_sum));
    archive.write("loss_count", c10::IValue(position.loss_count));
    auto curve = torch::empty({static_cast<std::int64_t>(position.curve.size()), 3}, torch::kDouble);
    for (std::size_t i = 0; i < position.curve.size(); ++i) {
      const LossPoint& point = position.curve[i];
      curve[static_cast<std::int64_t>(i)].copy_(
          torch::tensor({static_cast<double>(point.iteration), point.loss, point.learning_rate}, torch::kDouble));
    }
    archive.write("curve", curve);
    for (std::size_t i = 0; i < carried_.size(); ++i)
      archive.write(fmt::format("carried_{}", i), carried_[i]);
    std::ostringstream bytes;
    archive.save_to(bytes);
    publish_atomically(path, bytes.view());
  }

  [[nodiscard]] TrainingPosition read(const std::filesystem::path& path, torch::Device device, bool with_optimizer) {
    try {
      torch::serialize::InputArchive archive;
      archive.load_from(path.string(), device);
      torch::serialize::InputArchive weights;
      archive.read("weights", weights);
      module_->load(weights);
      if (with_optimizer) {
        torch::serialize::InputArchive state;
        archive.read("optimizer", state);
        optimizer_.load(state);
      }
      TrainingPosition position;
      c10::IValue value;
      archive.read("iteration", value);
      position.iteration = value.toInt();
      archive.read("loss_sum", value);
      position.loss_sum = value.toDouble();
      archive.read("loss_count", value);
      position.loss_count = value.toInt();
      torch::Tensor curve;
      archive.read("curve", curve);
      curve = curve.to(torch::kCPU);
      for (std::int64_t i = 0; i < curve.size(0); ++i)
        position.curve.push_back({static_cast<std::int64_t>(curve[i][0].item<double>()), curve[i][1].item<double>(),
                                  curve[i][2].item<double>()});
      for (std::size_t i = 0; i < carried_.size(); ++i) {
        torch::Tensor tensor;
        archive.read(fmt::format("carried_{}", i), tensor);
        carried_[i].copy_(tensor);
      }
      return position;
    } catch (const c10::Error& error) {
      throw IoError(path, fmt::format("not a checkpoint of this network: {}", error.what_without_backtrace()));
    }
  }

  std::filesystem::path directory_;
  Module& module_;
  torch::optim::Optimizer& optimizer_;
  std::span<torch::Tensor> carried_;
};

} // namespace sparseann
