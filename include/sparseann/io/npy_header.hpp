#pragma once

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/io_error.hpp"

namespace sparseann {

/// What a .npy file says about its array.
struct NpyHeader {
  std::string type;     ///< kind and bytes, "f4"
  bool swapped = false; ///< bytes in the order that this machine does not use
  bool fortran_order = false;
  std::vector<std::size_t> shape;
  std::size_t offset = 0; ///< of the first element, in bytes
};

namespace detail {

/// Reads the Python dictionary of a .npy header: string, bool and tuple-of-int values, nothing else.
class NpyDictionary {
public:
  NpyDictionary(const std::filesystem::path& path, std::string_view text, std::size_t offset)
      : path_(path), text_(text), start_(offset) {}

  void parse(NpyHeader& header) {
    bool has_type = false;
    bool has_order = false;
    bool has_shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string key = string();
      expect(':');
      if (key == "descr" && !has_type)
        has_type = set_type(header, string());
      else if (key == "fortran_order" && !has_order)
        has_order = set_order(header);
      else if (key == "shape" && !has_shape)
        has_shape = set_shape(header);
      else
        fail(fmt::format("unknown or repeated key '{}'", key));
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    if (!has_type || !has_order || !has_shape)
      fail("'descr', 'fortran_order' and 'shape' are not all there");
    skip_blanks();
    if (at_ != text_.size())
      fail("something follows the dictionary");
  }

private:
  [[noreturn]] void fail(std::string_view what) const {
    throw IoError(path_, fmt::format("npy header: {}", what), start_ + at_);
  }

  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  [[nodiscard]] bool accept(char c) {
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != c)
      return false;
    ++at_;
    return true;
  }

  void expect(char c) {
    if (!accept(c))
      fail(fmt::format("expected '{}'", c));
  }

  [[nodiscard]] std::string string() {
    skip_blanks();
    if (at_ == text_.size() || (text_[at_] != '\'' && text_[at_] != '"'))
      fail("expected a string (arrays of records are not supported)");
    const std::size_t end = text_.find(text_[at_], at_ + 1);
    if (end == std::string_view::npos)
      fail("a string does not end");
    const std::string value(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return value;
  }

  bool set_type(NpyHeader& header, const std::string& descriptor) const {
    if (descriptor.size() < 2 || std::string_view("<>|=").find(descriptor[0]) == std::string_view::npos)
      fail(fmt::format("cannot interpret element type '{}'", descriptor));
    if (descriptor[1] == 'O')
      throw DataError(path_.string(), "numbers", "pickled Python objects, which are never loaded");
    header.type = descriptor.substr(1);
    header.swapped = descriptor[0] == (std::endian::native == std::endian::little ? '>' : '<');
    return true;
  }

  bool set_order(NpyHeader& header) {
    skip_blanks();
    for (const std::string_view word : {"True", "False"}) {
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        header.fortran_order = word == "True";
        return true;
      }
    }
    fail("fortran_order is neither True nor False");
  }

  bool set_shape(NpyHeader& header) {
    expect('(');
    while (!accept(')')) {
      skip_blanks();
      std::size_t extent = 0;
      const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), extent);
      if (error != std::errc{})
        fail("the shape is no tuple of whole numbers");
      at_ = static_cast<std::size_t>(end - text_.data());
      header.shape.push_back(extent);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return true;
  }

  const std::filesystem::path& path_;
  std::string_view text_;
  std::size_t start_;
  std::size_t at_ = 0;
};

} // namespace detail

/// Bytes of an element: "f4" has 4, "S3" has 3, "U3" has 12. None where the type says none.
[[nodiscard]] inline std::optional<std::size_t> npy_element_bytes(std::string_view type) {
  std::size_t count = 0;
  const std::string_view digits = type.substr(std::min<std::size_t>(type.size(), 1));
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  const std::size_t unit = type.starts_with('U') ? 4 : 1; // code points
  if (error != std::errc{} || end != digits.data() + digits.size() || count > SIZE_MAX / unit)
    return std::nullopt;
  return count * unit;
}

/// Parses the header of a .npy file, version 1, 2 or 3. `file`: its bytes.
///
/// Throws: IoError where it is truncated or no .npy; DataError for pickled objects.
/// Source: NumPy enhancement proposal 1 and numpy.lib.format.
[[nodiscard]] inline NpyHeader parse_npy_header(const std::filesystem::path& path, std::string_view file) {
  if (!file.starts_with("\x93NUMPY"))
    throw IoError(path, "is not a .npy file", 0);
  const auto byte = [&](std::size_t at) -> std::size_t {
    if (at >= file.size())
      throw IoError(path, "npy header is truncated", file.size());
    return static_cast<unsigned char>(file[at]);
  };
  const std::size_t format = byte(6);
  if (format < 1 || format > 3)
    throw IoError(path, fmt::format("npy version {} is unknown", format), 6);
  const std::size_t start = format == 1 ? 10 : 12;
  std::size_t length = byte(8) | byte(9) << 8U;
  if (format > 1)
    length |= byte(10) << 16U | byte(11) << 24U;
  if (length > file.size() || start > file.size() - length)
    throw IoError(path, "npy header is truncated", file.size());
  NpyHeader header;
  detail::NpyDictionary(path, file.substr(start, length), start).parse(header);
  header.offset = start + length;
  return header;
}

/// A version 1 header of an array in C order and this machine's byte order, padded to 64 bytes as NumPy does.
[[nodiscard]] inline std::string make_npy_header(std::string_view type, const std::vector<std::size_t>& shape) {
  const char order = type.ends_with('1') ? '|' : std::endian::native == std::endian::little ? '<' : '>';
  std::string dictionary = fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': ({}{}), }}", order, type,
                                       fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  constexpr std::size_t fixed = 10;
  dictionary.append((64 - (fixed + dictionary.size() + 1) % 64) % 64, ' ');
  dictionary += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(dictionary.size() & 255U);
  header += static_cast<char>(dictionary.size() >> 8U);
  return header + dictionary;
}

} // namespace sparseann
