#pragma once

#include "apps/sparseann/command.hpp"

namespace sparseann::app {

[[nodiscard]] int run_compare(int argc, const char* const* argv);

inline constexpr Command compare_command{
    .name = "compare", .summary = "Compare methods by their metrics on the same cases", .run = &run_compare};

} // namespace sparseann::app
