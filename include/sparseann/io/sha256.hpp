#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/evp.h>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/io/mapped_file.hpp"

namespace sparseann {

/// A running SHA-256 of bytes that come in pieces: the same whatever the pieces.
///
/// Cost: one pass; OpenSSL's code for the processor that it runs on. Throws: Error where OpenSSL refuses, as it does
/// where a policy of the machine forbids the algorithm or memory runs out. Source: FIPS 180-4.
class Sha256 {
public:
  Sha256() : context_(::EVP_MD_CTX_new(), &::EVP_MD_CTX_free) {
    check(context_ != nullptr && ::EVP_DigestInit_ex(context_.get(), ::EVP_sha256(), nullptr) == 1);
  }

  Sha256& update(std::string_view bytes) {
    check(::EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
    return *this;
  }

  /// The digest of what came so far, as 64 hexadecimal digits. Ends it: nothing may follow.
  [[nodiscard]] std::string finish() {
    std::array<unsigned char, 32> digest{};
    check(::EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1);
    std::string text;
    for (const unsigned char byte : digest)
      text += fmt::format("{:02x}", byte);
    return text;
  }

private:
  static void check(bool succeeded) {
    if (!succeeded)
      throw Error("SHA-256: OpenSSL cannot compute it");
  }

  std::unique_ptr<::EVP_MD_CTX, decltype(&::EVP_MD_CTX_free)> context_;
};

/// The SHA-256 of some bytes, as 64 hexadecimal digits.
[[nodiscard]] inline std::string sha256(std::string_view bytes) { return Sha256().update(bytes).finish(); }

/// The SHA-256 of a file's bytes. Cost: one pass over the file, which is mapped. Throws: IoError.
[[nodiscard]] inline std::string sha256_of_file(const std::filesystem::path& path) {
  return sha256(MappedFile(path).bytes());
}

namespace detail {
template <class T> [[nodiscard]] std::string_view bytes_of(const T* values, std::size_t count) {
  return {reinterpret_cast<const char*>(values), count * sizeof(T)};
}
} // namespace detail

/// The SHA-256 of shape, spacing and intensities of an image. Cost: one pass.
[[nodiscard]] inline std::string sha256_of_image(const Image& image) {
  return Sha256()
      .update(detail::bytes_of(image.voxels.shape().data(), image.voxels.shape().size()))
      .update(detail::bytes_of(image.geometry.spacing_mm.data(), image.geometry.spacing_mm.size()))
      .update(detail::bytes_of(image.voxels.data(), image.voxels.size()))
      .finish();
}

} // namespace sparseann
