#pragma once

#include <cstdint>
#include <fstream>
#include <string>

#include "sparseann/core/error.hpp"

namespace sparseann::benchmarks {

/// The number of KiB after `label` in /proc/self/status, in bytes.
[[nodiscard]] inline std::int64_t status_bytes(const std::string& label) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(label))
      return 1024 * std::stoll(line.substr(label.size()));
  throw DataError("/proc/self/status", "a line that begins with " + label, "none");
}

[[nodiscard]] inline std::int64_t resident_bytes() { return status_bytes("VmRSS:"); }
[[nodiscard]] inline std::int64_t peak_bytes() { return status_bytes("VmHWM:"); }

} // namespace sparseann::benchmarks
