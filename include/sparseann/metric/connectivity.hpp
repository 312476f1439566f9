#pragma once

#include <array>
#include <string_view>

namespace sparseann {

/// Which voxels touch: those that share a face (6 in 3D, 4 in a slice), a face or an edge (18, 8), or a face, an edge
/// or a corner (26, 8).
enum class Connectivity { faces, edges, corners };

[[nodiscard]] constexpr std::array<std::string_view, 3> names_of(Connectivity) noexcept {
  return {"faces", "edges", "corners"};
}

} // namespace sparseann
