#include "sparseann/io/safetensors.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "sparseann/io/atomic_file.hpp"
#include "support/catch.hpp"
#include "support/safetensors_bytes.hpp"
#include "support/temporary_directory.hpp"

using sparseann::IoError;
using sparseann::parse_safetensors_header;
using sparseann::SafetensorsFile;
using sparseann::SafetensorsHeader;
using sparseann::test::safetensors_bytes;

namespace {

// Written by safetensors 0.8.0 for Python: save({"scale": array(0.5, 'f4'), "rows": array([[1, -2, 3], [.25, 5, -6]],
// 'f2'), "none": zeros((0, 4), 'i8')}, metadata={"layout": "OIHW"}).
constexpr std::string_view written_header =
    R"({"__metadata__":{"layout":"OIHW"},"none":{"dtype":"I64","shape":[0,4],"data_offsets":[0,0]},)"
    R"("scale":{"dtype":"F32","shape":[],"data_offsets":[0,4]},)"
    R"("rows":{"dtype":"F16","shape":[2,3],"data_offsets":[4,16]}} )";
constexpr std::string_view written_data("\x00\x00\x00\x3f\x00\x3c\x00\xc0\x00\x42\x00\x34\x00\x45\x00\xc6", 16);

std::string one_tensor(std::string_view tensor) { return R"({"a":)" + std::string(tensor) + "}"; }

void check_refused(std::string_view header, std::string_view data, const std::string& message) {
  CAPTURE(header);
  CHECK_THROWS_MATCHES(parse_safetensors_header("w.safetensors", safetensors_bytes(header, data)), IoError,
                       Catch::Message(message));
}

} // namespace

TEST_CASE("what the reference implementation wrote is read") {
  const std::string file = safetensors_bytes(written_header, written_data);
  const SafetensorsHeader header = parse_safetensors_header("w.safetensors", file);
  CHECK(header.metadata == std::map<std::string, std::string>{{"layout", "OIHW"}});
  REQUIRE(header.tensors.size() == 3);
  CHECK(header.tensors.at("none").shape == std::vector<std::size_t>{0, 4});
  CHECK(header.tensors.at("none").bytes() == 0);
  CHECK(header.tensors.at("scale").type == "F32");
  CHECK(header.tensors.at("scale").shape.empty());
  CHECK(header.tensors.at("rows").type == "F16");
  CHECK(header.tensors.at("rows").shape == std::vector<std::size_t>{2, 3});
  CHECK(file.substr(header.tensors.at("rows").begin, 12) == written_data.substr(4));
}

TEST_CASE("tensors of a file are found by name and shape") {
  const sparseann::test::TemporaryDirectory directory;
  const auto path = directory.path() / "w.safetensors";
  sparseann::publish_atomically(path, safetensors_bytes(written_header, written_data));
  const SafetensorsFile file(path);
  CHECK(file.bytes(file.entry("scale", {})) == written_data.substr(0, 4));
  CHECK(file.bytes(file.entry("rows", std::array<std::size_t, 2>{2, 3})) == written_data.substr(4));
  CHECK(file.metadata("layout") == "OIHW");
  CHECK_THROWS_WITH(file.metadata("input"), path.string() + ": expected metadata 'input', got none");
  CHECK_THROWS_WITH(file.entry("columns", {}),
                    path.string() + ": expected a tensor 'columns', got 3 tensors of other names");
  CHECK_THROWS_WITH(file.entry("rows", std::array<std::size_t, 2>{3, 2}),
                    path.string() + ": expected 'rows' of shape 3 x 2, got 2 x 3");
  CHECK_THROWS_AS(SafetensorsFile(directory.path() / "none.safetensors"), IoError);
}

TEST_CASE("the bytes of every type of element are known") {
  for (const auto& [type, bytes] : std::vector<std::pair<std::string, std::size_t>>{{"BOOL", 1},
                                                                                    {"U8", 1},
                                                                                    {"I8", 1},
                                                                                    {"F8_E4M3", 1},
                                                                                    {"F8_E5M2", 1},
                                                                                    {"U16", 2},
                                                                                    {"I16", 2},
                                                                                    {"F16", 2},
                                                                                    {"BF16", 2},
                                                                                    {"U32", 4},
                                                                                    {"I32", 4},
                                                                                    {"F32", 4},
                                                                                    {"F64", 8},
                                                                                    {"I64", 8},
                                                                                    {"U64", 8}})
    CHECK(sparseann::safetensors_element_bytes(type) == bytes);
  CHECK(sparseann::safetensors_element_bytes("F4") == std::nullopt);
}

TEST_CASE("a file that is cut anywhere, or whose header's length is wrong, is refused") {
  const std::string file = safetensors_bytes(written_header, written_data);
  for (std::size_t size = 0; size < file.size(); ++size)
    CHECK_THROWS_AS(parse_safetensors_header("w.safetensors", std::string_view(file).substr(0, size)), IoError);
  CHECK_THROWS_AS(parse_safetensors_header("w.safetensors", file + "x"), IoError);
  std::string huge = file;
  huge[6] = '\x7f';
  CHECK_THROWS_WITH(parse_safetensors_header("w.safetensors", huge),
                    Catch::Contains("w.safetensors") && Catch::Contains("a header of 35747322042253520 bytes"));
  CHECK_THROWS_WITH(parse_safetensors_header("w.safetensors", safetensors_bytes("").substr(0, 8)),
                    Catch::Contains("its header is no JSON object"));
}

TEST_CASE("headers that are not what the format says are refused by the tensor's name") {
  const std::string in_a = "w.safetensors: safetensors header, 'a': ";
  check_refused(one_tensor("1"), "", in_a + "holds a number where none belongs");
  check_refused(one_tensor("[[[1]]]"), "", in_a + "holds a list where none belongs");
  check_refused(one_tensor("null"), "", in_a + "holds null");
  check_refused(one_tensor(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":{}})"), "1234",
                in_a + "holds an object where none belongs");
  check_refused(one_tensor(R"({"dtype":"F32","shape":[-1],"data_offsets":[0,4]})"), "1234",
                in_a + "holds a negative number");
  check_refused(one_tensor(R"({"dtype":"F32","shape":[1.5],"data_offsets":[0,4]})"), "1234",
                in_a + "holds a number that is not whole");
  check_refused(one_tensor(R"({"dtype":"F32","shape":[[1]],"data_offsets":[0,4]})"), "1234",
                in_a + "holds a list where none belongs");
  check_refused(one_tensor(R"({"dtype":"F32","shape":[1]})"), "",
                in_a + "dtype, shape and two data_offsets are not all there");
  check_refused(one_tensor(R"({"dtype":"F32","shape":[1],"data_offsets":[0]})"), "",
                in_a + "dtype, shape and two data_offsets are not all there");
  check_refused(one_tensor(R"({"dtype":"F32","shape":[1],"data_offsets":[0,2,4]})"), "1234",
                in_a + "data_offsets is too long");
  check_refused(one_tensor(R"({"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]})"),
                "1234", in_a + "shape is too long");
  check_refused(one_tensor(R"({"dtype":"F4","shape":[1],"data_offsets":[0,4]})"), "1234", in_a + "type F4 is unknown");
  check_refused(one_tensor(R"({"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]})"), "1234",
                in_a + "repeats shape");
  check_refused(one_tensor(R"({"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]})"), "1234",
                in_a + "repeats dtype");
  check_refused(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{}})", "1", in_a + "comes twice");
  check_refused(R"({"__metadata__":{"a":"b","a":"b"}})", "",
                "w.safetensors: safetensors header, '__metadata__': repeats a");
  check_refused(R"({"__metadata__":{"a":1}})", "",
                "w.safetensors: safetensors header, '__metadata__': holds a number where none belongs");
  check_refused(R"({"a":})", "", "w.safetensors: safetensors header is no JSON (at byte 13)");
}

TEST_CASE("tensors must take the bytes of their shape, lie within the file, and cover it") {
  const std::string in_a = "w.safetensors: safetensors header, 'a': ";
  check_refused(one_tensor(R"({"dtype":"F32","shape":[1],"data_offsets":[0,8]})"), "1234",
                in_a + "offsets 0 to 8 are not within the 4 bytes of data");
  check_refused(one_tensor(R"({"dtype":"F32","shape":[1],"data_offsets":[4,0]})"), "1234",
                in_a + "offsets 4 to 0 are not within the 4 bytes of data");
  check_refused(one_tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0,4]})"), "1234",
                in_a + "4 bytes are not what F32 of shape 2 take");
  check_refused(one_tensor(R"({"dtype":"U8","shape":[0],"data_offsets":[0,4]})"), "1234",
                in_a + "4 bytes are not what U8 of shape 0 take");
  // 2^32 * 2^32 elements would overflow to none, and 2^33 * 2^31 + 4 bytes to 4
  check_refused(one_tensor(R"({"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]})"), "",
                in_a + "0 bytes are not what U8 of shape 4294967296 x 4294967296 take");
  check_refused(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],)"
                R"("data_offsets":[1,3]}})",
                "123", "w.safetensors: tensors overlap (at byte 115)");
  check_refused(one_tensor(R"({"dtype":"U8","shape":[2],"data_offsets":[1,3]})"), "123",
                "w.safetensors: bytes between tensors belong to none (at byte 61)");
  check_refused(one_tensor(R"({"dtype":"U8","shape":[2],"data_offsets":[0,2]})"), "123",
                "w.safetensors: bytes after the last tensor belong to none (at byte 63)");
}
