#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <system_error>

#include <unistd.h>

#include <fmt/format.h>

namespace sparseann::test {

/// A fresh directory for one test, removed with all that is in it.
class TemporaryDirectory {
public:
  TemporaryDirectory() {
    static std::atomic<std::uint64_t> counter = 0;
    do
      path_ = std::filesystem::temp_directory_path() / fmt::format("sparseann-test-{}-{}", ::getpid(), counter++);
    while (!std::filesystem::create_directory(path_));
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored; // a test that failed already needs no second error
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
  std::filesystem::path path_;
};

} // namespace sparseann::test
