#include "sparseann/io/npy_header.hpp"

#include "support/catch.hpp"

using sparseann::IoError;
using sparseann::NpyHeader;
using sparseann::parse_npy_header;

namespace {

std::string version_1(const std::string& dictionary) {
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(dictionary.size());
  file += '\0';
  return file + dictionary;
}

NpyHeader parse(const std::string& dictionary) { return parse_npy_header("f.npy", version_1(dictionary)); }

} // namespace

TEST_CASE("parse_npy_header reads any spacing, order and quotes") {
  const NpyHeader header = parse("{\"shape\":(2,3,),'fortran_order':True , 'descr':'>f8'}\n");
  CHECK(header.type == "f8");
  CHECK(header.swapped);
  CHECK(header.fortran_order);
  CHECK(header.shape == std::vector<std::size_t>{2, 3});
  CHECK(parse("{'descr': '|u1', 'fortran_order': False, 'shape': (), }").shape.empty());
  CHECK(parse("{'descr': '<f4', 'fortran_order': False, 'shape': (7,), }").shape == std::vector<std::size_t>{7});
}

TEST_CASE("make_npy_header writes NumPy's own bytes") {
  // numpy 2.4: write_array(arange(6, dtype='<f4').reshape(2, 3), version=(1, 0))
  const std::string by_numpy =
      version_1("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" + std::string(58, ' ') + "\n");
  CHECK(by_numpy.size() == 128);
  CHECK(sparseann::make_npy_header("f4", {2, 3}) == by_numpy);
  const NpyHeader header = parse_npy_header("f", sparseann::make_npy_header("u1", {5}));
  CHECK(header.type == "u1");
  CHECK(header.shape == std::vector<std::size_t>{5});
  CHECK(header.offset % 64 == 0);
}

TEST_CASE("parse_npy_header refuses what is no plain array") {
  CHECK_THROWS_AS(parse("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }"), sparseann::DataError);
  CHECK_THROWS_WITH(parse("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }"),
                    "f.npy: expected numbers, got pickled Python objects, which are never loaded");
  for (const char* dictionary :
       {"", "{", "{}", "nonsense", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}",
        "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 2}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2 2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'extra': '1'}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} more",
        "{'descr': 'f', 'fortran_order': False, 'shape': ()}", "{'descr': '<f4, 'fortran_order': False, 'shape': (2,)"})
    CHECK_THROWS_AS(parse(dictionary), IoError);
}

TEST_CASE("every truncation of a npy header is an error") {
  const std::string file = sparseann::make_npy_header("f4", {2, 3});
  for (std::size_t size = 0; size < file.size(); ++size)
    CHECK_THROWS_AS(parse_npy_header("f", std::string_view(file).substr(0, size)), IoError);
  std::string future = file;
  future[6] = 4;
  CHECK_THROWS_WITH(parse_npy_header("f", future), "f: npy version 4 is unknown (at byte 6)");
}

TEST_CASE("npy_element_bytes reads the size that a type names") {
  using sparseann::npy_element_bytes;
  CHECK(npy_element_bytes("f4") == 4U);
  CHECK(npy_element_bytes("S13") == 13U);
  CHECK(npy_element_bytes("U3") == 12U);
  CHECK(npy_element_bytes("S0") == 0U);
  for (const char* const type : {"", "f", "f4x", "4f", "S-1", "S99999999999999999999", "U9999999999999999999"})
    CHECK(npy_element_bytes(type) == std::nullopt);
}
