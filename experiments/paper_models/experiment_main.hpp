#pragma once

#include "sparseann/experiment/experiment.hpp"

namespace sparseann {

/// As run_experiment, compiled once for all mains here.
[[nodiscard]] int experiment_main(const Experiment& experiment, int argc, const char* const* argv);

} // namespace sparseann
