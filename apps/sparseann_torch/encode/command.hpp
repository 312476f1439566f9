#pragma once

namespace sparseann::app {

/// Makes features of the slices of a folder of images. Returns the exit code.
[[nodiscard]] int run_encode(int argc, const char* const* argv);

} // namespace sparseann::app
