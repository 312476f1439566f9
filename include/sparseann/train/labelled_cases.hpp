#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "sparseann/annotate/sparse_labels.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/data/cohort.hpp"

namespace sparseann {

/// What base models learn from: images and sparse labels. There is no way to a dense label from here.
struct LabelledCases {
  std::span<const Case> cases;
  std::span<const SparseLabels> labels; ///< parallel to cases
  std::span<const Plane> planes;        ///< in which slices were labelled and 2D models predict
  std::size_t classes = 0;
};

} // namespace sparseann
