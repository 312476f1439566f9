#pragma once

#include "apps/sparseann/command.hpp"

namespace sparseann::app {

[[nodiscard]] int run_import(int argc, const char* const* argv);

inline constexpr Command import_command{
    .name = "import", .summary = "Take what annotators have drawn of a round", .run = &run_import};

} // namespace sparseann::app
