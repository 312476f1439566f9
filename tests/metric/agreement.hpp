// Our scores under the names that tests/tools/record_metrics.py gives to numbers of the same definition.
#pragma once

#include <cmath>
#include <cstddef>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "sparseann/metric/evaluation.hpp"
#include "support/catch.hpp"

namespace sparseann::test {

[[nodiscard]] inline std::map<std::string, double> named_scores(const LabelVolume& prediction,
                                                                const LabelVolume& reference) {
  const auto scored = [&](const EvaluationOptions& options) { return evaluate(prediction, reference, 2, options)[0]; };
  const ClassScore pooled = scored({});
  const ClassScore directed = scored({.boundary_average = BoundaryAverage::mean_of_directed,
                                      .boundary_percentile = BoundaryPercentile::larger_of_directed});
  const ClassScore corners = scored({.boundary = {.neighbours = Connectivity::corners}});
  const ClassScore inside = scored({.boundary = {.image_border = false}});
  const ClassScore elements =
      scored({.surface = Surface::elements, .boundary_percentile = BoundaryPercentile::larger_of_directed});
  const auto surfaces =
      surface_element_distances(prediction.voxels, reference.voxels, 1, reference.geometry.spacing_mm);
  const DirectedValues averages = directed_averages_mm(surfaces);
  const DirectedValues overlap = surface_overlap(surfaces, 1.0);
  return {{"dice", pooled.dice},
          {"jaccard", pooled.jaccard},
          {"sensitivity", pooled.sensitivity},
          {"precision", pooled.precision},
          {"hausdorff_mm", pooled.hausdorff_mm},
          {"hausdorff95_mm_pooled", pooled.hausdorff95_mm},
          {"hausdorff95_mm_larger_of_directed", directed.hausdorff95_mm},
          {"adb_mm_pooled", pooled.average_boundary_distance_mm},
          {"adb_mm_mean_of_directed", directed.average_boundary_distance_mm},
          {"hausdorff_mm_corners", corners.hausdorff_mm},
          {"adb_mm_pooled_corners", corners.average_boundary_distance_mm},
          {"hausdorff_mm_border_inside", inside.hausdorff_mm},
          {"adb_mm_pooled_border_inside", inside.average_boundary_distance_mm},
          {"nsd_1mm", pooled.normalised_surface_dice},
          {"hausdorff_mm_elements", elements.hausdorff_mm},
          {"hausdorff95_mm_elements", elements.hausdorff95_mm},
          {"nsd_1mm_elements", elements.normalised_surface_dice},
          {"adb_mm_elements_from_prediction", averages.from_prediction},
          {"adb_mm_elements_from_reference", averages.from_reference},
          {"overlap_1mm_elements_from_prediction", overlap.from_prediction},
          {"overlap_1mm_elements_from_reference", overlap.from_reference}};
}

/// Checks our scores of a pair against every tool's to 1e-5, and counts comparisons by tool.
inline void check_agreement(const nlohmann::ordered_json& pair, const LabelVolume& prediction,
                            const LabelVolume& reference, std::map<std::string, std::size_t>& compared) {
  const auto values = named_scores(prediction, reference);
  for (const auto& [tool, results] : pair["results"].items())
    for (const auto& [name, value] : results.items()) {
      INFO(pair["name"].get<std::string>() << ", " << tool << ", " << name);
      const auto own = values.find(name);
      if (own == values.end())
        continue; // of another definition
      ++compared[tool];
      CHECK(std::abs(own->second - value.get<double>()) <= 1e-5 * (1 + std::abs(value.get<double>())));
    }
}

} // namespace sparseann::test
