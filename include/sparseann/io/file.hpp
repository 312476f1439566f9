#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sparseann/core/io_error.hpp"

namespace sparseann {

/// What the operating system says about error number `code`.
[[nodiscard]] inline std::string system_message(int code) { return std::generic_category().message(code); }

/// Absolute, without `.`, `..` and a slash at its end, so that `filename` is the folder's own name and `parent_path`
/// where it lies. By the text alone: links stay, and `..` after a link is where the link lies. Throws: filesystem_error
/// for an empty path.
[[nodiscard]] inline std::filesystem::path normal_path(const std::filesystem::path& path) {
  const std::filesystem::path normal = std::filesystem::absolute(path).lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

/// Owns an open file descriptor; a negative one is none.
class FileDescriptor {
public:
  FileDescriptor() = default;
  explicit FileDescriptor(int descriptor) noexcept : descriptor_(descriptor) {}
  FileDescriptor(FileDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~FileDescriptor() {
    if (is_open())
      ::close(descriptor_);
  }

  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
  [[nodiscard]] int get() const noexcept { return descriptor_; }

  /// Closes now, so that an error that the file system kept until the end is seen. Returns 0 or an error number.
  [[nodiscard]] int close() noexcept { return ::close(std::exchange(descriptor_, -1)) == 0 ? 0 : errno; }

private:
  int descriptor_ = -1;
};

namespace detail {
[[nodiscard]] inline struct ::stat status_of(const std::filesystem::path& path, const FileDescriptor& file) {
  struct ::stat status{};
  if (::fstat(file.get(), &status) != 0)
    throw IoError(path, "cannot be examined: " + system_message(errno));
  return status;
}

[[nodiscard]] inline std::size_t size_of(const std::filesystem::path& path, const FileDescriptor& file) {
  return static_cast<std::size_t>(status_of(path, file).st_size);
}

/// Opens for reading. Throws: IoError where the file is missing, unreadable or no regular one.
[[nodiscard]] inline FileDescriptor open_regular_file(const std::filesystem::path& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open())
    throw IoError(path, "cannot be opened: " + system_message(errno));
  if (!S_ISREG(status_of(path, file).st_mode))
    throw IoError(path, "is not a regular file");
  return file;
}

[[nodiscard]] inline std::size_t read_some(const std::filesystem::path& path, const FileDescriptor& file,
                                           std::span<char> out) {
  for (;;) {
    const ::ssize_t count = ::read(file.get(), out.data(), out.size());
    if (count >= 0)
      return static_cast<std::size_t>(count);
    if (errno != EINTR)
      throw IoError(path, "cannot be read: " + system_message(errno));
  }
}
} // namespace detail

/// The bytes of a whole file.
///
/// Cost: one allocation of the file's size. Throws: IoError where it is missing, unreadable or no regular file.
[[nodiscard]] inline std::string read_file(const std::filesystem::path& path) {
  const FileDescriptor file = detail::open_regular_file(path);
  std::string bytes(detail::size_of(path, file), '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const std::size_t count = detail::read_some(path, file, std::span(bytes).subspan(done));
    if (count == 0)
      throw IoError(path, "became shorter while it was read", done);
    done += count;
  }
  return bytes;
}

} // namespace sparseann
