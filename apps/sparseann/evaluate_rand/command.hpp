#pragma once

#include "apps/sparseann/command.hpp"

namespace sparseann::app {

[[nodiscard]] int run_evaluate_rand(int argc, const char* const* argv);

inline constexpr Command evaluate_rand_command{.name = "evaluate-rand",
                                               .summary =
                                                   "Score a map of cell probabilities against instances, by V^Rand",
                                               .run = &run_evaluate_rand};

} // namespace sparseann::app
