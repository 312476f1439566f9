// Any bytes as a safetensors file. A sparseann::IoError is the right answer to most of them; anything else is a defect,
// a tensor whose bytes are not within the file included.
#include "sparseann/io/safetensors.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sparseann/core/io_error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  try {
    const sparseann::SafetensorsHeader header = sparseann::parse_safetensors_header("f.safetensors", file);
    for (const auto& [name, entry] : header.tensors)
      if (entry.begin > entry.end || entry.end > size)
        std::abort();
  } catch (const sparseann::IoError&) { // the input was at fault, and it was said so
  }
  return 0;
}
