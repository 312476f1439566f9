#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/encode/feature_encoder.hpp"
#include "sparseann/encode/resized_slices.hpp"
#include "sparseann/encode/slice_features.hpp"
#include "sparseann/tensor/precision.hpp"
#include "sparseann/tensor/script_module.hpp"
#include "sparseann/tensor/tensor.hpp"

namespace sparseann {

/// How the tokens of a transformer become one vector: their mean, or the first, where models keep a class token.
enum class TokenPooling { mean, first };
constexpr std::array<std::string_view, 2> names_of(TokenPooling) { return {"mean", "first"}; }

struct TorchScriptEncoderOptions {
  std::string path;
  bool trust = false;
  std::size_t input = 224;
  std::size_t channels = 3;
  std::vector<double> mean{0};
  std::vector<double> deviation{1};
  TokenPooling tokens = TokenPooling::mean;
  std::size_t batch = 32;
  Precision precision = Precision::float32;

  friend void visit(TorchScriptEncoderOptions& options, auto&& visitor) {
    visitor(field("path", options.path, "file of the traced or scripted module"));
    visitor(field("trust", options.trust, "TorchScript runs code: say true for a file that you trust", {},
                  Affects::execution));
    visitor(field("input", options.input, "edge to which slices are resized", at_least(1)));
    visitor(
        field("channels", options.channels, "channels that the module takes; a single one is repeated", at_least(1)));
    visitor(field("mean", options.mean, "is subtracted, of every channel or of each"));
    visitor(field("std", options.deviation, "is then divided by, of every channel or of each", above(0)));
    visitor(field("tokens", options.tokens, "how tokens become one vector"));
    visitor(field("batch", options.batch, "slices per call", at_least(1), Affects::execution));
    visitor(field("precision", options.precision, "arithmetic of the module"));
  }

  friend void check_together(const TorchScriptEncoderOptions& options, const std::string& prefix) {
    if (options.path.empty())
      throw InvalidArgument(field_name(prefix, "path"), "the file of a TorchScript module", "none");
    if (!options.trust)
      throw InvalidArgument(field_name(prefix, "trust"), "true, as TorchScript runs code and is read only when trusted",
                            "false");
    for (const auto& [name, values] : {std::pair("mean", options.mean), std::pair("std", options.deviation)})
      if (values.size() != 1 && values.size() != options.channels)
        throw InvalidArgument(field_name(prefix, name), fmt::format("1 or {} numbers", options.channels),
                              fmt::format("{}", values.size()));
  }
};

/// Any network that was traced or scripted: a foundation model's image encoder, or one's own.
///
/// Slices are resized to input x input, a single channel is repeated, and (x - mean) / std is what the module takes.
/// Intensities are otherwise as they are in the cohort: images that are normalised (ZScore) have already what a
/// network's own mean and deviation make of photographs, roughly, so the defaults leave them alone.
/// Of the output, (N, D) is taken as it is, a map (N, D, h, w) is averaged over h and w, and of tokens (N, T, D) the
/// mean or the first is taken, see TokenPooling.
///
/// Shapes: features (N, D). Cost: one call of the module per batch, the memory of one batch of slices.
/// Throws: InvalidArgument without `trust`, for images whose channels do not fit, or encode before fit; IoError for a
/// file that is no TorchScript module; DataError naming the file where the module fails or its output has another
/// shape, naming case, plane and slice where features are not finite or all zero.
class TorchScriptEncoder {
public:
  static constexpr std::string_view name = "torchscript";

  TorchScriptEncoderOptions options;

  [[nodiscard]] std::vector<std::filesystem::path> files() const { return {options.path}; }

  void fit(const SliceSource& slices, const StageContext& context) {
    validate(options, std::string(name));
    if (slices.channels() != 1 && slices.channels() != options.channels)
      throw InvalidArgument("torchscript.channels", fmt::format("{}, as the images have", slices.channels()),
                            fmt::format("{}", options.channels));
    module_.emplace(options.path, context.device);
  }

  [[nodiscard]] Array2<float> encode(const SliceSource& slices, const StageContext& context) {
    if (!module_)
      throw InvalidArgument(std::string(name), "fit() before encode()", "encode() first");
    const torch::NoGradGuard no_gradient;
    Progress::Task progress = context.progress.start(context.stage, slices.size());
    Array2<float> features = encode_in_batches(slices, options.input, options.batch, [&](const torch::Tensor& resized) {
      const PrecisionScope scope(options.precision, context.device);
      const torch::Tensor output = (*module_)(normalised(resized).to(context.device));
      check_output(output, resized.size(0));
      progress.advance(static_cast<std::size_t>(resized.size(0)));
      return pooled(output.to(torch::kFloat));
    });
    progress.finish();
    check_slice_features(slices, features, name);
    return features;
  }

private:
  /// Of every channel. Shape: (1, 1 or channels, 1, 1).
  [[nodiscard]] static torch::Tensor per_channel(const std::vector<double>& values) {
    return torch::tensor(values, torch::kFloat).view({1, -1, 1, 1});
  }

  [[nodiscard]] torch::Tensor normalised(const torch::Tensor& resized) const {
    const auto channels = static_cast<std::int64_t>(options.channels);
    return (resized.expand({-1, channels, -1, -1}) - per_channel(options.mean)) / per_channel(options.deviation);
  }

  void check_output(const torch::Tensor& output, std::int64_t slices) const {
    if (output.dim() < 2 || output.dim() > 4 || output.size(0) != slices || output.numel() == 0)
      throw DataError(module_->path().string(),
                      fmt::format("an output of shape ({0}, D), ({0}, T, D) or ({0}, D, h, w)", slices),
                      shape_text(output));
  }

  /// Shape: (N, D).
  [[nodiscard]] torch::Tensor pooled(const torch::Tensor& output) const {
    if (output.dim() == 4)
      return output.mean({2, 3});
    if (output.dim() == 3)
      return options.tokens == TokenPooling::first ? output.select(1, 0) : output.mean(1);
    return output;
  }

  std::optional<ScriptModule> module_;
};

} // namespace sparseann
