#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <limits>
#include <memory>
#include <span>
#include <string>

#include <fmt/format.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace sparseann {

/// Bytes that this machine, or the container that we run in, can still give; unlimited where the system does not say.
[[nodiscard]] inline std::uint64_t available_memory() {
  std::uint64_t available = std::numeric_limits<std::uint64_t>::max();
  std::ifstream machine("/proc/meminfo");
  for (std::string key, rest; machine >> key && std::getline(machine, rest);)
    if (key == "MemAvailable:")
      available = std::stoull(rest) * 1024;
  std::uint64_t limit = 0;
  std::uint64_t used = 0;
  std::ifstream("/sys/fs/cgroup/memory.max") >> limit; // "max" where there is none
  std::ifstream("/sys/fs/cgroup/memory.current") >> used;
  return limit == 0 ? available : std::min(available, limit - std::min(limit, used));
}

/// "37.3 GiB".
[[nodiscard]] inline std::string to_gibibytes(double bytes) { return fmt::format("{:.1f} GiB", bytes / 1073741824.0); }

/// Asks the system for large pages behind memory that was allocated and not yet written: the first write of each page
/// costs a visit to the kernel, and a large one is 512 usual ones. A hint, which the system may ignore.
template <class T> void prefer_large_pages(std::span<T> memory) noexcept {
#if defined(__linux__)
  constexpr std::size_t page = std::size_t{1} << 21U;
  void* begin = memory.data();
  std::size_t bytes = memory.size_bytes();
  if (std::align(page, page, begin, bytes) != nullptr)
    static_cast<void>(madvise(begin, bytes / page * page, MADV_HUGEPAGE));
#else
  static_cast<void>(memory);
#endif
}

} // namespace sparseann
