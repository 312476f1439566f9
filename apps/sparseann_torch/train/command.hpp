#pragma once

namespace sparseann::app {

/// Trains the base models and the meta-model on the labels of an import. Returns the exit code.
[[nodiscard]] int run_train(int argc, const char* const* argv);

} // namespace sparseann::app
