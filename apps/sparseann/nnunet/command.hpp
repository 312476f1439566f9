#pragma once

#include "apps/sparseann/command.hpp"

namespace sparseann::app {

[[nodiscard]] int run_nnunet(int argc, const char* const* argv);

inline constexpr Command nnunet_command{
    .name = "nnunet", .summary = "Hand labels or pseudo-labels over to nnU-Net, as a dataset", .run = &run_nnunet};

} // namespace sparseann::app
