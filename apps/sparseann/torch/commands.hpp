#pragma once

#include <string_view>

#include "apps/sparseann/command.hpp"

namespace sparseann::app {

/// Whether LibTorch was there when this program was built.
inline constexpr bool has_torch = SPARSEANN_WITH_TORCH != 0;

// What needs LibTorch is done by a program beside this one, sparseann-torch: loading LibTorch takes longer than most
// selections. Built without LibTorch there is none, and these commands say so.
[[nodiscard]] int run_torch_command(int argc, const char* const* argv);

inline constexpr Command encode_command{
    .name = "encode",
    .summary = has_torch ? "Make features of the slices of a folder of images."
                         : "Make features of the slices of a folder of images (needs LibTorch: not in this build).",
    .run = &run_torch_command};

inline constexpr Command plan_command{
    .name = "plan",
    .summary = has_torch ? "Say which slices of a folder of images to label now."
                         : "Say which slices of a folder of images to label now (needs LibTorch: not in this build).",
    .run = &run_torch_command};

inline constexpr Command predict_command{
    .name = "predict",
    .summary = has_torch ? "Segment images with a trained model."
                         : "Segment images with a trained model (needs LibTorch: not in this build).",
    .run = &run_torch_command};

inline constexpr Command export_command{
    .name = "export",
    .summary = has_torch ? "Write a trained model's networks as TorchScript, for Python."
                         : "Write a trained model's networks as TorchScript (needs LibTorch: not in this build).",
    .run = &run_torch_command};

} // namespace sparseann::app
