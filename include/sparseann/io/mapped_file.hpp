#pragma once

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <string_view>
#include <utility>

#include <sys/mman.h>

#include "sparseann/core/io_error.hpp"
#include "sparseann/io/file.hpp"

namespace sparseann {

/// What will be looked at of a mapped file: with `parts`, what lies beside them is not read ahead.
enum class Reading { whole, parts };

/// A whole file as memory that the operating system fills when it is looked at, and may take back at any time.
///
/// What other processes write to the file afterwards may or may not be seen. Where one makes the file shorter, looking
/// beyond its new end raises SIGBUS, which ends the program: map files that appear complete, as AtomicFile's do, and
/// check the size that a header promises against bytes().size() before anything else is looked at.
/// Cost: address space alone; no memory beyond the page cache. Throws: IoError naming the file where it is missing,
/// unreadable, no regular file, or cannot be mapped.
class MappedFile {
public:
  explicit MappedFile(const std::filesystem::path& path, Reading reading = Reading::whole) {
    const FileDescriptor file = detail::open_regular_file(path);
    const std::size_t size = detail::size_of(path, file);
    if (size == 0) // which mmap refuses
      return;
    void* const start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (start == MAP_FAILED)
      throw IoError(path, "cannot be mapped: " + system_message(errno));
    bytes_ = {static_cast<const char*>(start), size};
    // Advice: reading is right, if slower, without it.
    ::madvise(start, size, reading == Reading::whole ? MADV_WILLNEED : MADV_RANDOM);
  }
  MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~MappedFile() {
    if (!bytes_.empty())
      ::munmap(const_cast<char*>(bytes_.data()), bytes_.size()); // munmap is not const-correct
  }

  /// Valid while this object lives.
  [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }

  /// Gives back the memory of what was looked at, so that it does not grow with the file; bytes() stay valid.
  void forget() const noexcept {
    if (!bytes_.empty())
      ::madvise(const_cast<char*>(bytes_.data()), bytes_.size(), MADV_DONTNEED); // advice, as above
  }

private:
  std::string_view bytes_;
};

} // namespace sparseann
