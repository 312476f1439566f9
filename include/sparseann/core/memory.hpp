#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace sparseann {

namespace detail {

/// The number after `label` in the first line that begins with it, 0 where a word stands there instead; nothing where
/// there is no such line or file. In C's streams, as all of select/ includes this and <fstream> is slow to compile.
[[nodiscard]] inline std::optional<std::uint64_t> number_in(const char* path, std::string_view label) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path, "r"), &std::fclose);
  std::array<char, 256> line{};
  while (file && std::fgets(line.data(), static_cast<int>(line.size()), file.get()) != nullptr)
    if (std::string_view(line.data()).starts_with(label))
      return std::strtoull(line.data() + label.size(), nullptr, 10);
  return std::nullopt;
}

} // namespace detail

/// Bytes that this machine, or the container that we run in, can still give; unlimited where the system does not say.
[[nodiscard]] inline std::uint64_t available_memory() {
  const std::optional<std::uint64_t> machine = detail::number_in("/proc/meminfo", "MemAvailable:");
  const std::uint64_t available = machine ? *machine * 1024 : std::numeric_limits<std::uint64_t>::max();
  // "max", which is read as 0, where there is none
  const std::uint64_t limit = detail::number_in("/sys/fs/cgroup/memory.max", "").value_or(0);
  const std::uint64_t used = detail::number_in("/sys/fs/cgroup/memory.current", "").value_or(0);
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
