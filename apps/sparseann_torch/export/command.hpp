#pragma once

namespace sparseann::app {

/// Writes a trained model's networks as TorchScript. Returns the exit code.
[[nodiscard]] int run_export(int argc, const char* const* argv);

} // namespace sparseann::app
