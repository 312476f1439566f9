#pragma once

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "sparseann/core/io_error.hpp"
#include "sparseann/io/file.hpp"

namespace sparseann {

/// A file that appears under its name complete or not at all.
///
/// Bytes go to a hidden temporary beside `path`; `commit` makes them durable and renames. A reader sees the old file
/// or the new one, also after a power cut. Destruction without `commit` removes the temporary.
/// Throws: IoError naming `path` (no such directory, no permission, disk full); nothing is left behind then.
class AtomicFile {
public:
  explicit AtomicFile(std::filesystem::path path) : path_(std::move(path)) { create_temporary(); }
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile() {
    if (!committed_)
      ::unlink(temporary_.c_str());
  }

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ::ssize_t count = ::write(file_.get(), bytes.data(), std::min<std::size_t>(bytes.size(), 1U << 30U));
      if (count < 0 && errno == EINTR)
        continue;
      if (count < 0)
        throw IoError(path_, "cannot be written: " + system_message(errno), written_);
      written_ += static_cast<std::uint64_t>(count);
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  void commit() {
    if (::fsync(file_.get()) != 0)
      throw IoError(path_, "cannot be written: " + system_message(errno));
    if (const int code = file_.close(); code != 0)
      throw IoError(path_, "cannot be written: " + system_message(code));
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0)
      throw IoError(path_, "cannot be put in place: " + system_message(errno));
    committed_ = true;
    synchronise_directory();
  }

private:
  [[nodiscard]] std::filesystem::path directory() const {
    return path_.has_parent_path() ? path_.parent_path() : std::filesystem::path(".");
  }

  // Not mkstemp: its files are private, whereas published ones follow the user's umask.
  void create_temporary() {
    static std::atomic<std::uint64_t> counter = 0;
    do {
      temporary_ = directory() / fmt::format(".{}.{}-{}.tmp", path_.filename().string(), ::getpid(), counter++);
      file_ = FileDescriptor(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    } while (!file_.is_open() && errno == EEXIST);
    if (!file_.is_open())
      throw IoError(path_, "cannot be created: " + system_message(errno));
  }

  void synchronise_directory() const {
    const FileDescriptor handle(::open(directory().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // Some network file systems know no fsync of a directory and say EINVAL: the rename is as durable as they make it.
    if (!handle.is_open() || (::fsync(handle.get()) != 0 && errno != EINVAL))
      throw IoError(directory(), "cannot be synchronised: " + system_message(errno));
  }

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  FileDescriptor file_;
  std::uint64_t written_ = 0;
  bool committed_ = false;
};

/// Publishes what `writer(file)` writes, see AtomicFile. An exception from `writer` leaves no file.
template <std::invocable<AtomicFile&> Writer>
void publish_atomically(const std::filesystem::path& path, Writer&& writer) {
  AtomicFile file(path);
  std::forward<Writer>(writer)(file);
  file.commit();
}

/// Publishes `bytes` as the whole of file `path`, see AtomicFile.
inline void publish_atomically(const std::filesystem::path& path, std::string_view bytes) {
  publish_atomically(path, [bytes](AtomicFile& file) { file.write(bytes); });
}

namespace detail {

[[nodiscard]] constexpr bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Whether AtomicFile names a temporary so: ".NAME.PROCESS-COUNT.tmp".
[[nodiscard]] constexpr bool names_temporary(std::string_view file) {
  constexpr std::string_view ending = ".tmp";
  if (!file.starts_with('.') || !file.ends_with(ending))
    return false;
  file = file.substr(1, file.size() - 1 - ending.size());
  const std::size_t dot = file.rfind('.');
  const std::size_t dash = file.rfind('-');
  return dot != std::string_view::npos && dot > 0 && dash != std::string_view::npos && dash > dot &&
         is_number(file.substr(dot + 1, dash - dot - 1)) && is_number(file.substr(dash + 1));
}

} // namespace detail

/// Removes AtomicFile's temporaries in `folder` and below, which processes left that were killed while they wrote.
/// Nobody else may be writing there. Throws: IoError.
inline void remove_unfinished_files(const std::filesystem::path& folder) {
  try {
    std::vector<std::filesystem::path> unfinished;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
      if (entry.is_regular_file() && detail::names_temporary(entry.path().filename().string()))
        unfinished.push_back(entry.path());
    for (const std::filesystem::path& file : unfinished)
      std::filesystem::remove(file);
  } catch (const std::filesystem::filesystem_error& error) {
    throw IoError(error.path1(), "cannot be searched for unfinished files: " + error.code().message());
  }
}

} // namespace sparseann
