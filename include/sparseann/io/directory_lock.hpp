#pragma once

#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>

#include "sparseann/core/io_error.hpp"
#include "sparseann/io/file.hpp"

namespace sparseann {

/// Keeps every other process, and every other holder in this one, out of a directory for as long as it lives.
///
/// An advisory flock on the hidden file `.lock` in the directory: it ends with the process, so a kill leaves no stale
/// lock; the empty file stays. A file and not the directory is locked, as NFS locks only what is open for writing.
/// Throws: IoError where the directory is in use or the file cannot be made.
class DirectoryLock {
public:
  explicit DirectoryLock(const std::filesystem::path& directory)
      : file_(::open((directory / ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    if (!file_.is_open())
      throw IoError(directory, "cannot be locked: " + system_message(errno));
    while (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK)
        throw IoError(directory, "is in use by another process");
      if (errno != EINTR)
        throw IoError(directory, "cannot be locked: " + system_message(errno));
    }
  }

private:
  FileDescriptor file_;
};

} // namespace sparseann
