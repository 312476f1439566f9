#include "sparseann/io/sealed_safetensors.hpp"

#include <array>
#include <map>
#include <string>
#include <vector>

#include "sparseann/io/file.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

namespace {

const std::map<std::string, std::string> metadata{{"layout", "OIHW"}, {"note", "a \"quoted\" word"}};

void write_example(const std::filesystem::path& path) {
  const std::array<SafetensorsInput, 2> tensors{
      {{"rows", "F16", {2, 3}, std::string_view("\x00\x3c\x00\xc0\x00\x42\x00\x34\x00\x45\x00\xc6", 12)},
       {"scale", "F32", {}, std::string_view("\x00\x00\x00\x3f", 4)}}};
  write_sealed_safetensors(path, metadata, tensors);
}

} // namespace

TEST_CASE("what was sealed is read back, aligned, and is a safetensors file like any other") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "sealed.safetensors";
  write_example(path);
  const SafetensorsFile file = read_sealed_safetensors(path);
  CHECK(file.metadata("layout") == "OIHW");
  CHECK(file.metadata("note") == "a \"quoted\" word");
  CHECK(file.entry("rows").shape == std::vector<std::size_t>{2, 3});
  CHECK(file.entry("rows").type == "F16");
  CHECK(file.entry("rows").begin % 8 == 0);
  CHECK(file.bytes(file.entry("scale")) == std::string_view("\x00\x00\x00\x3f", 4));
  CHECK(parse_safetensors_header(path, read_file(path)).tensors.size() == 2);
}

TEST_CASE("the seal is the SHA-256 of the file with zeros in its place") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "sealed.safetensors";
  write_example(path);
  std::string bytes = read_file(path);
  const std::string seal = read_sealed_safetensors(path).metadata("sha256");
  const std::size_t at = bytes.find(seal);
  REQUIRE(at != std::string::npos);
  CHECK(Sha256().update(bytes.replace(at, 64, 64, '0')).finish() == seal);
}

TEST_CASE("every flipped bit and every shortening is found") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "sealed.safetensors";
  write_example(path);
  const std::string whole = read_file(path);
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(static_cast<unsigned char>(damaged[bit / 8]) ^ 1U << bit % 8);
    publish_atomically(path, damaged);
    CAPTURE(bit);
    CHECK_THROWS_AS(read_sealed_safetensors(path), DamagedFile);
  }
  for (std::size_t length = 0; length < whole.size(); ++length) {
    publish_atomically(path, whole.substr(0, length));
    CAPTURE(length);
    CHECK_THROWS_AS(read_sealed_safetensors(path), DamagedFile);
  }
  publish_atomically(path, whole + "x");
  CHECK_THROWS_AS(read_sealed_safetensors(path), DamagedFile);
}

TEST_CASE("a file that is not there is no damaged one, and one without a seal is") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "other.safetensors";
  try {
    (void)read_sealed_safetensors(path);
    FAIL("read");
  } catch (const DamagedFile&) {
    FAIL("damaged");
  } catch (const IoError& error) {
    CHECK(error.path() == path);
  }
  publish_atomically(path, std::string("\x02\0\0\0\0\0\0\0{}", 10));
  CHECK_THROWS_WITH(read_sealed_safetensors(path),
                    path.string() + ": is not a file that sparseann sealed, or its beginning is damaged");
}

TEST_CASE("a name that comes twice and metadata under the seal's key are refused, and nothing is written") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "sealed.safetensors";
  const std::vector<SafetensorsInput> twice(2, {"a", "U8", {1}, "x"});
  CHECK_THROWS_WITH(write_sealed_safetensors(path, {}, twice), "tensors: expected names that differ, got 'a' twice");
  CHECK_THROWS_WITH(write_sealed_safetensors(path, {{"sha256", "mine"}}, {}),
                    "metadata: expected other keys than the seal's, got sha256");
  CHECK(std::filesystem::is_empty(directory.path()));
}
