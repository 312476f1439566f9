// agreement.json: masks by recipe, and what other tools made of them; tests/tools/record_metrics.py writes the latter.
#include <fstream>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "sparseann/metric/evaluation.hpp"
#include "support/catch.hpp"

using namespace sparseann;

namespace {

using Json = nlohmann::ordered_json;
using Whole = std::array<std::int64_t, 3>;

bool is_inside(const Json& part, const Whole& voxel) {
  if (part["kind"] == "box") {
    const auto first = part["first"].get<Whole>();
    const auto past = part["past"].get<Whole>();
    return voxel[0] >= first[0] && voxel[0] < past[0] && voxel[1] >= first[1] && voxel[1] < past[1] &&
           voxel[2] >= first[2] && voxel[2] < past[2];
  }
  const auto centre = part["centre"].get<Whole>();
  const auto radii = part["radii"].get<Whole>();
  const auto square = [](std::int64_t value) { return value * value; };
  const std::int64_t all = square(radii[0] * radii[1] * radii[2]);
  std::int64_t sum = 0;
  for (std::size_t axis = 0; axis < 3; ++axis)
    sum += square(voxel[axis] - centre[axis]) * (all / square(radii[axis]));
  return sum <= all;
}

LabelVolume drawn(const Json& pair, const char* side) {
  const auto shape = pair["shape"].get<Shape3>();
  LabelVolume volume =
      zeros_on<std::uint8_t>({.shape = shape, .spacing_mm = pair["spacing_mm"].get<std::array<double, 3>>()});
  for (const Json& part : pair[side])
    for (std::size_t z = 0; z < shape[0]; ++z)
      for (std::size_t y = 0; y < shape[1]; ++y)
        for (std::size_t x = 0; x < shape[2]; ++x)
          if (is_inside(part,
                        {static_cast<std::int64_t>(z), static_cast<std::int64_t>(y), static_cast<std::int64_t>(x)}))
            volume.voxels(z, y, x) = part["value"].get<std::uint8_t>();
  return volume;
}

/// Ours under the names that the recorder gives to numbers of the same definition.
std::map<std::string, double> ours(const LabelVolume& prediction, const LabelVolume& reference) {
  const auto scored = [&](const EvaluationOptions& options) { return evaluate(prediction, reference, 2, options)[0]; };
  const ClassScore pooled = scored({});
  const ClassScore directed = scored({.boundary_average = BoundaryAverage::mean_of_directed,
                                      .boundary_percentile = BoundaryPercentile::larger_of_directed});
  const ClassScore corners = scored({.boundary = {.neighbours = Connectivity::corners}});
  const ClassScore inside = scored({.boundary = {.image_border = false}});
  const ClassScore elements =
      scored({.surface = Surface::elements, .boundary_percentile = BoundaryPercentile::larger_of_directed});
  const auto& spacing = reference.geometry.spacing_mm;
  const auto surfaces = surface_element_distances(prediction.voxels, reference.voxels, 1, spacing);
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

} // namespace

TEST_CASE("scores are those of MONAI, MedPy, SimpleITK and surface-distance where the definitions are the same") {
  std::ifstream file(SPARSEANN_SOURCE_DIR "/tests/metric/agreement.json");
  const Json recorded = Json::parse(file);
  REQUIRE(recorded["pairs"].size() >= 12);
  std::map<std::string, std::size_t> compared;
  for (const Json& pair : recorded["pairs"]) {
    const auto values = ours(drawn(pair, "prediction"), drawn(pair, "reference"));
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
  for (const char* const tool : {"monai", "medpy", "simpleitk", "surface-distance"})
    CHECK(compared[tool] >= 12);
}
