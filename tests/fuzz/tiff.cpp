// Any bytes as a TIFF stack. A sparseann::Error is the right answer to most of them; anything else is a defect.
#include "sparseann/io/tiff.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sparseann/core/error.hpp"
#include "support/memory_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sparseann::test::MemoryFile file({reinterpret_cast<const char*>(data), size});
  try {
    static_cast<void>(sparseann::read_tiff<std::uint16_t>(file.path()));
  } catch (const sparseann::Error&) { // the input was at fault, and it was said so
  }
  return 0;
}
