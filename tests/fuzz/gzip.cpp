// Any bytes as a gzip file, in pieces and as a whole. The first byte says how long pieces are; with the next, odd, the
// others are deflate data behind a right header. A sparseann::IoError is the right answer to most of them; anything
// else is a defect, other bytes from pieces than from the whole included.
#include "sparseann/io/gzip.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "sparseann/core/io_error.hpp"

namespace {

constexpr std::size_t most = std::size_t{1} << 22U;

std::optional<std::string> whole(std::string_view file) {
  try {
    return sparseann::decompress_gzip("f.gz", file, most);
  } catch (const sparseann::IoError&) { // the input was at fault, and it was said so
    return std::nullopt;
  }
}

std::optional<std::string> in_pieces(std::string_view file, std::size_t piece) {
  try {
    sparseann::GzipReader reader("f.gz", file);
    std::string all;
    std::string part(piece, '\0');
    for (std::size_t count = piece; count == piece && all.size() <= most;) {
      count = reader.read(part);
      all.append(part, 0, count);
    }
    return all.size() <= most ? std::optional(all) : std::nullopt;
  } catch (const sparseann::IoError&) {
    return std::nullopt;
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2)
    return 0;
  using namespace std::string_view_literals;
  std::string file(data[1] % 2 == 1 ? "\x1f\x8b\x08\0\0\0\0\0\0\xff"sv : ""sv);
  file.append(reinterpret_cast<const char*>(data) + 2, size - 2);
  if (whole(file) != in_pieces(file, std::size_t{1} + std::size_t{data[0]} * 64))
    std::abort();
  return 0;
}
