// Any bytes as a sparse matrix in a .npz file. The first byte says how the others are meant: odd, as the archive
// itself, which checksums keep from going deep; even, as its five entries, each after its length in two bytes. An
// sparseann::Error is the right answer to most of them; anything else is a defect.
#include "sparseann/io/npz.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sparseann/core/error.hpp"
#include "support/zip_archive.hpp"

namespace {

std::string take_entry(std::string_view& bytes) {
  if (bytes.size() < 2)
    return {};
  const std::size_t length =
      static_cast<unsigned char>(bytes[0]) | static_cast<std::size_t>(static_cast<unsigned char>(bytes[1])) << 8U;
  const std::string entry(bytes.substr(2, length));
  bytes.remove_prefix(std::min(bytes.size(), length + 2));
  return entry;
}

std::string archive_of(std::string_view bytes) {
  sparseann::test::ZipEntries entries;
  for (const char* const name : {"format.npy", "shape.npy", "indptr.npy", "indices.npy", "data.npy"})
    entries.emplace_back(name, take_entry(bytes));
  return sparseann::test::zip_archive(entries, ZIP_CM_STORE);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string archive = data[0] % 2 == 1 ? std::string(bytes) : archive_of(bytes);
  constexpr std::uint64_t most = std::uint64_t{1} << 20U;
  sparseann::SparseRows matrix;
  try {
    matrix = sparseann::parse_sparse_npz("g.npz", archive, sparseann::AllowedWeights::finite, most);
  } catch (const sparseann::Error&) { // the input was at fault, and it was said so
    return 0;
  }
  try {
    sparseann::check_sparse_rows(matrix);
  } catch (const sparseann::Error&) {
    std::abort();
  }
  return 0;
}
