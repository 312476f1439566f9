#pragma once

namespace sparseann::app {

/// Segments an image, or a folder of them, with a trained model. Returns the exit code.
[[nodiscard]] int run_predict(int argc, const char* const* argv);

} // namespace sparseann::app
