#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <isa-l/igzip_lib.h>
#include <zlib.h>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/io_error.hpp"

namespace sparseann {

/// Whether `bytes` start as a gzip file does.
[[nodiscard]] inline bool is_gzip(std::string_view bytes) noexcept { return bytes.starts_with("\x1f\x8b"); }

/// No gzip file expands beyond this factor: deflate codes at most 258 bytes in two bits (zlib's technical notes).
inline constexpr std::uint64_t max_gzip_ratio = 1032;

namespace detail {
/// What a status of ISA-L's says about the data.
[[nodiscard]] constexpr std::string_view gzip_complaint(int status) noexcept {
  switch (status) {
  case ISAL_INVALID_BLOCK: return "invalid block";
  case ISAL_INVALID_SYMBOL: return "invalid code";
  case ISAL_INVALID_LOOKBACK: return "distance too far back";
  case ISAL_INVALID_WRAPPER: return "invalid header";
  case ISAL_UNSUPPORTED_METHOD: return "unknown compression method";
  case ISAL_INCORRECT_CHECKSUM: return "incorrect checksum or length";
  default: return "bad stream";
  }
}
} // namespace detail

/// Decompresses a gzip file that lies in memory, piece by piece. Members that follow each other are joined, zero
/// padding after the last is skipped.
///
/// Throws: IoError naming the file and the compressed byte for what is truncated, corrupt (bad code, checksum or
/// length) or no gzip.
class GzipReader {
public:
  /// `compressed` must outlive the reader; `path` is for messages.
  GzipReader(std::filesystem::path path, std::string_view compressed)
      : path_(std::move(path)), compressed_(compressed), state_(std::make_unique<inflate_state>()) {
    if (!is_gzip(compressed_))
      throw IoError(path_, "is not a gzip file", 0);
    isal_inflate_init(state_.get());
    state_->crc_flag = ISAL_GZIP;
  }

  /// Fills `out`; returns how much of it, less than all only at the end of the data.
  [[nodiscard]] std::size_t read(std::span<char> out) {
    std::size_t done = 0;
    while (done < out.size() && !ended_)
      done += step(out.subspan(done));
    return done;
  }

  /// Checks what is left up to the last checksum. Returns its decompressed size.
  std::uint64_t skip_to_end() {
    std::string scratch(std::size_t{1} << 16U, '\0');
    std::uint64_t total = 0;
    while (!ended_)
      total += step(scratch);
    return total;
  }

private:
  std::size_t step(std::span<char> out) {
    constexpr std::size_t limit = std::numeric_limits<std::uint32_t>::max();
    const std::size_t space = std::min(out.size(), limit);
    const std::size_t input = std::min(compressed_.size() - offset_, limit);
    // ISA-L's interface is not const-correct; it does not write to its input.
    state_->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(compressed_.data() + offset_));
    state_->avail_in = static_cast<std::uint32_t>(input);
    state_->next_out = reinterpret_cast<std::uint8_t*>(out.data());
    state_->avail_out = static_cast<std::uint32_t>(space);
    const int status = isal_inflate(state_.get());
    offset_ += input - state_->avail_in;
    const std::size_t produced = space - state_->avail_out;
    if (status != ISAL_DECOMP_OK && status != ISAL_END_INPUT)
      throw IoError(path_, fmt::format("gzip data are corrupt: {}", detail::gzip_complaint(status)), offset_);
    if (state_->block_state == ISAL_BLOCK_FINISH)
      next_member();
    else if (produced < space && offset_ == compressed_.size())
      throw IoError(path_, "gzip data are truncated", offset_);
    return produced;
  }

  void next_member() {
    const std::string_view rest = compressed_.substr(offset_);
    if (rest.find_first_not_of('\0') == std::string_view::npos) {
      ended_ = true;
      return;
    }
    if (!is_gzip(rest))
      throw IoError(path_, "bytes after the gzip data are no gzip member", offset_);
    isal_inflate_reset(state_.get());
    state_->crc_flag = ISAL_GZIP;
  }

  std::filesystem::path path_;
  std::string_view compressed_;
  std::unique_ptr<inflate_state> state_; // 90 KB
  std::size_t offset_ = 0;
  bool ended_ = false;
};

/// Decompresses a gzip file of at most `max_output` bytes. Memory grows with the data that arrive, not with promises.
///
/// Throws: IoError as GzipReader, and where more than `max_output` bytes come.
[[nodiscard]] inline std::string decompress_gzip(const std::filesystem::path& path, std::string_view compressed,
                                                 std::uint64_t max_output) {
  constexpr std::size_t piece = std::size_t{1} << 18U;
  GzipReader reader(path, compressed);
  std::string bytes;
  for (std::size_t count = piece; count == piece;) {
    const std::size_t before = bytes.size();
    bytes.resize(before + piece);
    count = reader.read(std::span(bytes).subspan(before));
    bytes.resize(before + count);
    if (bytes.size() > max_output)
      throw IoError(path, fmt::format("decompresses to more than {} bytes", max_output));
  }
  return bytes;
}

/// Decompresses a zlib stream, which must fill `out` and end there.
///
/// Throws: IoError naming the file where it is damaged, or more or less comes.
inline void decompress_zlib(const std::filesystem::path& path, std::string_view compressed, std::span<char> out) {
  constexpr std::size_t limit = std::numeric_limits<std::uint32_t>::max();
  if (compressed.size() > limit || out.size() > limit)
    throw IoError(path, "a zlib stream is longer than 4 GiB");
  const auto state = std::make_unique<inflate_state>(); // 90 KB
  isal_inflate_init(state.get());
  state->crc_flag = ISAL_ZLIB;
  state->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(compressed.data())); // as of GzipReader
  state->avail_in = static_cast<std::uint32_t>(compressed.size());
  state->next_out = reinterpret_cast<std::uint8_t*>(out.data());
  state->avail_out = static_cast<std::uint32_t>(out.size());
  const int status = isal_inflate(state.get());
  if (status != ISAL_DECOMP_OK)
    throw IoError(path, fmt::format("zlib data are corrupt: {}", detail::gzip_complaint(status)));
  if (state->block_state != ISAL_BLOCK_FINISH || state->avail_out != 0)
    throw IoError(path, fmt::format("zlib data are truncated, or not the {} bytes that were promised", out.size()));
}

/// `bytes` as a gzip file without name and time, so that equal input gives equal output.
///
/// `level`: 1 (fast) to 9 (small). Throws: InvalidArgument.
[[nodiscard]] inline std::string compress_gzip(std::string_view bytes, int level = 6) {
  if (level < 1 || level > 9)
    throw InvalidArgument("level", "1 to 9", fmt::format("{}", level));
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  const auto end = [](z_stream* s) { deflateEnd(s); };
  const std::unique_ptr<z_stream, decltype(end)> guard(&stream, end);
  constexpr std::size_t piece = std::size_t{1} << 18U;
  std::string out;
  int status = Z_OK;
  while (status != Z_STREAM_END) {
    const std::size_t input = std::min(bytes.size(), std::size_t{1} << 30U);
    const std::size_t before = out.size();
    out.resize(before + piece);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(input);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(piece);
    status = deflate(&stream, input == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
    bytes.remove_prefix(input - stream.avail_in);
    out.resize(before + piece - stream.avail_out);
  }
  return out;
}

} // namespace sparseann
