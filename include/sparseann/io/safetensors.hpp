#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "sparseann/core/error.hpp"
#include "sparseann/core/io_error.hpp"
#include "sparseann/io/mapped_file.hpp"

namespace sparseann {

/// A tensor of a safetensors file, and where its elements are.
struct SafetensorsEntry {
  std::string type; ///< "F16", as the format writes it
  std::vector<std::size_t> shape;
  std::size_t begin = 0; ///< of its bytes in the file
  std::size_t end = 0;

  [[nodiscard]] std::size_t bytes() const noexcept { return end - begin; }
};

/// What a safetensors file says about its tensors.
struct SafetensorsHeader {
  std::map<std::string, std::string> metadata;
  std::map<std::string, SafetensorsEntry> tensors;
};

/// Bytes of an element of a safetensors type; none where the type is unknown.
[[nodiscard]] inline std::optional<std::size_t> safetensors_element_bytes(std::string_view type) {
  constexpr std::array<std::pair<std::string_view, std::size_t>, 15> known{{{"BOOL", 1},
                                                                            {"U8", 1},
                                                                            {"I8", 1},
                                                                            {"F8_E4M3", 1},
                                                                            {"F8_E5M2", 1},
                                                                            {"U16", 2},
                                                                            {"I16", 2},
                                                                            {"F16", 2},
                                                                            {"BF16", 2},
                                                                            {"U32", 4},
                                                                            {"I32", 4},
                                                                            {"F32", 4},
                                                                            {"U64", 8},
                                                                            {"I64", 8},
                                                                            {"F64", 8}}};
  const auto found = std::ranges::find(known, type, &std::pair<std::string_view, std::size_t>::first);
  return found == known.end() ? std::nullopt : std::optional(found->second);
}

namespace detail {

/// Takes the events of a JSON reader: an object of objects, as safetensors headers are, and nothing else. What does not
/// belong there is refused when it is read, so that no deep or large value is ever built.
class SafetensorsReader {
public:
  using number_integer_t = std::int64_t;
  using number_unsigned_t = std::uint64_t;
  using number_float_t = double;
  using string_t = std::string;
  using binary_t = nlohmann::json::binary_t;

  SafetensorsReader(const std::filesystem::path& path, std::size_t start, std::size_t file_bytes)
      : path_(path), start_(start), data_bytes_(file_bytes - start) {}

  [[nodiscard]] SafetensorsHeader take() && { return std::move(header_); }

  bool start_object(std::size_t) {
    if (level_ == Level::outside)
      level_ = Level::file;
    else if (level_ == Level::file)
      level_ = name_ == metadata_key ? Level::metadata : Level::tensor;
    else
      fail("holds an object where none belongs");
    return true;
  }
  bool key(string_t& name) {
    if (level_ == Level::file)
      begin_entry(std::move(name));
    else
      key_ = std::move(name);
    return true;
  }
  bool end_object() {
    if (level_ == Level::tensor)
      finish_tensor();
    level_ = level_ == Level::file ? Level::outside : Level::file;
    return true;
  }
  bool start_array(std::size_t) {
    if (level_ != Level::tensor || is_in_list_ || (key_ != "shape" && key_ != "data_offsets"))
      fail("holds a list where none belongs");
    if ((key_ == "shape" ? shape_ : offsets_).has_value())
      fail("repeats " + key_);
    (key_ == "shape" ? shape_ : offsets_).emplace();
    is_in_list_ = true;
    return true;
  }
  bool end_array() {
    is_in_list_ = false;
    return true;
  }
  bool number_unsigned(number_unsigned_t value) {
    constexpr std::size_t most_extents = 16;
    if (!is_in_list_)
      fail("holds a number where none belongs");
    std::vector<std::size_t>& list = *(key_ == "shape" ? shape_ : offsets_);
    list.push_back(value);
    if (list.size() > (key_ == "shape" ? most_extents : 2))
      fail(key_ + " is too long");
    return true;
  }
  bool string(string_t& value) {
    if (level_ == Level::metadata)
      return header_.metadata.emplace(key_, std::move(value)).second || refuse("repeats " + key_);
    if (level_ != Level::tensor || key_ != "dtype" || is_in_list_)
      fail("holds text where none belongs");
    if (!type_.empty())
      fail("repeats dtype");
    type_ = std::move(value);
    return true;
  }
  bool null() { return refuse("holds null"); }
  bool boolean(bool) { return refuse("holds true or false"); }
  bool number_integer(number_integer_t) { return refuse("holds a negative number"); }
  bool number_float(number_float_t, const string_t&) { return refuse("holds a number that is not whole"); }
  bool binary(binary_t&) { return refuse("holds binary data"); }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
    throw IoError(path_, "safetensors header is no JSON", header_begin + std::max<std::size_t>(position, 1) - 1);
  }

  static constexpr std::size_t header_begin = 8;

private:
  static constexpr std::string_view metadata_key = "__metadata__";
  enum class Level { outside, file, metadata, tensor };

  [[noreturn]] void fail(std::string_view what) const {
    throw IoError(path_, name_.empty() ? fmt::format("safetensors header {}", what)
                                       : fmt::format("safetensors header, '{}': {}", name_, what));
  }
  bool refuse(std::string_view what) const { fail(what); }

  void begin_entry(std::string name) {
    name_ = std::move(name);
    if (header_.tensors.contains(name_))
      fail("comes twice");
    type_.clear();
    shape_.reset();
    offsets_.reset();
  }

  void finish_tensor() {
    if (type_.empty() || !shape_ || !offsets_ || offsets_->size() != 2)
      fail("dtype, shape and two data_offsets are not all there");
    const std::optional<std::size_t> unit = safetensors_element_bytes(type_);
    if (!unit)
      fail(fmt::format("type {} is unknown", type_));
    const auto [begin, end] = std::pair((*offsets_)[0], (*offsets_)[1]);
    if (begin > end || end > data_bytes_)
      fail(fmt::format("offsets {} to {} are not within the {} bytes of data", begin, end, data_bytes_));
    if (!holds(*shape_, *unit, end - begin))
      fail(fmt::format("{} bytes are not what {} of shape {} take", end - begin, type_, fmt::join(*shape_, " x ")));
    header_.tensors.emplace(name_,
                            SafetensorsEntry{std::move(type_), std::move(*shape_), start_ + begin, start_ + end});
  }

  /// Whether an array of that shape takes so many bytes, which a product of extents may overflow.
  [[nodiscard]] static bool holds(std::span<const std::size_t> shape, std::size_t unit, std::size_t bytes) {
    if (std::ranges::find(shape, std::size_t{0}) != shape.end())
      return bytes == 0;
    std::size_t left = bytes / unit;
    for (const std::size_t extent : shape) {
      if (left % extent != 0)
        return false;
      left /= extent;
    }
    return left == 1 && bytes % unit == 0;
  }

  const std::filesystem::path& path_;
  std::size_t start_;
  std::size_t data_bytes_;
  SafetensorsHeader header_;
  Level level_ = Level::outside;
  std::string name_; ///< of the entry
  std::string key_;  ///< within it
  bool is_in_list_ = false;
  std::string type_;
  std::optional<std::vector<std::size_t>> shape_;
  std::optional<std::vector<std::size_t>> offsets_;
};

/// The tensors' bytes follow each other without overlaps and holes, to the end of the file.
inline void check_layout(const std::filesystem::path& path, const SafetensorsHeader& header, std::size_t start,
                         std::size_t file_bytes) {
  std::vector<std::pair<std::size_t, std::size_t>> ranges;
  ranges.reserve(header.tensors.size());
  for (const auto& [name, entry] : header.tensors)
    ranges.emplace_back(entry.begin, entry.end);
  std::ranges::sort(ranges);
  std::size_t at = start;
  for (const auto& [begin, end] : ranges) {
    if (begin != at)
      throw IoError(path, begin < at ? "tensors overlap" : "bytes between tensors belong to none", at);
    at = end;
  }
  if (at != file_bytes)
    throw IoError(path, "bytes after the last tensor belong to none", at);
}

} // namespace detail

/// Parses the header of a safetensors file. `file`: its bytes, of which those of the tensors are not looked at.
///
/// Cost: O(header), which may have 16 MiB; nothing is allocated for what a header that is wrong promises.
/// Throws: IoError naming the file and the tensor where the file is truncated, its header is not what the format says,
/// a type is unknown, or tensors lie outside the file, overlap, leave holes, or do not take the bytes of their shapes.
/// Source: github.com/huggingface/safetensors, "Format".
/// Deviation: headers of up to 16 MiB instead of 100 MB; up to 16 extents.
[[nodiscard]] inline SafetensorsHeader parse_safetensors_header(const std::filesystem::path& path,
                                                                std::string_view file) {
  constexpr std::size_t most = std::size_t{1} << 24U;
  constexpr std::size_t begin = detail::SafetensorsReader::header_begin;
  if (file.size() < begin)
    throw IoError(path, "is not a safetensors file: shorter than the length of its header", file.size());
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < begin; ++i)
    length |= std::uint64_t{static_cast<unsigned char>(file[i])} << (8 * i);
  if (length > most)
    throw IoError(path, fmt::format("is not a safetensors file: a header of {} bytes", length), 0);
  if (length > file.size() - begin)
    throw IoError(path, fmt::format("is truncated within its header of {} bytes", length), file.size());
  const std::string_view text = file.substr(begin, length);
  if (!text.starts_with('{'))
    throw IoError(path, "is not a safetensors file: its header is no JSON object", begin);
  detail::SafetensorsReader reader(path, begin + length, file.size());
  (void)nlohmann::json::sax_parse(text.begin(), text.end(), &reader);
  SafetensorsHeader header = std::move(reader).take();
  detail::check_layout(path, header, begin + length, file.size());
  return header;
}

/// A safetensors file whose tensors are looked at where they lie.
///
/// Throws: as MappedFile and parse_safetensors_header.
class SafetensorsFile {
public:
  explicit SafetensorsFile(std::filesystem::path path)
      : path_(std::move(path)), file_(path_), header_(parse_safetensors_header(path_, file_.bytes())) {}

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] const SafetensorsHeader& header() const noexcept { return header_; }

  /// Throws: DataError naming the file where it has no such tensor.
  [[nodiscard]] const SafetensorsEntry& entry(const std::string& name) const {
    const auto found = header_.tensors.find(name);
    if (found == header_.tensors.end())
      throw DataError(path_.string(), fmt::format("a tensor '{}'", name),
                      fmt::format("{} tensors of other names", header_.tensors.size()));
    return found->second;
  }

  /// Throws: DataError naming the file where it has no such tensor, or of another shape.
  [[nodiscard]] const SafetensorsEntry& entry(const std::string& name, std::span<const std::size_t> shape) const {
    const SafetensorsEntry& found = entry(name);
    if (!std::ranges::equal(found.shape, shape))
      throw DataError(path_.string(), fmt::format("'{}' of shape {}", name, fmt::join(shape, " x ")),
                      fmt::format("{}", fmt::join(found.shape, " x ")));
    return found;
  }

  /// The bytes of a tensor's elements, little-endian. Valid while this object lives.
  [[nodiscard]] std::string_view bytes(const SafetensorsEntry& entry) const noexcept {
    return file_.bytes().substr(entry.begin, entry.bytes());
  }

  /// What the file says under that name. Throws: DataError naming the file where it says nothing.
  [[nodiscard]] const std::string& metadata(const std::string& key) const {
    const auto found = header_.metadata.find(key);
    if (found == header_.metadata.end())
      throw DataError(path_.string(), fmt::format("metadata '{}'", key), "none");
    return found->second;
  }

private:
  std::filesystem::path path_;
  MappedFile file_;
  SafetensorsHeader header_;
};

} // namespace sparseann
