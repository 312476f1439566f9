#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/npy_header.hpp"

namespace sparseann {

/// Element types that are read from and written to .npy files.
template <class T>
concept NpyElement = std::same_as<T, std::uint8_t> || std::same_as<T, std::uint32_t> || std::same_as<T, std::int64_t> ||
                     std::same_as<T, float> || std::same_as<T, double>;

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

template <class T> [[nodiscard]] T npy_element(std::string_view data, std::size_t index, bool swapped) {
  std::array<char, sizeof(T)> bytes{};
  std::ranges::copy(data.substr(index * sizeof(T), sizeof(T)), bytes.begin());
  if (swapped)
    std::ranges::reverse(bytes);
  return std::bit_cast<T>(bytes);
}

/// Index in a column-major array of the element that a row-major one of that shape has at `index`.
template <std::size_t N>
[[nodiscard]] std::size_t fortran_index(const std::array<std::size_t, N>& shape, std::size_t index) {
  std::size_t result = 0;
  for (std::size_t axis = N; axis-- > 0;) {
    std::size_t stride = 1;
    for (std::size_t before = 0; before < axis; ++before)
      stride *= shape[before];
    result += index % shape[axis] * stride;
    index /= shape[axis];
  }
  return result;
}

template <class Stored, class T, std::size_t N>
[[nodiscard]] xt::xtensor<T, N> decode_npy(const std::filesystem::path& path, const NpyHeader& header,
                                           std::string_view data) {
  check_npy_rank<N>(path, header);
  check_npy_size(path, header, data.size(), sizeof(Stored));
  std::array<std::size_t, N> shape{};
  std::ranges::copy(header.shape, shape.begin());
  xt::xtensor<T, N> array(shape);
  const std::span<T> out = elements(array);
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] =
        static_cast<T>(npy_element<Stored>(data, header.fortran_order ? fortran_index(shape, i) : i, header.swapped));
  return array;
}

} // namespace detail

/// Reads a table of float32 or float64 from a .npy file of version 1, 2 or 3, in C or Fortran order.
///
/// Throws: IoError (missing, truncated, no .npy, size other than promised, checked before allocation); DataError
/// (other rank or element type). Pickled objects are refused, never loaded.
[[nodiscard]] inline Array2<float> read_npy(const std::filesystem::path& path) {
  const std::string file = read_file(path);
  const NpyHeader header = parse_npy_header(path, file);
  const std::string_view data = std::string_view(file).substr(header.offset);
  if (header.type == "f4")
    return detail::decode_npy<float, float, 2>(path, header, data);
  if (header.type == "f8")
    return detail::decode_npy<double, float, 2>(path, header, data);
  throw DataError(path.string(), "elements of float32 or float64", "'" + header.type + "'");
}

/// Reads an array whose element type and rank are known. Throws: as read_npy, and DataError for any other type.
template <NpyElement T, std::size_t N>
[[nodiscard]] xt::xtensor<T, N> read_npy_array(const std::filesystem::path& path) {
  const std::string file = read_file(path);
  const NpyHeader header = parse_npy_header(path, file);
  if (header.type != detail::npy_type<T>())
    throw DataError(path.string(), "elements of type '" + detail::npy_type<T>() + "'", "'" + header.type + "'");
  return detail::decode_npy<T, T, N>(path, header, std::string_view(file).substr(header.offset));
}

/// Writes an array as .npy, version 1, C order, atomically. Throws: IoError.
template <NpyElement T, std::size_t N>
  requires(N >= 1 && N <= 4)
void write_npy(const std::filesystem::path& path, const xt::xtensor<T, N>& array) {
  const std::string header = make_npy_header(detail::npy_type<T>(), {array.shape().begin(), array.shape().end()});
  publish_atomically(path, [&](AtomicFile& file) {
    file.write(header);
    file.write({reinterpret_cast<const char*>(array.data()), array.size() * sizeof(T)});
  });
}

} // namespace sparseann
