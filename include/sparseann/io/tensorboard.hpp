#pragma once

#include <bit>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <boost/crc.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include "sparseann/core/io_error.hpp"

namespace sparseann {

namespace detail {

/// An unsigned integer or the bits of a number, least significant byte first.
template <class T> void append_little_endian(std::string& bytes, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    bytes += static_cast<char>(value >> (8 * i) & 0xffU);
}

/// An integer as protocol buffers write it: seven bits a byte, the lowest first.
inline void append_varint(std::string& bytes, std::uint64_t value) {
  for (; value >= 0x80U; value >>= 7U)
    bytes += static_cast<char>((value & 0x7fU) | 0x80U);
  bytes += static_cast<char>(value);
}

/// A field of bytes, which a message within a message is, too.
inline void append_bytes_field(std::string& bytes, unsigned field, std::string_view content) {
  constexpr unsigned length_delimited = 2;
  append_varint(bytes, field << 3U | length_delimited);
  append_varint(bytes, content.size());
  bytes += content;
}

/// CRC-32C, rotated and shifted as TFRecord files have it, so that a checksum of bytes with checksums in them is sound.
[[nodiscard]] inline std::uint32_t masked_crc32c(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return std::rotr(static_cast<std::uint32_t>(crc.checksum()), 15) + 0xa282ead8U;
}

[[nodiscard]] inline std::string tfrecord(std::string_view data) {
  std::string record;
  append_little_endian(record, std::uint64_t{data.size()});
  append_little_endian(record, masked_crc32c(record));
  record += data;
  append_little_endian(record, masked_crc32c(data));
  return record;
}

/// An Event of TensorBoard with a wall time and a step, and what `content` adds.
[[nodiscard]] inline std::string event_message(double wall_time, std::int64_t step, std::string_view content) {
  std::string event;
  event += '\x09'; // field 1, 64 bits
  append_little_endian(event, std::bit_cast<std::uint64_t>(wall_time));
  event += '\x10'; // field 2, varint
  append_varint(event, static_cast<std::uint64_t>(step));
  event += content;
  return event;
}

} // namespace detail

/// A file of scalars that TensorBoard shows, one record per call: `tensorboard --logdir FOLDER`.
///
/// A new file in `folder` for each object. Records go to the system at once; one that a kill cuts off is the last,
/// which TensorBoard passes over. Throws: IoError naming the file where it cannot be written. Source: TensorFlow's
/// event.proto, summary.proto and record_writer.cc.
class TensorBoardFile {
public:
  explicit TensorBoardFile(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    path_ = folder / fmt::format("events.out.tfevents.{}.{}", static_cast<std::int64_t>(now()), ::getpid());
    out_.open(path_, std::ios::binary | std::ios::app);
    std::string content;
    constexpr unsigned file_version = 3;
    detail::append_bytes_field(content, file_version, "brain.Event:2");
    write(detail::event_message(now(), 0, content));
  }

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  void add(std::string_view tag, std::int64_t step, double value) {
    std::string scalar;
    detail::append_bytes_field(scalar, 1, tag);
    scalar += '\x15'; // field 2, 32 bits
    detail::append_little_endian(scalar, std::bit_cast<std::uint32_t>(static_cast<float>(value)));
    std::string summary;
    detail::append_bytes_field(summary, 1, scalar);
    std::string content;
    constexpr unsigned summary_field = 5;
    detail::append_bytes_field(content, summary_field, summary);
    write(detail::event_message(now(), step, content));
  }

private:
  [[nodiscard]] static double now() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  }

  void write(const std::string& event) {
    out_ << detail::tfrecord(event) << std::flush;
    if (!out_)
      throw IoError(path_, "cannot be written");
  }

  std::filesystem::path path_;
  std::ofstream out_;
};

namespace detail {

/// Every number in `json` under its dotted path, behind `tag`; items of lists by their position.
inline void add_scalars(TensorBoardFile& file, const std::string& tag, std::int64_t step,
                        const nlohmann::ordered_json& json) {
  if (json.is_number())
    return file.add(tag, step, json.get<double>());
  if (json.is_object())
    for (const auto& [name, value] : json.items())
      add_scalars(file, fmt::format("{}/{}", tag, name), step, value);
  if (json.is_array())
    for (std::size_t i = 0; i < json.size(); ++i)
      add_scalars(file, fmt::format("{}/{}", tag, i), step, json[i]);
}

} // namespace detail

/// Adds the numbers of an event of log.jsonl that has a stage and an iteration; others have no place in a plot.
inline void add_event(TensorBoardFile& file, const nlohmann::ordered_json& event) {
  if (!event.is_object() || !event.contains("stage") || !event.contains("iteration"))
    return;
  const auto step = event["iteration"].get<std::int64_t>();
  for (const auto& [name, value] : event.items())
    if (name != "stage" && name != "iteration")
      detail::add_scalars(file, fmt::format("{}/{}", event["stage"].get<std::string>(), name), step, value);
}

} // namespace sparseann
