#pragma once

#include <string_view>

#include "apps/sparseann/command.hpp"

namespace sparseann::app {

/// Whether LibTorch was there when this program was built.
inline constexpr bool has_torch = SPARSEANN_WITH_TORCH != 0;

// What needs LibTorch is done by a program beside this one, sparseann-torch: loading LibTorch takes longer than most
// selections. Built without LibTorch there is none, and these commands say so.
[[nodiscard]] int run_torch_command(int argc, const char* const* argv);

[[nodiscard]] constexpr Command torch_command(std::string_view name, std::string_view summary) {
  return {.name = name, .summary = summary, .run = &run_torch_command, .is_in_build = has_torch};
}

inline constexpr Command encode_command = torch_command("encode", "Make features of the slices of a folder of images");
inline constexpr Command plan_command = torch_command("plan", "Say which slices of a folder of images to label now");
inline constexpr Command train_command =
    torch_command("train", "Train on the labels of an import; no dense label anywhere");
inline constexpr Command predict_command = torch_command("predict", "Segment images with a trained model");
inline constexpr Command export_command =
    torch_command("export", "Write a trained model's networks as TorchScript, for Python");

} // namespace sparseann::app
