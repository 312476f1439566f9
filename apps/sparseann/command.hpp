#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "sparseann/revision.hpp"
#include "sparseann/version.hpp"

namespace sparseann::app {

/// What follows `sparseann` on the command line: a program of its own, which is given the command as its name.
struct Command {
  std::string_view name;
  std::string_view summary;
  int (*run)(int argc, const char* const* argv); ///< returns the exit code
  bool is_in_build = true;                       ///< else it needs LibTorch, and says so
};

[[nodiscard]] inline std::string program_line() { return fmt::format("sparseann {} ({})", version, revision); }

} // namespace sparseann::app
