#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/io_error.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/mapped_file.hpp"
#include "sparseann/io/npy_header.hpp"

namespace sparseann {

/// Element types that are read from and written to .npy files.
template <class T>
concept NpyElement = std::same_as<T, std::uint8_t> || std::same_as<T, std::uint32_t> || std::same_as<T, std::int32_t> ||
                     std::same_as<T, std::int64_t> || std::same_as<T, float> || std::same_as<T, double>;

namespace detail {

template <NpyElement T> [[nodiscard]] std::string npy_type() {
  const char kind = std::floating_point<T> ? 'f' : std::signed_integral<T> ? 'i' : 'u';
  return fmt::format("{}{}", kind, sizeof(T));
}

template <std::size_t N> void check_npy_rank(const std::filesystem::path& path, const NpyHeader& header) {
  if (header.shape.size() != N)
    throw DataError(path.string(), fmt::format("an array of rank {}", N),
                    fmt::format("shape ({})", fmt::join(header.shape, ", ")));
}

/// Throws IoError where the distances between an array's elements cannot be counted, as happens in an empty one of
/// which one extent is zero and the others are huge.
inline void check_npy_strides(const std::filesystem::path& path, const NpyHeader& header) {
  constexpr std::size_t most = std::numeric_limits<std::ptrdiff_t>::max();
  std::size_t stride = 1;
  for (const std::size_t extent : header.shape) {
    if (extent > most / stride)
      throw IoError(path,
                    fmt::format("header promises shape ({}), which no array can have", fmt::join(header.shape, ", ")),
                    header.offset);
    stride *= std::max<std::size_t>(extent, 1);
  }
}

/// Throws IoError unless the file holds exactly the promised elements.
inline void check_npy_size(const std::filesystem::path& path, const NpyHeader& header, std::uint64_t held,
                           std::uint64_t element_bytes) {
  const bool empty = std::ranges::find(header.shape, 0U) != header.shape.end();
  std::uint64_t bytes = empty ? 0 : element_bytes;
  for (const std::size_t extent : header.shape) {
    if (bytes != 0 && extent > held / bytes)
      throw IoError(path,
                    fmt::format("header promises shape ({}) of {} bytes each, more than the file holds",
                                fmt::join(header.shape, ", "), element_bytes),
                    header.offset);
    bytes *= extent;
  }
  if (bytes != held)
    throw IoError(path, fmt::format("holds {} bytes after the promised array", held - bytes), header.offset + bytes);
}

/// Checks all that can be checked before the elements are looked at.
template <std::size_t N>
void check_npy_array(const std::filesystem::path& path, const NpyHeader& header, std::string_view file,
                     std::size_t element_bytes) {
  check_npy_rank<N>(path, header);
  check_npy_size(path, header, file.size() - header.offset, element_bytes);
  check_npy_strides(path, header);
}

/// An element as it lies in a file, at an address of any alignment.
template <class Stored, bool Swapped> [[nodiscard]] Stored load_element(const char* address) noexcept {
  std::array<char, sizeof(Stored)> bytes{};
  std::memcpy(bytes.data(), address, sizeof(Stored));
  if constexpr (Swapped)
    std::ranges::reverse(bytes);
  return std::bit_cast<Stored>(bytes);
}

/// Index in a column-major array of the element that a row-major one of that shape has at `index`.
[[nodiscard]] inline std::size_t fortran_index(std::span<const std::size_t> shape, std::size_t index) {
  std::size_t result = 0;
  std::size_t stride = std::reduce(shape.begin(), shape.end(), std::size_t{1}, std::multiplies());
  for (const std::size_t extent : std::views::reverse(shape)) {
    stride /= extent;
    result += index % extent * stride;
    index /= extent;
  }
  return result;
}

template <class Stored, bool Swapped, class T> void copy_in_order(const char* from, std::span<T> out) {
  if constexpr (std::same_as<Stored, T> && !Swapped)
    std::ranges::copy_n(from, static_cast<std::ptrdiff_t>(out.size_bytes()), reinterpret_cast<char*>(out.data()));
  else
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = static_cast<T>(load_element<Stored, Swapped>(from + i * sizeof(Stored)));
}

/// Transposes a matrix whose columns lie `column_stride` elements apart to rows `row_stride` elements apart, tile by
/// tile, so that each cache line is fetched once. 64 x 16 took least time of what was tried on 100,000 x 512 float32.
template <class Stored, bool Swapped, class T>
void transpose(const char* from, std::size_t column_stride, T* out, std::size_t row_stride, std::size_t rows,
               std::size_t columns) {
  constexpr std::size_t tile_rows = 64;
  constexpr std::size_t tile_columns = 16;
  for (std::size_t top = 0; top < rows; top += tile_rows)
    for (std::size_t left = 0; left < columns; left += tile_columns)
      for (std::size_t row = top; row < std::min(rows, top + tile_rows); ++row)
        for (std::size_t column = left; column < std::min(columns, left + tile_columns); ++column)
          out[row * row_stride + column] =
              static_cast<T>(load_element<Stored, Swapped>(from + (column * column_stride + row) * sizeof(Stored)));
}

/// Copies a column-major array into a row-major one: for each index of the axes between the first and the last, these
/// two make a matrix to transpose.
template <class Stored, bool Swapped, class T>
void copy_fortran(const char* from, std::span<const std::size_t> shape, std::span<T> out) {
  if (shape.size() < 2 || out.empty())
    return copy_in_order<Stored, Swapped>(from, out);
  const std::size_t rows = shape.front();
  const std::size_t columns = shape.back();
  const std::size_t between = out.size() / rows / columns;
  for (std::size_t i = 0; i < between; ++i) {
    const std::size_t offset = fortran_index(shape.subspan(1, shape.size() - 2), i) * rows;
    transpose<Stored, Swapped>(from + offset * sizeof(Stored), rows * between, &out[i * columns], between * columns,
                               rows, columns);
  }
}

template <class Stored, class T> void copy_elements(const char* from, const NpyHeader& header, std::span<T> out) {
  if (header.fortran_order && header.swapped)
    copy_fortran<Stored, true>(from, header.shape, out);
  else if (header.fortran_order)
    copy_fortran<Stored, false>(from, header.shape, out);
  else if (header.swapped)
    copy_in_order<Stored, true>(from, out);
  else
    copy_in_order<Stored, false>(from, out);
}

/// Where an element of a row-major array is, for messages: "row 3, column 0", or "element 7" of another rank.
[[nodiscard]] inline std::string npy_place(const NpyHeader& header, std::size_t index) {
  if (header.shape.size() != 2)
    return fmt::format("element {}", index);
  return fmt::format("row {}, column {}", index / header.shape[1], index % header.shape[1]);
}

/// Throws DataError for the first finite float64 that became an infinite float32.
inline void check_float_range(const std::filesystem::path& path, const NpyHeader& header, const char* from,
                              std::span<const float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!std::isinf(out[i]))
      continue;
    const std::size_t index = header.fortran_order ? fortran_index(header.shape, i) : i;
    const char* const address = from + index * sizeof(double);
    const double value = header.swapped ? load_element<double, true>(address) : load_element<double, false>(address);
    if (std::isfinite(value))
      throw DataError(path.string(), "numbers within float32's range",
                      fmt::format("{} in {}", value, npy_place(header, i)));
  }
}

/// Fills `out`, which has the header's shape, from `file`, whose size has been checked.
template <class Stored, class T>
void decode_elements(const std::filesystem::path& path, const NpyHeader& header, std::string_view file,
                     std::span<T> out) {
  const char* const from = file.data() + header.offset;
  copy_elements<Stored>(from, header, out);
  if constexpr (std::same_as<Stored, double> && std::same_as<T, float>)
    check_float_range(path, header, from, out);
}

template <class Stored, class T, std::size_t N>
[[nodiscard]] Array<T, N> decode_npy(const std::filesystem::path& path, const NpyHeader& header,
                                     std::string_view file) {
  check_npy_array<N>(path, header, file, sizeof(Stored));
  std::array<std::size_t, N> shape{};
  std::ranges::copy(header.shape, shape.begin());
  Array<T, N> array(shape);
  decode_elements<Stored>(path, header, file, elements(array));
  return array;
}

/// The array as T, where its type is one of `Stored`. Throws: DataError that says what was `expected`.
template <class T, std::size_t N, NpyElement... Stored>
[[nodiscard]] Array<T, N> parse_npy_of(const std::filesystem::path& path, std::string_view file,
                                       std::string_view expected) {
  const NpyHeader header = parse_npy_header(path, file);
  std::optional<Array<T, N>> array;
  const auto decode = [&]<class S>(std::type_identity<S>) {
    if (header.type == npy_type<S>())
      array = decode_npy<S, T, N>(path, header, file);
  };
  (decode(std::type_identity<Stored>()), ...);
  if (!array)
    throw DataError(path.string(), expected, "'" + header.type + "'");
  return *std::move(array);
}

inline constexpr std::string_view npy_table_elements = "elements of float32 or float64";

} // namespace detail

/// A table of float32 or float64 from the bytes of a .npy file; `path` is for messages. Throws: as read_npy.
[[nodiscard]] inline Array2<float> parse_npy(const std::filesystem::path& path, std::string_view file) {
  return detail::parse_npy_of<float, 2, float, double>(path, file, detail::npy_table_elements);
}

/// The header of such a table, whose elements are not looked at. Throws: as read_npy but for elements.
[[nodiscard]] inline NpyHeader parse_npy_table_header(const std::filesystem::path& path, std::string_view file) {
  NpyHeader header = parse_npy_header(path, file);
  if (header.type != detail::npy_type<float>() && header.type != detail::npy_type<double>())
    throw DataError(path.string(), detail::npy_table_elements, "'" + header.type + "'");
  detail::check_npy_array<2>(path, header, file, *npy_element_bytes(header.type));
  return header;
}

/// An array whose element type and rank are known from the bytes of a .npy file. Throws: as read_npy_array.
template <NpyElement T, std::size_t N>
[[nodiscard]] Array<T, N> parse_npy_array(const std::filesystem::path& path, std::string_view file) {
  return detail::parse_npy_of<T, N, T>(path, file, "elements of type '" + detail::npy_type<T>() + "'");
}

/// A list of numbers from the bytes of a .npy file. Throws: as read_npy_numbers.
[[nodiscard]] inline std::vector<double> parse_npy_numbers(const std::filesystem::path& path, std::string_view file) {
  const Array1<double> numbers = detail::parse_npy_of<double, 1, float, double, std::int32_t, std::int64_t>(
      path, file, "elements of float32, float64, int32 or int64");
  return {numbers.begin(), numbers.end()};
}

/// Reads a table of float32 or float64 from a .npy file of version 1, 2 or 3, in C or Fortran order.
///
/// Cost: memory for the array; the file is mapped, see MappedFile for what that asks of its writers.
/// Throws: IoError (missing, truncated, no .npy, size other than promised, checked before allocation); DataError
/// (other rank or element type, a finite float64 beyond float32's range). Pickled objects are refused, never loaded.
[[nodiscard]] inline Array2<float> read_npy(const std::filesystem::path& path) {
  return parse_npy(path, MappedFile(path).bytes());
}

/// Reads an array whose element type and rank are known. Throws: as read_npy, and DataError for any other type.
template <NpyElement T, std::size_t N> [[nodiscard]] Array<T, N> read_npy_array(const std::filesystem::path& path) {
  return parse_npy_array<T, N>(path, MappedFile(path).bytes());
}

/// Reads a list of float32, float64, int32 or int64, such as costs. int64 beyond 2^53 is rounded.
///
/// Shapes: (N). Throws: as read_npy. Whether the numbers are finite, or of a sign, the caller checks.
[[nodiscard]] inline std::vector<double> read_npy_numbers(const std::filesystem::path& path) {
  return parse_npy_numbers(path, MappedFile(path).bytes());
}

/// Writes an array as .npy, version 1, C order, atomically. Throws: IoError.
template <NpyElement T, std::size_t N>
  requires(N >= 1 && N <= 4)
void write_npy(const std::filesystem::path& path, const Array<T, N>& array) {
  const std::string header = make_npy_header(detail::npy_type<T>(), {array.shape().begin(), array.shape().end()});
  publish_atomically(path, [&](AtomicFile& file) {
    file.write(header);
    file.write({reinterpret_cast<const char*>(array.data()), array.size() * sizeof(T)});
  });
}

} // namespace sparseann
