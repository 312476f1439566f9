#include "sparseann/io/npy.hpp"

#include <bit>
#include <fstream>
#include <limits>
#include <numeric>

#include "support/catch.hpp"
#include "support/numbered.hpp"
#include "support/temporary_directory.hpp"

using sparseann::DataError;
using sparseann::IoError;
using sparseann::parse_npy;
using sparseann::parse_npy_array;
using sparseann::parse_npy_numbers;
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

/// The bytes of a .npy file of zeros, whose elements are then set one by one; they are aligned to nothing.
template <class T, std::size_t N> class NpyBytes {
public:
  NpyBytes(const std::array<std::size_t, N>& shape, bool fortran, bool swapped) : shape_(shape), fortran_(fortran) {
    const bool little = (std::endian::native == std::endian::little) != swapped;
    const std::string extents = fmt::format("{}", fmt::join(shape, ","));
    std::string dictionary = fmt::format("{{'descr':'{}{}','fortran_order':{},'shape':({},)}}", little ? '<' : '>',
                                         sparseann::detail::npy_type<T>(), fortran ? "True" : "False", extents);
    bytes_ = std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(dictionary.size()) + '\0' + dictionary;
    start_ = bytes_.size();
    bytes_.resize(start_ + sizeof(T) * std::reduce(shape.begin(), shape.end(), std::size_t{1}, std::multiplies()));
    swapped_ = swapped;
  }

  void set(const std::array<std::size_t, N>& index, T value) {
    auto raw = std::bit_cast<std::array<char, sizeof(T)>>(value);
    if (swapped_)
      std::ranges::reverse(raw);
    std::ranges::copy(raw, bytes_.begin() + static_cast<std::ptrdiff_t>(start_ + sizeof(T) * offset_of(index)));
  }

  [[nodiscard]] const std::string& bytes() const { return bytes_; }

private:
  [[nodiscard]] std::size_t offset_of(const std::array<std::size_t, N>& index) const {
    std::size_t offset = 0;
    for (std::size_t i = 0; i < N; ++i) {
      const std::size_t axis = fortran_ ? N - 1 - i : i;
      offset = offset * shape_[axis] + index[axis];
    }
    return offset;
  }

  std::array<std::size_t, N> shape_;
  bool fortran_;
  bool swapped_ = false;
  std::size_t start_ = 0;
  std::string bytes_;
};

/// A table whose element (i, j) is i + j / 1024, exact in float32.
template <class T> std::string table_bytes(std::size_t rows, std::size_t columns, bool fortran, bool swapped) {
  NpyBytes<T, 2> file({rows, columns}, fortran, swapped);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j)
      file.set({i, j}, static_cast<T>(i) + static_cast<T>(j) / 1024);
  return file.bytes();
}

void check_table(const sparseann::Array2<float>& table, std::size_t rows, std::size_t columns) {
  REQUIRE(table.shape() == std::array<std::size_t, 2>{rows, columns});
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j)
      if (table(i, j) != static_cast<float>(i) + static_cast<float>(j) / 1024)
        FAIL("element " << i << ", " << j << " is " << table(i, j));
}

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

TEST_CASE("tables of any size come in either order, either byte order and both types, at any alignment") {
  for (const auto& [rows, columns] : {std::pair{1UL, 1UL},
                                      {1UL, 40UL},
                                      {150UL, 1UL},
                                      {64UL, 16UL},
                                      {65UL, 17UL},
                                      {130UL, 37UL},
                                      {63UL, 15UL},
                                      {0UL, 3UL},
                                      {3UL, 0UL}})
    for (const bool fortran : {false, true})
      for (const bool swapped : {false, true}) {
        INFO(rows << " x " << columns << (fortran ? ", Fortran" : ", C") << (swapped ? ", swapped" : ""));
        check_table(parse_npy("f", table_bytes<float>(rows, columns, fortran, swapped)), rows, columns);
        check_table(parse_npy("f", table_bytes<double>(rows, columns, fortran, swapped)), rows, columns);
      }
}

TEST_CASE("arrays of rank 3 and 4 come in Fortran order, each extent another") {
  NpyBytes<std::int32_t, 3> box({70, 3, 20}, true, false);
  NpyBytes<std::int64_t, 4> four({3, 2, 5, 4}, true, true);
  std::int32_t number = 0;
  for (std::size_t i = 0; i < 70; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      for (std::size_t k = 0; k < 20; ++k)
        box.set({i, j, k}, number++);
  number = 0;
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 2; ++j)
      for (std::size_t k = 0; k < 5; ++k)
        for (std::size_t l = 0; l < 4; ++l)
          four.set({i, j, k, l}, number++);
  CHECK(
      (parse_npy_array<std::int32_t, 3>("f", box.bytes()) == sparseann::test::numbered<std::int32_t, 3>({70, 3, 20})));
  CHECK((parse_npy_array<std::int64_t, 4>("f", four.bytes()) ==
         sparseann::test::numbered<std::int64_t, 4>({3, 2, 5, 4})));
}

TEST_CASE("a float64 beyond float32's range is refused by its place, an infinite one is not") {
  for (const bool fortran : {false, true})
    for (const bool swapped : {false, true}) {
      NpyBytes<double, 2> file({3, 2}, fortran, swapped);
      file.set({1, 0}, -std::numeric_limits<double>::infinity());
      file.set({1, 1}, std::numeric_limits<float>::max());
      file.set({2, 1}, 1e-60);
      const auto table = parse_npy("f.npy", file.bytes());
      CHECK(table(1, 0) == -std::numeric_limits<float>::infinity());
      CHECK(table(1, 1) == std::numeric_limits<float>::max());
      CHECK(table(2, 1) == 0.0F);
      file.set({2, 0}, -1e300);
      CHECK_THROWS_AS(parse_npy("f.npy", file.bytes()), DataError);
      CHECK_THROWS_WITH(parse_npy("f.npy", file.bytes()),
                        "f.npy: expected numbers within float32's range, got -1e+300 in row 2, column 0");
    }
}

TEST_CASE("lists of numbers come from four types") {
  const sparseann::test::TemporaryDirectory directory;
  const auto path = directory.path() / "costs.npy";
  write_npy(path, sparseann::Array1<float>{0.25F, -3});
  CHECK(sparseann::read_npy_numbers(path) == std::vector<double>{0.25, -3});
  write_npy(path, sparseann::Array1<double>{0.1, 1e300});
  CHECK(sparseann::read_npy_numbers(path) == std::vector<double>{0.1, 1e300});
  write_npy(path, sparseann::Array1<std::int64_t>{1L << 53, -5});
  CHECK(sparseann::read_npy_numbers(path) == std::vector<double>{9007199254740992.0, -5});
  write_npy(path, sparseann::Array1<std::int32_t>{});
  CHECK(sparseann::read_npy_numbers(path).empty());
  NpyBytes<std::int32_t, 1> swapped({2}, true, true);
  swapped.set({0}, -2);
  swapped.set({1}, 1000000);
  CHECK(parse_npy_numbers("f", swapped.bytes()) == std::vector<double>{-2, 1000000});
}

TEST_CASE("lists of numbers of another type or rank are refused by name") {
  CHECK_THROWS_AS(parse_npy_numbers("costs.npy", from_hex(c_float32)), DataError);
  CHECK_THROWS_WITH(parse_npy_numbers("costs.npy", from_hex(c_float32)),
                    "costs.npy: expected an array of rank 1, got shape (2, 3)");
  CHECK_THROWS_WITH(parse_npy_numbers("costs.npy", from_hex(c_uint8)),
                    "costs.npy: expected elements of float32, float64, int32 or int64, got 'u1'");
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

TEST_CASE("an empty array whose other extents are beyond all counting is refused") {
  const std::string file = sparseann::make_npy_header("i8", {0, 1UL << 62U, 31});
  CHECK_THROWS_AS((parse_npy_array<std::int64_t, 3>("f.npy", file)), IoError);
  CHECK_THROWS_WITH((parse_npy_array<std::int64_t, 3>("f.npy", file)),
                    "f.npy: header promises shape (0, 4611686018427387904, 31), which no array can have (at byte 128)");
  CHECK_THROWS_AS((parse_npy_array<std::int64_t, 2>("f.npy", sparseann::make_npy_header("i8", {1UL << 63U, 0}))),
                  IoError);
  CHECK(parse_npy_array<std::int64_t, 3>("f.npy", sparseann::make_npy_header("i8", {0, 1UL << 40U, 31})).size() == 0);
}

TEST_CASE("a table's header is checked as the table, but for its elements") {
  const sparseann::NpyHeader header = sparseann::parse_npy_table_header("a.npy", from_hex(fortran_big_endian_float64));
  CHECK(header.type == "f8");
  CHECK(header.shape == std::vector<std::size_t>{2, 3});
  CHECK_THROWS_WITH(sparseann::parse_npy_table_header("a.npy", from_hex(c_uint8)),
                    "a.npy: expected elements of float32 or float64, got 'u1'");
  const std::string table = from_hex(c_float32);
  CHECK_NOTHROW(sparseann::parse_npy_table_header("a.npy", table));
  CHECK_THROWS_AS(sparseann::parse_npy_table_header("a.npy", table.substr(0, table.size() - 1)), IoError);
  CHECK_THROWS_AS(sparseann::parse_npy_table_header("a.npy", table + '0'), IoError);
  CHECK_THROWS_WITH(
      sparseann::parse_npy_table_header("a.npy", sparseann::make_npy_header("f4", {1}) + std::string(4, '0')),
      "a.npy: expected an array of rank 2, got shape (1)");
}

TEST_CASE("a promise too large is refused before it is allocated") {
  const std::string data(24, 'x');
  for (const std::vector<std::size_t>& shape :
       {std::vector<std::size_t>{1UL << 40U, 1UL << 20U}, {1UL << 62U, 4}, {1UL << 32U, 1UL << 32U}, {3, 3}}) {
    const NpyFile file(sparseann::make_npy_header("f4", shape) + data);
    CHECK_THROWS_AS(read_npy(file.path()), IoError);
  }
}
