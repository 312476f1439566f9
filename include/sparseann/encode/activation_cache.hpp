#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <unistd.h>

#include <fmt/format.h>
#include <zlib.h>

#include "sparseann/core/error.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/mapped_file.hpp"
#include "sparseann/io/safetensors.hpp"
#include "sparseann/tensor/tensor.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

namespace detail {

/// The CRC-32 of what `before` is that of, followed by `bytes`.
[[nodiscard]] inline std::uint32_t crc32_of(std::string_view bytes, std::uint32_t before = 0) {
  return static_cast<std::uint32_t>(
      ::crc32_z(before, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

} // namespace detail

/// What a frozen network gives for each slice, computed once and kept in a mapped file of float16: a safetensors file
/// with `activations` (N, D), a CRC-32 of their bytes as `checksum`, and in its metadata the `key` of what they come
/// from.
///
/// Cost: 2 N D bytes of disk; memory for the rows that are asked for, whatever N is.
class ActivationCache {
public:
  /// The file's rows, or none where it is missing, damaged, or of another key or shape.
  ///
  /// Cost: reads the file once, for its checksum.
  [[nodiscard]] static std::optional<ActivationCache> open(const std::filesystem::path& path, const std::string& key,
                                                           std::size_t rows, std::size_t columns) {
    try {
      ActivationCache cache(path, key, rows, columns);
      if (cache.checksum() == cache.expected_checksum_)
        return cache;
    } catch (const IoError&) { // what cannot be read is computed anew
    } catch (const DataError&) {
    }
    return std::nullopt;
  }

  /// Computes all rows and publishes them as `path`; an empty path keeps them in a file without a name, which goes with
  /// this object. `compute(positions)` gives rows (n, D) of float16 on the CPU, for at most `batch` positions at once.
  ///
  /// Throws: IoError naming the file where it cannot be written.
  template <std::invocable<std::span<const std::int64_t>> Compute>
  [[nodiscard]] static ActivationCache make(const std::filesystem::path& path, const std::string& key, std::size_t rows,
                                            std::size_t columns, std::size_t batch, Compute&& compute) {
    const std::filesystem::path place = path.empty() ? temporary_path() : path;
    publish_atomically(place, [&](AtomicFile& file) {
      file.write(header_of(key, rows, columns));
      std::uint32_t checksum = 0;
      for (std::size_t first = 0; first < rows; first += batch) {
        std::vector<std::int64_t> positions(std::min(batch, rows - first));
        std::iota(positions.begin(), positions.end(), static_cast<std::int64_t>(first));
        const torch::Tensor part =
            checked(compute(std::span<const std::int64_t>(positions)), positions.size(), columns);
        const std::string_view bytes(static_cast<const char*>(part.const_data_ptr()), part.nbytes());
        checksum = detail::crc32_of(bytes, checksum);
        file.write(bytes);
      }
      file.write({reinterpret_cast<const char*>(&checksum), sizeof(checksum)});
    });
    ActivationCache cache(place, key, rows, columns);
    if (std::error_code ignored; path.empty()) // the mapping keeps the file until it ends
      std::filesystem::remove(place, ignored);
    return cache;
  }

  /// Shape: (positions, D), float16.
  [[nodiscard]] torch::Tensor rows(std::span<const std::int64_t> positions) const {
    const torch::Tensor part =
        torch::empty({static_cast<std::int64_t>(positions.size()), static_cast<std::int64_t>(columns_)}, torch::kHalf);
    const std::size_t row_bytes = 2 * columns_;
    auto* out = static_cast<char*>(part.data_ptr());
    for (const std::int64_t position : positions) {
      std::memcpy(out, data_.substr(static_cast<std::size_t>(position) * row_bytes, row_bytes).data(), row_bytes);
      out += row_bytes;
    }
    file_.forget();
    return part;
  }

  [[nodiscard]] const std::string& key() const noexcept { return key_; }

private:
  static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

  ActivationCache(const std::filesystem::path& path, const std::string& key, std::size_t rows, std::size_t columns)
      : file_(path, Reading::parts), key_(key), columns_(columns) {
    const SafetensorsHeader header = parse_safetensors_header(path, file_.bytes());
    const auto found = header.metadata.find("key");
    if (found == header.metadata.end() || found->second != key)
      throw DataError(path.string(), "activations of key " + key, "others");
    data_ = bytes_of(path, header, "activations", "F16", {rows, columns});
    const std::string_view sum = bytes_of(path, header, "checksum", "U32", {1});
    std::memcpy(&expected_checksum_, sum.data(), sizeof(expected_checksum_));
  }

  [[nodiscard]] std::string_view bytes_of(const std::filesystem::path& path, const SafetensorsHeader& header,
                                          const std::string& name, std::string_view type,
                                          const std::vector<std::size_t>& shape) const {
    const auto found = header.tensors.find(name);
    if (found == header.tensors.end() || found->second.type != type || found->second.shape != shape)
      throw DataError(path.string(), fmt::format("'{}' of these slices", name), "none, or of others");
    return file_.bytes().substr(found->second.begin, found->second.bytes());
  }

  [[nodiscard]] std::uint32_t checksum() const {
    constexpr std::size_t part = std::size_t{1} << 24U;
    std::uint32_t sum = 0;
    for (std::size_t first = 0; first < data_.size(); first += part) {
      sum = detail::crc32_of(data_.substr(first, part), sum);
      file_.forget();
    }
    return sum;
  }

  [[nodiscard]] static torch::Tensor checked(const torch::Tensor& part, std::size_t rows, std::size_t columns) {
    if (part.scalar_type() != torch::kHalf ||
        part.sizes() != torch::IntArrayRef({static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns)}))
      throw InvalidArgument("activations", fmt::format("({}, {}) of float16", rows, columns),
                            fmt::format("{} of {}", shape_text(part), c10::toString(part.scalar_type())));
    return part.contiguous();
  }

  [[nodiscard]] static std::string header_of(const std::string& key, std::size_t rows, std::size_t columns) {
    const std::size_t bytes = 2 * rows * columns;
    std::string text = fmt::format(R"({{"__metadata__":{{"key":"{}"}},)"
                                   R"("activations":{{"dtype":"F16","shape":[{},{}],"data_offsets":[0,{}]}},)"
                                   R"("checksum":{{"dtype":"U32","shape":[1],"data_offsets":[{},{}]}}}})",
                                   key, rows, columns, bytes, bytes, bytes + sizeof(std::uint32_t));
    text.append((8 - text.size() % 8) % 8, ' ');
    const std::uint64_t length = text.size();
    return std::string(reinterpret_cast<const char*>(&length), sizeof(length)) + text;
  }

  [[nodiscard]] static std::filesystem::path temporary_path() {
    static std::atomic<std::uint64_t> counter = 0;
    return std::filesystem::temp_directory_path() /
           fmt::format("sparseann-activations-{}-{}.safetensors", ::getpid(), counter++);
  }

  MappedFile file_;
  std::string key_;
  std::size_t columns_ = 0;
  std::string_view data_;
  std::uint32_t expected_checksum_ = 0;
};

} // namespace sparseann
