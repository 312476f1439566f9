#pragma once

#include <span>

#include "sparseann/core/error.hpp"
#include "sparseann/metric/evaluation.hpp"

namespace sparseann {

/// Overall score of the HVSMR 2016 challenge; higher is better.
///
/// Formula: sum over the foreground classes of Dice / 2 - ADB / 4 - Hausdorff / 30.
/// Units: distances in mm.
/// Throws: InvalidArgument where there is no class.
/// Source: Zheng et al., "An annotation sparsification strategy for 3D medical image segmentation via representative
/// selection and self-training", AAAI 2020; reproduces the overall scores of its Table 1.
[[nodiscard]] inline double overall_score(std::span<const ClassScore> classes) {
  if (classes.empty())
    throw InvalidArgument("classes", "the score of at least one class", "none");
  double score = 0.0;
  for (const ClassScore& each : classes)
    score += each.dice / 2.0 - each.average_boundary_distance_mm / 4.0 - each.hausdorff_mm / 30.0;
  return score;
}

} // namespace sparseann
