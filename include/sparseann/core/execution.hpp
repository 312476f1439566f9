#pragma once

#include <algorithm>
#include <cstddef>
#include <thread>

#include "sparseann/core/instruction_set.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/progress.hpp"

namespace sparseann {

/// How work is done, never what comes out.
struct Execution {
  std::size_t threads = 0;
  InstructionSet instruction_set = InstructionSet::automatic;
  Progress progress = {}; ///< where long work says how far it is; silent unless set

  friend void visit(Execution& execution, auto&& visitor) {
    visitor(field("threads", execution.threads, "at most so many; 0: as many as there are processors", {},
                  Affects::execution));
    visitor(field("instruction_set", execution.instruction_set, "automatic, generic, avx2 or avx512", {},
                  Affects::execution));
  }
};

/// The same with instructions that this processor has. Throws InvalidArgument where it lacks the wanted ones.
[[nodiscard]] inline Execution resolved(Execution execution) {
  execution.instruction_set = resolve(execution.instruction_set);
  return execution;
}

/// How many threads work of so many seconds on one core is worth: each must have enough to pay for its start.
[[nodiscard]] inline std::size_t worthwhile_threads(const Execution& execution, double seconds) {
  constexpr double seconds_per_thread = 2e-4; // a thread starts in some 50 us
  static const std::size_t processors = std::max<std::size_t>(std::thread::hardware_concurrency(), 1); // reads a file
  const std::size_t wanted = execution.threads != 0 ? execution.threads : processors;
  return std::clamp<std::size_t>(static_cast<std::size_t>(std::min(seconds / seconds_per_thread, 1e6)), 1, wanted);
}

} // namespace sparseann
