// Any bytes as a .npy file, read as what the header says and as what the library asks for. A sparseann::Error is the
// right answer to most of them; anything else is a defect.
#include "sparseann/io/npy.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sparseann/core/error.hpp"

namespace {

using sparseann::NpyHeader;

template <class Parse> void refuse_or_accept(Parse&& parse) {
  try {
    parse();
  } catch (const sparseann::Error&) { // the input was at fault, and it was said so
  }
}

/// Other types and ranks are refused by one comparison each, and throwing takes most of the time.
template <sparseann::NpyElement T, std::size_t N>
void parse_where_right(const NpyHeader& header, std::string_view file) {
  if (header.shape.size() == N && header.type == sparseann::detail::npy_type<T>())
    refuse_or_accept([&] { static_cast<void>(sparseann::parse_npy_array<T, N>("f.npy", file)); });
}

template <sparseann::NpyElement... T> void parse_as_promised(const NpyHeader& header, std::string_view file) {
  (parse_where_right<T, 1>(header, file), ...);
  (parse_where_right<T, 2>(header, file), ...);
  (parse_where_right<T, 3>(header, file), ...);
  (parse_where_right<T, 4>(header, file), ...);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  refuse_or_accept([&] {
    const NpyHeader header = sparseann::parse_npy_header("f.npy", file);
    parse_as_promised<std::uint8_t, std::uint32_t, std::int32_t, std::int64_t, float, double>(header, file);
    refuse_or_accept([&] { static_cast<void>(sparseann::parse_npy("f.npy", file)); });
    refuse_or_accept([&] { static_cast<void>(sparseann::parse_npy_numbers("f.npy", file)); });
  });
  return 0;
}
