#include "sparseann/io/npy.hpp"

#include <fstream>
#include <limits>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using sparseann::DataError;
using sparseann::IoError;
using sparseann::read_npy;
using sparseann::read_npy_array;
using sparseann::write_npy;

namespace {

// Written by numpy 2.4, numpy.lib.format.write_array, in hexadecimal.
constexpr std::string_view c_float32 = // arange(6, dtype='<f4').reshape(2, 3) / 4, version (1, 0)
    "934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72646572273a2046616c73652c"
    "20277368617065273a2028322c2033292c207d20202020202020202020202020202020202020202020202020202020202020"
    "2020202020202020202020202020202020202020202020202020200a000000000000803e0000003f0000403f0000803f0000"
    "a03f";
constexpr std::string_view fortran_big_endian_float64 = // the same as '>f8' in Fortran order, version (2, 0)
    "934e554d50590200740000007b276465736372273a20273e6638272c2027666f727472616e5f6f72646572273a2054727565"
    "2c20277368617065273a2028322c2033292c207d202020202020202020202020202020202020202020202020202020202020"
    "2020202020202020202020202020202020202020202020202020200a00000000000000003fe80000000000003fd000000000"
    "00003ff00000000000003fe00000000000003ff4000000000000";
constexpr std::string_view c_uint8 = // arange(24, dtype='u1').reshape(1, 2, 3, 4), version (3, 0)
    "934e554d50590300740000007b276465736372273a20277c7531272c2027666f727472616e5f6f72646572273a2046616c73"
    "652c20277368617065273a2028312c20322c20332c2034292c207d2020202020202020202020202020202020202020202020"
    "2020202020202020202020202020202020202020202020202020200a000102030405060708090a0b0c0d0e0f101112131415"
    "1617";
constexpr std::string_view fortran_uint8 = // the same in Fortran order, version (1, 0)
    "934e554d5059010076007b276465736372273a20277c7531272c2027666f727472616e5f6f72646572273a20547275652c20"
    "277368617065273a2028312c20322c20332c2034292c207d2020202020202020202020202020202020202020202020202020"
    "2020202020202020202020202020202020202020202020202020200a000c04100814010d05110915020e06120a16030f0713"
    "0b17";

std::string from_hex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  return bytes;
}

class NpyFile {
public:
  explicit NpyFile(std::string_view bytes) { std::ofstream(path(), std::ios::binary) << bytes; }
  [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "a.npy"; }

private:
  sparseann::test::TemporaryDirectory directory_;
};

} // namespace

TEST_CASE("read_npy reads NumPy's tables, in C and Fortran order, in both byte orders") {
  const sparseann::Array2<float> expected{{0, 0.25, 0.5}, {0.75, 1, 1.25}};
  CHECK((read_npy(NpyFile(from_hex(c_float32)).path()) == expected));
  CHECK((read_npy(NpyFile(from_hex(fortran_big_endian_float64)).path()) == expected));
}

TEST_CASE("read_npy_array reads rank 4 in both orders") {
  for (const auto hex : {c_uint8, fortran_uint8}) {
    const auto array = read_npy_array<std::uint8_t, 4>(NpyFile(from_hex(hex)).path());
    CHECK(array.shape() == std::array<std::size_t, 4>{1, 2, 3, 4});
    for (std::size_t i = 0; i < 24; ++i)
      CHECK(array.data()[i] == i);
  }
}

TEST_CASE("write_npy writes NumPy's own bytes") {
  const sparseann::test::TemporaryDirectory directory;
  const auto path = directory.path() / "a.npy";
  write_npy(path, sparseann::Array2<float>{{0, 0.25, 0.5}, {0.75, 1, 1.25}});
  CHECK(sparseann::read_file(path) == from_hex(c_float32));
}

TEST_CASE("arrays of rank 1 to 4 come back bit for bit") {
  const sparseann::test::TemporaryDirectory directory;
  const auto path = directory.path() / "a.npy";
  const sparseann::Array1<double> line{0.1, -0.0, std::numeric_limits<double>::infinity(), 1e-310};
  write_npy(path, line);
  CHECK((read_npy_array<double, 1>(path) == line));
  const sparseann::Array3<float> box{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}};
  write_npy(path, box);
  CHECK((read_npy_array<float, 3>(path) == box));
  write_npy(path, sparseann::Array4<std::uint8_t>({2, 0, 3, 1}));
  CHECK(read_npy_array<std::uint8_t, 4>(path).shape() == std::array<std::size_t, 4>{2, 0, 3, 1});
}

TEST_CASE("other types and ranks are refused by name") {
  const NpyFile table(from_hex(c_float32));
  const NpyFile labels(from_hex(c_uint8));
  CHECK_THROWS_AS(read_npy(labels.path()), DataError);
  CHECK_THROWS_WITH(read_npy(labels.path()),
                    labels.path().string() + ": expected elements of float32 or float64, got 'u1'");
  CHECK_THROWS_WITH((read_npy_array<double, 2>(table.path())),
                    table.path().string() + ": expected elements of type 'f8', got 'f4'");
  CHECK_THROWS_WITH((read_npy_array<float, 3>(table.path())),
                    table.path().string() + ": expected an array of rank 3, got shape (2, 3)");
}

TEST_CASE("every other size than the promised one is an error") {
  const std::string bytes = from_hex(c_float32);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_THROWS_AS(read_npy(NpyFile(bytes.substr(0, size)).path()), IoError);
  const NpyFile longer(bytes + "x");
  CHECK_THROWS_WITH(read_npy(longer.path()),
                    longer.path().string() + ": holds 1 bytes after the promised array (at byte 152)");
}

TEST_CASE("a promise too large is refused before it is allocated") {
  const std::string data(24, 'x');
  for (const std::vector<std::size_t>& shape :
       {std::vector<std::size_t>{1UL << 40U, 1UL << 20U}, {1UL << 62U, 4}, {1UL << 32U, 1UL << 32U}, {3, 3}}) {
    const NpyFile file(sparseann::make_npy_header("f4", shape) + data);
    CHECK_THROWS_AS(read_npy(file.path()), IoError);
  }
}
