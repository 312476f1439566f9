#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sparseann/annotate/sparse_labels.hpp"
#include "sparseann/core/array.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/data/slices.hpp"

namespace sparseann {

/// The slices of `plane` in which every voxel is annotated, from the first.
[[nodiscard]] inline std::vector<std::size_t> annotated_slices(const SparseLabels& labels, Plane plane) {
  std::vector<std::size_t> slices;
  for (std::size_t s = 0; s < slice_count(labels.shape(), plane); ++s) {
    const Array2<std::uint8_t> slice = copy_slice(labels.voxels(), plane, s);
    if (std::ranges::find(elements(slice), labels.unlabelled()) == elements(slice).end())
      slices.push_back(s);
  }
  return slices;
}

} // namespace sparseann
