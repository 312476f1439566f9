#include "sparseann/io/hdf5_chunk.hpp"

#include <zlib.h>

#include "support/catch.hpp"

using sparseann::decode_hdf5_chunk;
using sparseann::Hdf5Filters;
using sparseann::IoError;

namespace {

std::string decoded(std::string_view stored, const Hdf5Filters& filters, std::size_t voxel_bytes, std::size_t size) {
  std::string out(size, '\0');
  decode_hdf5_chunk("f", stored, filters, voxel_bytes, out);
  return out;
}

std::string deflated(const std::string& bytes) {
  std::string out(compressBound(static_cast<uLong>(bytes.size())), '\0');
  uLongf size = static_cast<uLongf>(out.size());
  REQUIRE(compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                   static_cast<uLong>(bytes.size())) == Z_OK);
  out.resize(size);
  return out;
}

} // namespace

TEST_CASE("chunks come out as they went in") {
  CHECK(decoded("abcdef", {}, 2, 6) == "abcdef");
  CHECK(decoded("acebdf", {.shuffle = true}, 2, 6) == "abcdef");
  CHECK(decoded(deflated("acebdf"), {.shuffle = true, .gzip = true}, 2, 6) == "abcdef");
}

TEST_CASE("a chunk's checksum is checked") {
  // "abcde": words 0x6162, 0x6364, 0x6500; sums 0x129c6 and 0x24fee, which fold to 0x29c7 and 0x4ff0
  CHECK(sparseann::fletcher32("abcde") == 0x4ff029c7U);
  const std::string stored("abcde\xc7\x29\xf0\x4f", 9);
  CHECK(decoded(stored, {.fletcher32 = true}, 1, 5) == "abcde");
  CHECK_THROWS_WITH(decoded("abcdf" + stored.substr(5), {.fletcher32 = true}, 1, 5),
                    "f: a chunk of voxels has another checksum than was stored with it");
  CHECK_THROWS_AS(decoded("abc", {.fletcher32 = true}, 1, 5), IoError);
}

TEST_CASE("chunks that are longer, shorter or damaged are errors") {
  CHECK_THROWS_WITH(decoded("abcde", {}, 2, 6), "f: a chunk of voxels has 5 bytes instead of 6");
  CHECK_THROWS_AS(decoded("abcdefg", {}, 2, 6), IoError);
  const std::string stored = deflated("abcdef");
  for (const std::size_t size : {0UL, 5UL, 7UL})
    CHECK_THROWS_AS(decoded(stored, {.gzip = true}, 1, size), IoError);
  for (std::size_t size = 0; size < stored.size(); ++size)
    CHECK_THROWS_AS(decoded(std::string_view(stored).substr(0, size), {.gzip = true}, 1, 6), IoError);
}
