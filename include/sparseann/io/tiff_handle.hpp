#pragma once

#include <algorithm>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <tiffio.h>

#include <fmt/format.h>

#include "sparseann/core/io_error.hpp"

namespace sparseann {

/// A TIFF file in memory, which libtiff reads or writes, with libtiff's messages as errors in place of on stderr.
class TiffHandle {
public:
  /// For reading. `bytes` must outlive the handle; `path` is for messages. libtiff takes at most `max_allocation` bytes
  /// at a time. Throws: IoError where it is no TIFF file.
  TiffHandle(std::filesystem::path path, std::string_view bytes, std::size_t max_allocation)
      : path_(std::move(path)), memory_(std::make_unique<Memory>()) {
    memory_->given = bytes;
    open("r", max_allocation);
  }

  /// For writing; `mode` is libtiff's: "w", or "w8" for files of 4 GiB and more.
  TiffHandle(std::filesystem::path path, const char* mode)
      : path_(std::move(path)), memory_(std::make_unique<Memory>()) {
    open(mode, std::numeric_limits<std::size_t>::max() / 2);
  }

  [[nodiscard]] TIFF* get() const noexcept { return tiff_.get(); }

  /// Whether libtiff has complained since the handle was made, also where it went on.
  [[nodiscard]] bool has_failed() const noexcept { return !memory_->message.empty(); }

  /// What libtiff said first since the handle was made, put after `what`.
  [[nodiscard]] IoError error(std::string_view what) const {
    return {path_,
            memory_->message.empty() ? std::string(what) : fmt::format("{} (libtiff: {})", what, memory_->message)};
  }

  /// Ends writing and gives the file. Throws: IoError.
  [[nodiscard]] std::string close() {
    if (TIFFFlush(tiff_.get()) == 0)
      throw error("cannot be written");
    tiff_.reset();
    return std::move(memory_->written);
  }

private:
  struct Memory { // libtiff keeps the address
    std::string_view given;
    std::string written;
    std::uint64_t position = 0;
    std::string message;
  };
  struct Close {
    void operator()(TIFF* tiff) const noexcept { TIFFClose(tiff); }
  };

  static Memory& memory_of(thandle_t client) noexcept { return *static_cast<Memory*>(client); }

  static tmsize_t read(thandle_t client, void* out, tmsize_t size) noexcept {
    Memory& memory = memory_of(client);
    const std::string_view bytes = memory.given.empty() ? std::string_view(memory.written) : memory.given;
    const std::uint64_t left = bytes.size() - std::min<std::uint64_t>(memory.position, bytes.size());
    const auto count = static_cast<std::size_t>(std::min(left, static_cast<std::uint64_t>(size)));
    if (count > 0)
      std::memcpy(out, bytes.data() + memory.position, count);
    memory.position += count;
    return static_cast<tmsize_t>(count);
  }

  static tmsize_t write(thandle_t client, void* data, tmsize_t size) {
    Memory& memory = memory_of(client);
    const auto count = static_cast<std::size_t>(size);
    memory.written.resize(std::max<std::size_t>(memory.written.size(), memory.position + count));
    std::memcpy(memory.written.data() + memory.position, data, count);
    memory.position += count;
    return size;
  }

  static toff_t seek(thandle_t client, toff_t offset, int from) noexcept {
    Memory& memory = memory_of(client);
    const std::uint64_t start = from == SEEK_SET ? 0 : from == SEEK_CUR ? memory.position : size(client);
    return memory.position = start + offset;
  }

  static toff_t size(thandle_t client) noexcept {
    const Memory& memory = memory_of(client);
    return memory.given.empty() ? memory.written.size() : memory.given.size();
  }

  static int take_message(TIFF*, void* client, const char*, const char* format, std::va_list arguments) {
    std::string& message = memory_of(client).message;
    if (message.empty()) { // what follows comes of the first
      message.resize(256);
      const int length = std::vsnprintf(message.data(), message.size(), format, arguments);
      message.resize(std::clamp<std::size_t>(static_cast<std::size_t>(std::max(length, 0)), 0, message.size() - 1));
    }
    return 1;
  }
  static int ignore_message(TIFF*, void*, const char*, const char*, std::va_list) { return 1; }

  void open(const char* mode, std::size_t max_allocation) {
    const auto release = [](TIFFOpenOptions* options) { TIFFOpenOptionsFree(options); };
    const std::unique_ptr<TIFFOpenOptions, decltype(release)> options(TIFFOpenOptionsAlloc());
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), take_message, memory_.get());
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), ignore_message, nullptr);
    TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), static_cast<tmsize_t>(max_allocation));
    const auto close = [](thandle_t) { return 0; };
    tiff_.reset(TIFFClientOpenExt(path_.c_str(), mode, memory_.get(), read, write, seek, close, size, nullptr, nullptr,
                                  options.get()));
    if (!tiff_)
      throw error("is no TIFF file that can be read");
  }

  std::filesystem::path path_;
  std::unique_ptr<Memory> memory_;
  std::unique_ptr<TIFF, Close> tiff_; // before its memory goes
};

} // namespace sparseann
