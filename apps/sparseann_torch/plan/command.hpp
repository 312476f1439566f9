#pragma once

namespace sparseann::app {

/// Says which slices of a folder of images to label. Returns the exit code.
[[nodiscard]] int run_plan(int argc, const char* const* argv);

} // namespace sparseann::app
