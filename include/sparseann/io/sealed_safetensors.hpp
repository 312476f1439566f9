#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sparseann/core/error.hpp"
#include "sparseann/core/io_error.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/mapped_file.hpp"
#include "sparseann/io/safetensors.hpp"
#include "sparseann/io/sha256.hpp"

namespace sparseann {

/// A file whose bytes are not those that were written.
class DamagedFile : public IoError {
public:
  using IoError::IoError;
};

/// A tensor to be written: its name, and its elements as they are in memory.
struct SafetensorsInput {
  std::string name;
  std::string type; ///< "F32", as the format writes it
  std::vector<std::size_t> shape;
  std::string_view bytes; ///< little-endian; must stay valid while it is written
};

namespace detail {

inline constexpr std::string_view seal_key = "sha256";
inline constexpr std::size_t seal_digits = 64;
/// How the header of a sealed file begins: its seal comes next, at the same place in each.
inline constexpr std::string_view seal_opening = R"({"__metadata__":{"sha256":")";
inline constexpr std::size_t seal_begin = sizeof(std::uint64_t) + seal_opening.size();

[[nodiscard]] inline std::string length_prefix(std::size_t length) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof(std::uint64_t); ++i)
    bytes += static_cast<char>(std::uint64_t{length} >> (8 * i) & 0xffU);
  return bytes;
}

/// Everything before the tensors' bytes, with a seal of zeros. Its length is a multiple of 8, as the tensors are read
/// in place.
[[nodiscard]] inline std::string unsealed_head(const std::map<std::string, std::string>& metadata,
                                               std::span<const SafetensorsInput> tensors) {
  nlohmann::ordered_json header;
  header["__metadata__"][std::string(seal_key)] = std::string(seal_digits, '0');
  for (const auto& [key, value] : metadata) {
    if (key == seal_key)
      throw InvalidArgument("metadata", "other keys than the seal's", key);
    header["__metadata__"][key] = value;
  }
  std::size_t at = 0;
  for (const SafetensorsInput& tensor : tensors) {
    if (header.contains(tensor.name))
      throw InvalidArgument("tensors", "names that differ", fmt::format("'{}' twice", tensor.name));
    header[tensor.name] = {{"dtype", tensor.type},
                           {"shape", tensor.shape},
                           {"data_offsets", std::array<std::size_t, 2>{at, at + tensor.bytes.size()}}};
    at += tensor.bytes.size();
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  return length_prefix(text.size()) + text;
}

} // namespace detail

/// Writes a safetensors file that says in its metadata, as `sha256`, what its bytes are, so that damage is found:
/// the SHA-256 of the whole file with 64 zeros in the seal's place. Any reader of safetensors reads it.
///
/// Cost: one pass for the seal, one to write. Equal content gives equal bytes.
/// Throws: as AtomicFile; InvalidArgument for a tensor's name that comes twice, or metadata under the seal's key.
inline void write_sealed_safetensors(const std::filesystem::path& path,
                                     const std::map<std::string, std::string>& metadata,
                                     std::span<const SafetensorsInput> tensors) {
  std::string head = detail::unsealed_head(metadata, tensors);
  Sha256 seal;
  seal.update(head);
  for (const SafetensorsInput& tensor : tensors)
    seal.update(tensor.bytes);
  head.replace(detail::seal_begin, detail::seal_digits, seal.finish());
  publish_atomically(path, [&](AtomicFile& file) {
    file.write(head);
    for (const SafetensorsInput& tensor : tensors)
      file.write(tensor.bytes);
  });
}

/// Opens what write_sealed_safetensors wrote.
///
/// Cost: one pass over the file. Throws: as SafetensorsFile; DamagedFile naming the file where it has no seal, or one
/// that is not of these bytes.
[[nodiscard]] inline SafetensorsFile read_sealed_safetensors(const std::filesystem::path& path) {
  {
    const MappedFile file(path);
    const std::string_view bytes = file.bytes();
    if (bytes.size() < detail::seal_begin + detail::seal_digits ||
        !bytes.substr(sizeof(std::uint64_t)).starts_with(detail::seal_opening))
      throw DamagedFile(path, "is not a file that sparseann sealed, or its beginning is damaged");
    Sha256 seal;
    seal.update(bytes.substr(0, detail::seal_begin));
    seal.update(std::string(detail::seal_digits, '0'));
    seal.update(bytes.substr(detail::seal_begin + detail::seal_digits));
    if (seal.finish() != bytes.substr(detail::seal_begin, detail::seal_digits))
      throw DamagedFile(path, "is damaged: its bytes are not those that its SHA-256 was taken of");
  }
  return SafetensorsFile(path);
}

} // namespace sparseann
