#pragma once

// What `sparseann encode` and `sparseann plan` can be asked to encode with.
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>

#include "sparseann/core/array.hpp"
#include "sparseann/encode/feature_cache.hpp"
#include "sparseann/encode/slice_source.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/tensor/torch.hpp"
#include "sparseann/train/stage_context.hpp"

namespace sparseann::app {

/// An encoder by its name, with its options as flags `--NAME.OPTION`. The functions share one encoder.
struct EncoderChoice {
  std::string name; ///< as it is typed
  std::string_view purpose;
  std::function<void(CLI::App&)> add_flags;
  /// Says what a precision left open means on the device, and checks the options: throws InvalidArgument by flag.
  std::function<void(torch::Device)> settle;
  std::function<Json()> options; ///< those that affect results
  /// One row per slice; from the cache where there is one.
  std::function<Array2<float>(const SliceSource&, const StageContext&, const std::optional<FeatureCache>&)> encode;
};

/// All of them; a new encoder is a line in encoders.cpp.
[[nodiscard]] std::vector<EncoderChoice> all_encoders();

} // namespace sparseann::app
