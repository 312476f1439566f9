#include "sparseann/io/gzip.hpp"

#include <boost/random/mersenne_twister.hpp>

#include "support/catch.hpp"

using sparseann::compress_gzip;
using sparseann::decompress_gzip;
using sparseann::IoError;

namespace {

const std::string plain_text = "annotate less, annotate less, annotate less, annotate less, ";
// Python 3.11: gzip.compress(plain_text, mtime=0)
const std::string by_python("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\xcc\xcb\xcb\x2f\x49\x2c\x49\x55\xc8\x49\x2d"
                            "\x2e\xd6\x51\x48\x24\x85\x0b\x00\x21\xcb\x99\x94\x3c\x00\x00\x00",
                            38);

std::string noise(std::size_t count) {
  boost::random::mt19937 engine(7);
  std::string bytes(count, '\0');
  for (char& c : bytes)
    c = static_cast<char>(engine() & 255U);
  return bytes;
}

} // namespace

TEST_CASE("decompress_gzip reads another tool's file, and members that follow each other") {
  CHECK(decompress_gzip("f", by_python, 1000) == plain_text);
  CHECK(decompress_gzip("f", by_python + by_python, 1000) == plain_text + plain_text);
  CHECK(decompress_gzip("f", by_python + std::string(9, '\0'), 1000) == plain_text);
}

TEST_CASE("compress_gzip writes what zlib's own reader accepts") {
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{1000000}}) {
    const std::string bytes = noise(count);
    const std::string compressed = compress_gzip(bytes, 1);
    std::string decoded(count + 1, '\0');
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, 31) == Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
    stream.avail_in = static_cast<uInt>(compressed.size());
    stream.next_out = reinterpret_cast<Bytef*>(decoded.data());
    stream.avail_out = static_cast<uInt>(decoded.size());
    CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
    CHECK(stream.avail_in == 0);
    decoded.resize(stream.total_out);
    inflateEnd(&stream);
    CHECK(decoded == bytes);
    CHECK(decompress_gzip("f", compressed, count) == bytes);
  }
  CHECK_THROWS_AS(compress_gzip("x", 0), sparseann::InvalidArgument);
  CHECK_THROWS_AS(compress_gzip("x", 10), sparseann::InvalidArgument);
}

TEST_CASE("GzipReader gives the same bytes in pieces of any size") {
  const std::string bytes = noise(5000) + std::string(5000, 'x');
  const std::string compressed = compress_gzip(bytes);
  for (const std::size_t piece : {1UL, 7UL, 4096UL, 20000UL}) {
    sparseann::GzipReader reader("f", compressed);
    std::string all;
    std::string part(piece, '\0');
    for (std::size_t count = piece; count == piece;) {
      count = reader.read(part);
      all.append(part, 0, count);
    }
    CHECK(all == bytes);
  }
  sparseann::GzipReader reader("f", compressed);
  std::string start(100, '\0');
  CHECK(reader.read(start) == 100);
  CHECK(reader.skip_to_end() == bytes.size() - 100);
}

TEST_CASE("every truncation is an error at the end of what is there") {
  const std::string compressed = compress_gzip(noise(300));
  for (std::size_t size = 2; size < compressed.size(); ++size) {
    try {
      const std::string bytes = decompress_gzip("cut.gz", std::string_view(compressed).substr(0, size), 1000);
      FAIL("no error at " << size);
    } catch (const IoError& error) {
      CHECK(error.offset() == size);
      CHECK(error.path() == "cut.gz");
    }
  }
  CHECK_THROWS_WITH(decompress_gzip("cut.gz", compressed.substr(0, 40), 1000),
                    "cut.gz: gzip data are truncated (at byte 40)");
}

TEST_CASE("changed bits are an error") {
  const std::string compressed = compress_gzip(noise(300));
  for (std::size_t at = 10; at < compressed.size(); ++at) { // the ten bytes before hold time and system, unchecked
    std::string changed = compressed;
    changed[at] = static_cast<char>(changed[at] ^ 0x01);
    CHECK_THROWS_AS(decompress_gzip("bad.gz", changed, 1000), IoError);
  }
  std::string bad_checksum = by_python;
  bad_checksum[30] = 'x';
  CHECK_THROWS_WITH(decompress_gzip("bad.gz", bad_checksum, 1000),
                    "bad.gz: gzip data are corrupt: incorrect checksum or length (at byte 38)");
}

TEST_CASE("other content, rubbish at the end and too much output are errors") {
  CHECK_THROWS_WITH(decompress_gzip("f", "plain text", 1000), "f: is not a gzip file (at byte 0)");
  CHECK_THROWS_WITH(decompress_gzip("f", "", 1000), "f: is not a gzip file (at byte 0)");
  CHECK_THROWS_WITH(decompress_gzip("f", by_python + "rubbish", 1000),
                    "f: bytes after the gzip data are no gzip member (at byte 38)");
  CHECK_THROWS_WITH(decompress_gzip("f", by_python, plain_text.size() - 1), "f: decompresses to more than 59 bytes");
  CHECK_THROWS_WITH(decompress_gzip("f", compress_gzip(std::string(5000000, '\0')), 1000000),
                    "f: decompresses to more than 1000000 bytes");
}

TEST_CASE("nothing expands beyond max_gzip_ratio") {
  const std::size_t count = 20000000;
  const std::string compressed = compress_gzip(std::string(count, '\0'), 9);
  CHECK(compressed.size() * sparseann::max_gzip_ratio >= count);
  CHECK(compressed.size() * 900 < count);
}
