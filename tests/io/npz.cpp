#include "sparseann/io/npz.hpp"

#include <fstream>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/zip_archive.hpp"

using sparseann::AllowedWeights;
using sparseann::DataError;
using sparseann::IoError;
using sparseann::parse_sparse_npz;
using sparseann::SparseRows;
using sparseann::test::zip_archive;
using sparseann::test::ZipEntries;

namespace {

// Written by scipy 1.17: save_npz(file, csr_matrix(array([[0, .5, 0], [0, 0, 0], [2, 0, -1]], dtype='f4'))), in
// hexadecimal.
constexpr std::string_view by_scipy =
    "504b03042d000000080000002100f3a0b2feffffffffffffffff0b001400696e64696365732e6e7079010010008c000000000000004a"
    "000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9369a2aea3a09e965f54529498179f5f94920a12774bcc294e"
    "058a17672416a402f91ac63a9a3a0ab50a14002e46060860026200504b03042d0000000800000021001d73915affffffffffffffff0a"
    "001400696e647074722e6e70790100100090000000000000004c000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a0"
    "6e9369a2aea3a09e965f54529498179f5f94920a12774bcc294e058a17672416a402f91a263a9a3a0ab50a14002e0620608462662006"
    "00504b03042d000000080000002100a3c37497ffffffffffffffff0a001400666f726d61742e6e707901001000830000000000000045"
    "000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a05e136cacaea3a09e965f54529498179f5f94920a12774bcc294e"
    "058a17672416a402f91a9a3a0ab50a1401aee4e22200504b03042d000000080000002100f1d916a2ffffffffffffffff090014007368"
    "6170652e6e707901001000900000000000000049000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9369a1aea3"
    "a09e965f54529498179f5f94920a12774bcc294e058a17672416a402f91a463a9a3a0ab50a14002e66060880d100504b03042d000000"
    "080000002100b597bdd1ffffffffffffffff08001400646174612e6e7079010010008c000000000000004f000000000000009bec17ea"
    "1b10c9c850c650ad9e925a9c5ca46ea5a06e9366a2aea3a09e965f54529498179f5f94920a12774bcc294e058a17672416a402f91ac6"
    "3a9a3a0ab50a14002e0606067b2076606068d80f00504b01022d032d000000080000002100f3a0b2fe4a0000008c0000000b00000000"
    "00000000000000800100000000696e64696365732e6e7079504b01022d032d0000000800000021001d73915a4c000000900000000a00"
    "00000000000000000000800187000000696e647074722e6e7079504b01022d032d000000080000002100a3c374974500000083000000"
    "0a000000000000000000000080010f010000666f726d61742e6e7079504b01022d032d000000080000002100f1d916a2490000009000"
    "000009000000000000000000000080019001000073686170652e6e7079504b01022d032d000000080000002100b597bdd14f0000008c"
    "000000080000000000000000000000800114020000646174612e6e7079504b05060000000005000500160100009d0200000000";

std::string unhexed(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

SparseRows what_scipy_wrote() {
  return {.rows = 3, .columns = 3, .offsets = {0, 1, 1, 3}, .targets = {1, 0, 2}, .weights = {0.5F, 2, -1}};
}

template <class T> std::string npy(const std::vector<T>& values) {
  return sparseann::make_npy_header(sparseann::detail::npy_type<T>(), {values.size()}) +
         std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

std::string npy_format(std::string_view format) {
  return sparseann::make_npy_header(fmt::format("S{}", format.size()), {}) + std::string(format);
}

/// The entries of the matrix that scipy wrote.
ZipEntries csr_entries() {
  return {{"indices.npy", npy<std::int32_t>({1, 0, 2})},
          {"indptr.npy", npy<std::int32_t>({0, 1, 1, 3})},
          {"format.npy", npy_format("csr")},
          {"shape.npy", npy<std::int64_t>({3, 3})},
          {"data.npy", npy<float>({0.5F, 2, -1})}};
}

/// The same with one entry exchanged.
std::string archive_with(const std::string& name, const std::string& bytes) {
  ZipEntries entries = csr_entries();
  std::ranges::find(entries, name, &ZipEntries::value_type::first)->second = bytes;
  return zip_archive(entries);
}

/// Where the central directory speaks of an entry: zip's APPNOTE, 4.3.12.
std::size_t directory_record(const std::string& archive, const std::string& name) {
  for (std::size_t at = archive.find("PK\x01\x02"); at != std::string::npos; at = archive.find("PK\x01\x02", at + 1))
    if (archive.compare(at + 46, name.size(), name) == 0)
      return at;
  throw std::runtime_error("no such entry");
}

std::string patched(std::string archive, const std::string& name, std::size_t field, std::uint32_t value,
                    std::size_t width) {
  for (std::size_t i = 0; i < width; ++i)
    archive[directory_record(archive, name) + field + i] = static_cast<char>(value >> 8 * i & 0xffU);
  return archive;
}

SparseRows graph_of(const std::string& archive) { return parse_sparse_npz("g.npz", archive); }

} // namespace

TEST_CASE("read_sparse_npz reads what scipy writes") {
  const sparseann::test::TemporaryDirectory directory;
  const auto path = directory.path() / "g.npz";
  std::ofstream(path, std::ios::binary) << unhexed(by_scipy);
  CHECK(sparseann::read_sparse_npz(path) == what_scipy_wrote());
  CHECK_THROWS_AS(sparseann::read_sparse_npz(directory.path() / "none.npz"), IoError);
}

TEST_CASE("sparse matrices come stored or deflated, with integers of 32 or 64 bits, weights of float32 or float64") {
  CHECK(graph_of(zip_archive(csr_entries(), ZIP_CM_DEFLATE)) == what_scipy_wrote());
  CHECK(graph_of(zip_archive(csr_entries(), ZIP_CM_STORE)) == what_scipy_wrote());
  CHECK(graph_of(archive_with("indices.npy", npy<std::int64_t>({1, 0, 2}))) == what_scipy_wrote());
  CHECK(graph_of(archive_with("indptr.npy", npy<std::int64_t>({0, 1, 1, 3}))) == what_scipy_wrote());
  CHECK(graph_of(archive_with("shape.npy", npy<std::int32_t>({3, 3}))) == what_scipy_wrote());
  CHECK(graph_of(archive_with("data.npy", npy<double>({0.5, 2, -1}))) == what_scipy_wrote());
}

TEST_CASE("rows of a sparse matrix are sorted, empty and rectangular ones are fine, other entries are ignored") {
  ZipEntries entries{{"format.npy", npy_format("csr")},
                     {"shape.npy", npy<std::int64_t>({2, 70000})},
                     {"indptr.npy", npy<std::int64_t>({0, 0, 3})},
                     {"indices.npy", npy<std::int64_t>({69999, 5, 7})},
                     {"data.npy", npy<double>({3, 1, 2})},
                     {"_is_array.npy", "no array at all"}};
  CHECK(graph_of(zip_archive(entries)) ==
        SparseRows{.rows = 2, .columns = 70000, .offsets = {0, 0, 3}, .targets = {5, 7, 69999}, .weights = {1, 2, 3}});
  entries = {{"format.npy", npy_format("csr")},
             {"shape.npy", npy<std::int64_t>({0, 4})},
             {"indptr.npy", npy<std::int32_t>({0})},
             {"indices.npy", npy<std::int32_t>({})},
             {"data.npy", npy<float>({})}};
  CHECK(graph_of(zip_archive(entries)) ==
        SparseRows{.rows = 0, .columns = 4, .offsets = {0}, .targets = {}, .weights = {}});
}

TEST_CASE("a large deflated matrix comes back entry by entry") {
  constexpr std::size_t count = 200000; // more than one piece, and few distinct bytes
  std::vector<std::int32_t> targets(count);
  std::vector<float> weights(count);
  for (std::size_t i = 0; i < count; ++i) {
    targets[i] = static_cast<std::int32_t>(i);
    weights[i] = static_cast<float>(i % 7);
  }
  const SparseRows graph = graph_of(zip_archive({{"format.npy", npy_format("csr")},
                                                 {"shape.npy", npy<std::int64_t>({1, count})},
                                                 {"indptr.npy", npy<std::int64_t>({0, count})},
                                                 {"indices.npy", npy(targets)},
                                                 {"data.npy", npy(weights)}}));
  CHECK(std::ranges::equal(graph.targets, targets, [](auto a, auto b) { return std::cmp_equal(a, b); }));
  CHECK(graph.weights == weights);
}

TEST_CASE("other sparse formats and plain archives are refused with what to do") {
  const std::string coo = archive_with("format.npy", npy_format("coo"));
  CHECK_THROWS_AS(graph_of(coo), DataError);
  CHECK_THROWS_WITH(graph_of(coo), "g.npz: expected a matrix of format 'csr', as scipy.sparse.save_npz(FILE, "
                                   "matrix.tocsr()) writes it, got 'coo'");
  CHECK_THROWS_WITH(graph_of(zip_archive({{"a.npy", npy<float>({1})}})),
                    "g.npz: expected an entry 'format.npy', as scipy.sparse.save_npz writes it, got none");
  ZipEntries entries = csr_entries();
  entries.pop_back();
  CHECK_THROWS_WITH(graph_of(zip_archive(entries)),
                    "g.npz: expected an entry 'data.npy', as scipy.sparse.save_npz writes it, got none");
  CHECK_THROWS_WITH(graph_of(archive_with("format.npy", npy<float>({1}))),
                    "g.npz/format.npy: expected one string of bytes, got 'f4' of rank 1");
  CHECK_NOTHROW(graph_of(archive_with("format.npy", npy_format(std::string_view("csr\0", 4)))));
}

TEST_CASE("arrays of a sparse matrix of another type or shape are refused by name") {
  CHECK_THROWS_WITH(graph_of(archive_with("data.npy", npy<std::int64_t>({1, 2, 3}))),
                    "g.npz/data.npy: expected elements of float32 or float64, got 'i8'");
  CHECK_THROWS_WITH(graph_of(archive_with("indices.npy", npy<float>({1, 0, 2}))),
                    "g.npz/indices.npy: expected elements of int32 or int64, got 'f4'");
  CHECK_THROWS_WITH(graph_of(archive_with("data.npy", sparseann::make_npy_header("f4", {1, 1}) + "1234")),
                    "g.npz/data.npy: expected an array of rank 1, got shape (1, 1)");
  CHECK_THROWS_WITH(graph_of(archive_with("shape.npy", npy<std::int64_t>({3}))),
                    "g.npz/shape.npy: expected the extents of a matrix, got (3)");
  CHECK_THROWS_WITH(graph_of(archive_with("shape.npy", npy<std::int64_t>({3, -3}))),
                    "g.npz/shape.npy: expected the extents of a matrix, got (3, -3)");
  CHECK_THROWS_WITH(graph_of(archive_with("data.npy", sparseann::make_npy_header("O", {3}) + "pickled")),
                    "g.npz/data.npy: expected numbers, got pickled Python objects, which are never loaded");
}

TEST_CASE("a sparse matrix that contradicts itself is refused by row and entry") {
  CHECK_THROWS_WITH(graph_of(archive_with("indptr.npy", npy<std::int64_t>({0, 1, 3}))),
                    "g.npz: expected offsets of 3 rows and one more, got 3");
  CHECK_THROWS_WITH(graph_of(archive_with("indptr.npy", npy<std::int64_t>({0, -1, 1, 3}))),
                    "g.npz: expected offsets that never fall, got -1 after 0 in row 0");
  CHECK_THROWS_WITH(graph_of(archive_with("indptr.npy", npy<std::int64_t>({0, 1, 1, 4}))),
                    "g.npz: expected offsets up to the number of entries, 3, got 4");
  CHECK_THROWS_WITH(graph_of(archive_with("shape.npy", npy<std::int64_t>({3, 2}))),
                    "g.npz: expected targets below 2, got 2 in row 2, entry 1");
  CHECK_THROWS_WITH(graph_of(archive_with("indices.npy", npy<std::int64_t>({1, -1, 2}))),
                    "g.npz: expected targets below 3, got -1 in row 2, entry 0");
  CHECK_THROWS_WITH(graph_of(archive_with("indices.npy", npy<std::int64_t>({1, 2, 1L << 32}))),
                    "g.npz: expected targets below 3, got 4294967296 in row 2, entry 1");
  CHECK_THROWS_WITH(graph_of(archive_with("indices.npy", npy<std::int32_t>({1, 2, 2}))),
                    "g.npz: expected each target of a row once, in ascending order, got 2 after 2 in row 2, entry 1");
  CHECK_THROWS_WITH(graph_of(archive_with("shape.npy", npy<std::int64_t>({3, 1L << 40}))),
                    "g.npz: expected at most 4294967296 columns, got 1099511627776");
  CHECK_THROWS_WITH(graph_of(archive_with("data.npy", npy<float>({1, 2}))),
                    "g.npz: expected a weight for each of 3 entries, got 2 weights");
}

TEST_CASE("weights of a sparse matrix are checked") {
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK_THROWS_WITH(graph_of(archive_with("data.npy", npy<float>({1, infinity, 1}))),
                    "g.npz: expected a finite weight, got inf in row 2, entry 0");
  CHECK_THROWS_WITH(graph_of(archive_with("data.npy", npy<double>({1, 2, 1e39}))),
                    "g.npz/data.npy: expected numbers within float32's range, got 1e+39 in element 2");
  CHECK_THROWS_WITH(parse_sparse_npz("g.npz", zip_archive(csr_entries()), AllowedWeights::non_negative),
                    "g.npz: expected a finite weight from 0, got -1 in row 2, entry 1");
}

TEST_CASE("an entry of another size than it promises is refused before it is decompressed") {
  const std::string bomb = npy<float>({0.5F, 2, -1}) + std::string(50'000'000, '\0');
  CHECK_THROWS_AS(graph_of(archive_with("data.npy", bomb)), IoError);
  CHECK_THROWS_WITH(graph_of(archive_with("data.npy", bomb)),
                    "g.npz/data.npy: holds 50000000 bytes after the promised array (at byte 140)");
  CHECK_THROWS_WITH(
      graph_of(archive_with("data.npy", sparseann::make_npy_header("f4", {4}) + "123")),
      "g.npz/data.npy: header promises shape (4) of 4 bytes each, more than the file holds (at byte 128)");
  CHECK_THROWS_WITH(graph_of(archive_with("data.npy", sparseann::make_npy_header("f", {3}) + "123")),
                    "g.npz/data.npy: npy header: cannot interpret element type 'f'");
}

TEST_CASE("an entry above the limit is refused") {
  const std::string archive = zip_archive(csr_entries());
  CHECK_NOTHROW(parse_sparse_npz("g.npz", archive, AllowedWeights::finite, 144));
  CHECK_THROWS_WITH(parse_sparse_npz("g.npz", archive, AllowedWeights::finite, 143),
                    "g.npz/indptr.npy: claims 144 bytes, more than the 143 allowed");
  CHECK_THROWS_WITH(graph_of(archive_with("format.npy", npy_format(std::string(5000, 'c')))),
                    "g.npz/format.npy: claims 5128 bytes, more than the 4096 allowed");
}

TEST_CASE("an archive that lies about sizes and methods is refused") {
  const std::string archive = zip_archive(csr_entries(), ZIP_CM_STORE);
  CHECK_THROWS_WITH(
      graph_of(patched(archive, "data.npy", 24, 0x7fffffff, 4)),
      fmt::format("g.npz/data.npy: claims 2147483647 bytes from 140, more than an archive of {} bytes can "
                  "hold",
                  archive.size()));
  CHECK_THROWS_WITH(
      graph_of(patched(archive, "data.npy", 20, 0x7fffffff, 4)),
      fmt::format("g.npz/data.npy: claims 140 bytes from 2147483647, more than an archive of {} bytes can "
                  "hold",
                  archive.size()));
  CHECK_THROWS_WITH(graph_of(patched(archive, "data.npy", 10, 12, 2)),
                    "g.npz/data.npy: is compressed by method 12; only deflate can be read");
  CHECK_THROWS_WITH(graph_of(patched(archive, "data.npy", 8, 1, 2)), "g.npz/data.npy: is encrypted");
  CHECK_THROWS_WITH(graph_of(patched(archive, "data.npy", 16, 0, 4)),
                    "g.npz/data.npy: cannot be decompressed: CRC error");
}

TEST_CASE("what is no zip archive is refused") {
  CHECK_THROWS_AS(graph_of("source,target,weight\n"), IoError);
  CHECK_THROWS_WITH(graph_of("source,target,weight\n"), "g.npz: cannot be read as a zip archive: Not a zip archive");
  CHECK_THROWS_AS(graph_of(""), sparseann::Error);
}

TEST_CASE("every truncation of an archive is an error, every changed byte an error or without effect") {
  const std::string archive = unhexed(by_scipy);
  for (std::size_t size = 0; size < archive.size(); ++size)
    CHECK_THROWS_AS(graph_of(archive.substr(0, size)), sparseann::Error);
  for (std::size_t at = 0; at < archive.size(); ++at) {
    std::string changed = archive;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    try {
      const SparseRows graph = graph_of(changed);
      CHECK(graph == what_scipy_wrote());
    } catch (const sparseann::Error&) {
      SUCCEED();
    }
  }
}
