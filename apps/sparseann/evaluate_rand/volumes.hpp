#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>

#include "sparseann/core/array.hpp"

namespace sparseann::app {

/// Probabilities of cell as they are stored: reals as float, or 8 or 16 bits of which the largest value is 1.
using ProbabilityMap = std::variant<Array3<float>, Array3<std::uint8_t>, Array3<std::uint16_t>>;

/// Throws: IoError; DataError, which names the file, for another type, and for a value that is not in 0..1, with its
/// voxel.
[[nodiscard]] ProbabilityMap read_probability_map(const std::filesystem::path& path, const std::string& dataset);

} // namespace sparseann::app
