#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "sparseann/core/array.hpp"
#include "sparseann/data/cohort.hpp"

namespace sparseann::test {

/// 3 x 4 x 5 voxels, whose slices look different from each other.
[[nodiscard]] inline Case patterned_case(std::string name) {
  Case subject{
      .name = std::move(name),
      .image = {.voxels = Array4<float>::from_shape({1, 3, 4, 5}), .geometry = isotropic_geometry({3, 4, 5}, 2)}};
  std::size_t offset = 0;
  for (float& voxel : elements(subject.image.voxels)) {
    voxel = static_cast<float>(offset * offset % 23);
    ++offset;
  }
  return subject;
}

} // namespace sparseann::test
