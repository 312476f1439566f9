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

/// The slices of `plane` that somebody drew on, from the first: less than half of one may have been left open.
///
/// Formula: with a(s) the annotated share of slice s and m the least of the plane's, which is what slices of other
/// planes leave on one that they cross, a(s) = 1 or a(s) - m > (1 - m) / 2: half of what they leave. Cost: two passes.
[[nodiscard]] inline std::vector<std::size_t> drawn_slices(const SparseLabels& labels, Plane plane) {
  std::vector<double> shares;
  for (std::size_t s = 0; s < slice_count(labels.shape(), plane); ++s) {
    const Array2<std::uint8_t> slice = copy_slice(labels.voxels(), plane, s);
    const auto open = std::ranges::count(elements(slice), labels.unlabelled());
    shares.push_back(1 - static_cast<double>(open) / static_cast<double>(slice.size()));
  }
  const double least = std::ranges::min(shares);
  std::vector<std::size_t> drawn;
  for (std::size_t s = 0; s < shares.size(); ++s)
    if (shares[s] >= 1 || shares[s] - least > (1 - least) / 2)
      drawn.push_back(s);
  return drawn;
}

} // namespace sparseann
