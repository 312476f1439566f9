// agreement.json: masks by recipe, and what other tools made of them; tests/tools/record_metrics.py writes the latter.
#include <fstream>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "metric/agreement.hpp"
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

} // namespace

TEST_CASE("scores are those of MONAI, MedPy, SimpleITK and surface-distance where the definitions are the same") {
  std::ifstream file(SPARSEANN_SOURCE_DIR "/tests/metric/agreement.json");
  const Json recorded = Json::parse(file);
  REQUIRE(recorded["pairs"].size() >= 12);
  std::map<std::string, std::size_t> compared;
  for (const Json& pair : recorded["pairs"])
    test::check_agreement(pair, drawn(pair, "prediction"), drawn(pair, "reference"), compared);
  for (const char* const tool : {"monai", "medpy", "simpleitk", "surface-distance"})
    CHECK(compared[tool] >= 12);
}
