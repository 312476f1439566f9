// Any bytes as an HDF5 file. A sparseann::Error is the right answer to most of them; anything else is a defect.
#include "sparseann/io/hdf5.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sparseann/core/error.hpp"
#include "support/memory_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sparseann::test::MemoryFile file({reinterpret_cast<const char*>(data), size});
  try {
    static_cast<void>(sparseann::read_hdf5<std::uint32_t>(file.path(), "label"));
  } catch (const sparseann::Error&) { // the input was at fault, and it was said so
  }
  return 0;
}
