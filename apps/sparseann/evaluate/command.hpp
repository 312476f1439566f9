#pragma once

#include "apps/sparseann/command.hpp"

namespace sparseann::app {

[[nodiscard]] int run_evaluate(int argc, const char* const* argv);

inline constexpr Command evaluate_command{
    .name = "evaluate", .summary = "Score segmentations against reference labels", .run = &run_evaluate};

} // namespace sparseann::app
