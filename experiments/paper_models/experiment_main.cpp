#include "experiment_main.hpp"

#include "sparseann/experiment/run_experiment.hpp"

int sparseann::experiment_main(const Experiment& experiment, int argc, const char* const* argv) {
  return run_experiment(experiment, argc, argv);
}
