#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <mutex>
#include <new>
#include <set>
#include <span>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <fmt/format.h>

#include "sparseann/core/io_error.hpp"
#include "sparseann/core/memory.hpp"

namespace sparseann {

namespace detail {

/// Where the elements of large arrays lie: in memory, up to a budget, then in mapped files that have no name.
class VolumeStorage {
public:
  static constexpr std::size_t large = std::size_t{1} << 20U; ///< bytes; what is smaller is always in memory

  /// The one of this process. It is never destroyed, as arrays may outlive what is.
  [[nodiscard]] static VolumeStorage& of_process() {
    static VolumeStorage* const storage = new VolumeStorage; // NOLINT(cppcoreguidelines-owning-memory)
    return *storage;
  }

  void set_budget(std::filesystem::path directory, std::uint64_t bytes) {
    const std::scoped_lock lock(mutex_);
    directory_ = std::move(directory);
    budget_ = bytes;
  }

  [[nodiscard]] void* allocate(std::size_t bytes) {
    {
      const std::scoped_lock lock(mutex_);
      if (in_memory_ + bytes > budget_) {
        void* const mapped = map_file(bytes);
        mapped_.insert(mapped);
        return mapped;
      }
      in_memory_ += bytes;
    }
    void* const memory = ::operator new(bytes, alignment, std::nothrow);
    if (memory == nullptr) {
      const std::scoped_lock lock(mutex_);
      in_memory_ -= bytes;
      throw std::bad_alloc();
    }
    prefer_large_pages(std::span(static_cast<std::byte*>(memory), bytes));
    return memory;
  }

  void deallocate(void* memory, std::size_t bytes) noexcept {
    const std::scoped_lock lock(mutex_);
    if (mapped_.erase(memory) > 0) {
      ::munmap(memory, bytes);
    } else {
      in_memory_ -= bytes;
      ::operator delete(memory, alignment);
    }
  }

private:
  static constexpr std::align_val_t alignment{64};

  /// Disk space is taken at once: that it is missing is an error here, where a write to the mapping could only crash.
  [[nodiscard]] void* map_file(std::size_t bytes) const {
    const auto fail = [this](const std::string& what, int code) {
      throw IoError(directory_, fmt::format("{}: {}", what, std::generic_category().message(code)));
    };
    const int file = ::open(directory_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0)
      fail("no file for a volume could be made here", errno);
    const int code = ::posix_fallocate(file, 0, static_cast<off_t>(bytes));
    void* const memory = code == 0 ? ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) : MAP_FAILED;
    const int mapping_code = errno;
    ::close(file);
    if (code != 0)
      fail(fmt::format("{} bytes for a volume could not be kept here", bytes), code);
    if (memory == MAP_FAILED)
      fail("a volume's file could not be mapped", mapping_code);
    return memory;
  }

  std::mutex mutex_;
  std::filesystem::path directory_;
  std::uint64_t budget_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t in_memory_ = 0; ///< bytes of large arrays
  std::set<void*> mapped_;
};

} // namespace detail

/// From now on, arrays of 1 MiB and more beyond `bytes` of them in memory are kept in `directory`, in mapped files
/// without a name, which go with the arrays, or with the process. The system writes them out and drops them from memory
/// as it needs to. A directory in memory (a tmpfs) would gain nothing.
///
/// Arrays that are there stay where they are. What is not an array counts for nothing here: networks, their activations
/// and volumes in the making.
inline void keep_volumes_on_disk(std::filesystem::path directory, std::uint64_t bytes) {
  detail::VolumeStorage::of_process().set_budget(std::move(directory), bytes);
}

/// Gives arrays their memory; see keep_volumes_on_disk. Throws: IoError naming the directory where a file there cannot
/// be made or has no room; std::bad_alloc.
template <class T> struct VolumeAllocator {
  using value_type = T;

  VolumeAllocator() = default;
  template <class U> VolumeAllocator(const VolumeAllocator<U>&) noexcept {} // NOLINT(google-explicit-constructor)

  [[nodiscard]] T* allocate(std::size_t count) {
    if (count > std::numeric_limits<std::size_t>::max() / sizeof(T))
      throw std::bad_array_new_length();
    const std::size_t bytes = count * sizeof(T);
    return static_cast<T*>(bytes < detail::VolumeStorage::large ? ::operator new(bytes)
                                                                : detail::VolumeStorage::of_process().allocate(bytes));
  }
  void deallocate(T* memory, std::size_t count) noexcept {
    const std::size_t bytes = count * sizeof(T);
    if (bytes < detail::VolumeStorage::large)
      ::operator delete(memory);
    else
      detail::VolumeStorage::of_process().deallocate(memory, bytes);
  }

  friend bool operator==(const VolumeAllocator&, const VolumeAllocator&) noexcept { return true; }
};

} // namespace sparseann
