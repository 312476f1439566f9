#pragma once

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <fmt/format.h>

#include "sparseann/io/file.hpp"

namespace sparseann::test {

/// A file system of a few bytes in memory, seen by this process and its children alone.
///
/// It lives in a mount namespace of its own, which only a process with the right to make one can have: root, or anybody
/// where the kernel lets users have namespaces.
class SmallDisk {
public:
  /// None where this process may not mount, with the reason in `reason`.
  [[nodiscard]] static std::optional<SmallDisk> mount_at(const std::filesystem::path& path, std::size_t bytes,
                                                         std::string& reason) {
    if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
      reason = "no mount namespace: " + system_message(errno);
      return std::nullopt;
    }
    std::filesystem::create_directories(path);
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("none", path.c_str(), "tmpfs", 0, size_option(bytes).c_str()) != 0) {
      reason = "no mount: " + system_message(errno);
      return std::nullopt;
    }
    return SmallDisk(path);
  }

  SmallDisk(SmallDisk&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  SmallDisk& operator=(SmallDisk&&) = delete;
  ~SmallDisk() {
    if (!path_.empty())
      ::umount2(path_.c_str(), MNT_DETACH);
  }

  [[nodiscard]] bool resize(std::size_t bytes) const {
    return ::mount("none", path_.c_str(), "tmpfs", MS_REMOUNT, size_option(bytes).c_str()) == 0;
  }

  [[nodiscard]] bool make_read_only(bool read_only) const {
    constexpr unsigned long as_it_is = MS_REMOUNT;
    constexpr unsigned long without_writing = as_it_is | MS_RDONLY;
    return ::mount("none", path_.c_str(), "tmpfs", read_only ? without_writing : as_it_is, nullptr) == 0;
  }

private:
  explicit SmallDisk(std::filesystem::path path) : path_(std::move(path)) {}
  [[nodiscard]] static std::string size_option(std::size_t bytes) { return fmt::format("size={}", bytes); }

  std::filesystem::path path_;
};

} // namespace sparseann::test
