#include "sparseann/io/tensorboard.hpp"

#include "sparseann/io/file.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

TEST_CASE("the checksum is CRC-32C, masked as TFRecord has it") {
  // CRC-32C's check value of "123456789" is 0xe3069283 (RFC 3720's polynomial, catalogue of CRC algorithms).
  constexpr std::uint32_t crc = 0xe3069283U;
  CHECK(sparseann::detail::masked_crc32c("123456789") == (crc >> 15U | crc << 17U) + 0xa282ead8U);
}

TEST_CASE("varints have seven bits a byte, the lowest first") {
  std::string bytes;
  sparseann::detail::append_varint(bytes, 300);
  CHECK(bytes == "\xac\x02"); // the example of protocol buffers' documentation
  bytes.clear();
  sparseann::detail::append_varint(bytes, 0);
  CHECK(bytes == std::string(1, '\0'));
}

TEST_CASE("a scalar is a record with the event's bytes between two checksums") {
  const test::TemporaryDirectory directory;
  TensorBoardFile file(directory.path() / "tensorboard");
  const std::size_t begin = read_file(file.path()).size();
  file.add("loss", 5, 0.5);
  const std::string bytes = read_file(file.path()).substr(begin);
  // Event {1: wall time, 2: 5, 5: Summary {1: Value {1: "loss", 2: 0.5f}}}
  const std::string value("\x0a\x04loss\x15\x00\x00\x00\x3f", 11);
  const std::string summary = std::string("\x0a\x0b") + value;
  const std::string tail = std::string("\x10\x05\x2a\x0d") + summary;
  REQUIRE(bytes.size() == 8 + 4 + 9 + tail.size() + 4);
  CHECK(bytes.substr(0, 8) == std::string("\x1a\0\0\0\0\0\0\0", 8));
  CHECK(bytes[12] == '\x09');
  CHECK(bytes.substr(12 + 9, tail.size()) == tail);
}

TEST_CASE("an event of the log adds each of its numbers under stage and name, also nested ones") {
  const test::TemporaryDirectory directory;
  TensorBoardFile file(directory.path());
  add_event(file, {{"start", {{"threads", 2}}}});
  const std::size_t begin = read_file(file.path()).size();
  add_event(file,
            {{"stage", "base/3d"}, {"iteration", 7}, {"loss", 0.5}, {"validation", {{"3d", {{"dice", {0.1, 0.2}}}}}}});
  const std::string bytes = read_file(file.path()).substr(begin);
  for (const char* const tag : {"base/3d/loss", "base/3d/validation/3d/dice/0", "base/3d/validation/3d/dice/1"})
    CHECK_THAT(bytes, ContainsSubstring(tag));
  CHECK_THAT(bytes, !ContainsSubstring("iteration"));
}

TEST_CASE("a folder that cannot be made is an error") {
  const test::TemporaryDirectory directory;
  std::ofstream(directory.path() / "file") << "in the way";
  CHECK_THROWS(TensorBoardFile(directory.path() / "file"));
}
