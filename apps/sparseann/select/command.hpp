#pragma once

#include "apps/sparseann/command.hpp"

namespace sparseann::app {

[[nodiscard]] int run_select(int argc, const char* const* argv);

inline constexpr Command select_command{
    .name = "select", .summary = "Rank the items to label, from features or a graph", .run = &run_select};

} // namespace sparseann::app
