#pragma once

#include <filesystem>
#include <fstream>
#include <string_view>

#include <unistd.h>

#include <fmt/format.h>

namespace sparseann::test {

/// A file that is in memory alone, for as long as this lives.
class MemoryFile {
public:
  explicit MemoryFile(std::string_view bytes) : path_(fmt::format("/dev/shm/sparseann-test-{}", ::getpid())) {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { std::filesystem::remove(path_); }

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
  std::filesystem::path path_; // HDF5 looks for the real path, which a memfd has none of
};

} // namespace sparseann::test
