#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "sparseann/core/io_error.hpp"
#include "sparseann/io/gzip.hpp"

namespace sparseann {

/// HDF5's checksum of a chunk. Source: its H5_checksum_fletcher32: 16-bit words with the high byte first.
[[nodiscard]] constexpr std::uint32_t fletcher32(std::string_view bytes) noexcept {
  const auto fold = [](std::uint32_t sum) { return (sum & 0xffffU) + (sum >> 16U); };
  const auto byte = [&](std::size_t i) -> std::uint32_t {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U;
  };
  constexpr std::size_t words = 360; // whose sums still fit 32 bits
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  for (std::size_t first = 0; first < bytes.size(); first += 2 * words) {
    for (std::size_t i = first; i < std::min(first + 2 * words, bytes.size()); i += 2) {
      low += byte(i) << 8U | byte(i + 1);
      high += low;
    }
    low = fold(low);
    high = fold(high);
  }
  return fold(high) << 16U | fold(low);
}

/// What HDF5's filters did to the voxels of a chunk before it was stored, in the order in which they did.
struct Hdf5Filters {
  bool shuffle = false;    ///< first bytes of all voxels first
  bool gzip = false;       ///< a zlib stream
  bool fletcher32 = false; ///< a checksum behind

  bool operator==(const Hdf5Filters&) const = default;
};

namespace detail {
inline void unshuffle(std::string_view shuffled, std::size_t voxel_bytes, std::span<char> out) {
  const std::size_t voxels = out.size() / voxel_bytes;
  for (std::size_t byte = 0; byte < voxel_bytes; ++byte)
    for (std::size_t i = 0; i < voxels; ++i)
      out[i * voxel_bytes + byte] = shuffled[byte * voxels + i];
}

[[nodiscard]] inline std::string_view without_checksum(const std::filesystem::path& path, std::string_view stored) {
  constexpr std::size_t length = 4;
  if (stored.size() < length)
    throw IoError(path, "a chunk of voxels is shorter than its checksum");
  const std::string_view bytes = stored.substr(0, stored.size() - length);
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < length; ++i)
    sum |= static_cast<std::uint32_t>(static_cast<unsigned char>(stored[bytes.size() + i])) << (8 * i);
  if (sum != fletcher32(bytes))
    throw IoError(path, "a chunk of voxels has another checksum than was stored with it");
  return bytes;
}
} // namespace detail

/// The voxels of a chunk as it is stored in an HDF5 file, whole voxels of `voxel_bytes` each. HDF5's own reader takes a
/// chunk that comes out shorter than promised for a whole one, and reads beyond its end.
///
/// Throws: IoError where the chunk is damaged or gives more or less than `out` has room for.
inline void decode_hdf5_chunk(const std::filesystem::path& path, std::string_view stored, const Hdf5Filters& filters,
                              std::size_t voxel_bytes, std::span<char> out) {
  if (filters.fletcher32)
    stored = detail::without_checksum(path, stored);
  std::string inflated;
  if (filters.gzip) {
    inflated.resize(out.size());
    decompress_zlib(path, stored, inflated);
    stored = inflated;
  }
  if (stored.size() != out.size())
    throw IoError(path, fmt::format("a chunk of voxels has {} bytes instead of {}", stored.size(), out.size()));
  if (filters.shuffle)
    detail::unshuffle(stored, voxel_bytes, out);
  else
    std::ranges::copy(stored, out.begin());
}

} // namespace sparseann
