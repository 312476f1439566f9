#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sparseann::test {

/// A safetensors file of that header, which may be wrong, and those bytes behind it.
[[nodiscard]] inline std::string safetensors_bytes(std::string_view header, std::string_view data = {}) {
  std::string file;
  for (std::size_t i = 0; i < 8; ++i)
    file += static_cast<char>(std::uint64_t{header.size()} >> (8 * i) & 0xffU);
  return file.append(header).append(data);
}

} // namespace sparseann::test
