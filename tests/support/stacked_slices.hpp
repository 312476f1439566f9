#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sparseann/core/array.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/encode/slice_source.hpp"

namespace sparseann::test {

/// A case whose xy slices are these. Shapes: (slices, rows, columns).
[[nodiscard]] inline Case case_of_slices(const Array3<float>& slices, std::string name = "case") {
  const auto [depth, rows, columns] = std::array{slices.shape(0), slices.shape(1), slices.shape(2)};
  Image image{.voxels = xt::zeros<float>({std::size_t{1}, depth, rows, columns}),
              .geometry = isotropic_geometry({depth, rows, columns})};
  std::ranges::copy(elements(slices), elements(image.voxels).begin());
  return {.name = std::move(name), .image = std::move(image)};
}

/// A case whose xy slice i has the pixels of row i of `pixels`, edge x edge of them.
[[nodiscard]] inline Case case_of_rows(const Array2<float>& pixels, std::size_t edge) {
  Array3<float> slices = xt::zeros<float>({pixels.shape(0), edge, edge});
  std::ranges::copy(elements(pixels), elements(slices).begin());
  return case_of_slices(slices);
}

/// The xy slices of cases.
[[nodiscard]] inline SliceSource xy_slices(std::span<const Case> cases) {
  return {cases, all_slices(cases, std::array{Plane::xy})};
}

} // namespace sparseann::test
