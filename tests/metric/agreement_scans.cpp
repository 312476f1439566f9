// agreement_scans.json: labels of real scans, changed by recipe, and what other tools made of the two;
// tests/tools/record_metrics.py writes the latter.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "metric/agreement.hpp"
#include "sparseann/io/nifti.hpp"
#include "support/catch.hpp"

using namespace sparseann;

namespace {

using Json = nlohmann::ordered_json;
using Mask = Array3<std::uint8_t>;
using Step = std::array<std::int64_t, 3>;

/// The voxel at a place; background beyond the image.
std::uint8_t at(const Mask& mask, const Step& place) {
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (place[axis] < 0 || place[axis] >= static_cast<std::int64_t>(mask.shape(axis)))
      return 0;
  return mask(static_cast<std::size_t>(place[0]), static_cast<std::size_t>(place[1]),
              static_cast<std::size_t>(place[2]));
}

/// value(place) of every voxel.
Mask made(const Mask& like, auto&& value) {
  Mask result = xt::zeros<std::uint8_t>(like.shape());
  std::size_t i = 0;
  for (std::size_t z = 0; z < like.shape(0); ++z)
    for (std::size_t y = 0; y < like.shape(1); ++y)
      for (std::size_t x = 0; x < like.shape(2); ++x)
        elements(result)[i++] =
            value(Step{static_cast<std::int64_t>(z), static_cast<std::int64_t>(y), static_cast<std::int64_t>(x)});
  return result;
}

std::array<std::uint8_t, 6> neighbours_of(const Mask& mask, const Step& place) {
  std::array<std::uint8_t, 6> found{};
  for (std::size_t i = 0; i < 6; ++i) {
    Step other = place;
    other[i / 2] += i % 2 == 0 ? -1 : 1;
    found[i] = at(mask, other);
  }
  return found;
}

Mask changed(Mask mask, const Json& change) {
  const auto kind = change["kind"].get<std::string>();
  if (kind == "shift") {
    const auto by = change["by"].get<Step>();
    return made(mask,
                [&](const Step& place) { return at(mask, {place[0] - by[0], place[1] - by[1], place[2] - by[2]}); });
  }
  if (kind == "perturb") {
    const auto one_in = change["one_in"].get<std::int64_t>();
    return made(mask, [&](const Step& place) {
      const std::uint8_t own = at(mask, place);
      const auto neighbours = neighbours_of(mask, place);
      const bool touched = std::ranges::any_of(neighbours, [own](std::uint8_t other) { return other != own; });
      const std::int64_t number = 73856093 * place[0] + 19349663 * place[1] + 83492791 * place[2];
      return static_cast<std::uint8_t>(touched && number / 65536 % one_in == 0 ? 1 - own : own);
    });
  }
  REQUIRE((kind == "erode" || kind == "dilate"));
  for (auto times = change["times"].get<int>(); times > 0; --times)
    mask = made(mask, [&](const Step& place) {
      const auto neighbours = neighbours_of(mask, place);
      return kind == "erode" ? std::min(at(mask, place), std::ranges::min(neighbours))
                             : std::max(at(mask, place), std::ranges::max(neighbours));
    });
  return mask;
}

/// One label of the part of a scan that `pair` names.
LabelVolume part_of(const LabelVolume& scan, const Json& pair) {
  const auto every = pair["every"].get<Shape3>();
  const auto first = pair["first"].get<Shape3>();
  const auto past = pair["past"].get<Shape3>();
  const auto label = pair["label"].get<std::uint8_t>();
  Geometry geometry{.shape = {}, .spacing_mm = scan.geometry.spacing_mm, .orientation = {}};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    geometry.shape[axis] = past[axis] - first[axis];
    geometry.spacing_mm[axis] *= static_cast<double>(every[axis]);
  }
  LabelVolume part = zeros_on<std::uint8_t>(geometry);
  part.voxels = made(part.voxels, [&](const Step& place) {
    const auto index = [&](std::size_t axis) {
      return (first[axis] + static_cast<std::size_t>(place[axis])) * every[axis];
    };
    return static_cast<std::uint8_t>(scan.voxels(index(0), index(1), index(2)) == label);
  });
  return part;
}

} // namespace

TEST_CASE("scores of real labels, shifted, eroded, dilated and perturbed, are those of other tools, too") {
  const char* const folder = std::getenv("SPARSEANN_DATA");
  if (folder == nullptr) {
    WARN("skipped: SPARSEANN_DATA does not name the folder of real scans");
    return;
  }
  std::ifstream file(SPARSEANN_SOURCE_DIR "/tests/metric/agreement_scans.json");
  const Json recorded = Json::parse(file);
  REQUIRE(recorded["pairs"].size() == 20);
  std::map<std::string, std::size_t> compared;
  for (const Json& pair : recorded["pairs"]) {
    const LabelVolume reference =
        part_of(read_nifti_labels(std::filesystem::path(folder) / pair["file"].get<std::string>()), pair);
    LabelVolume prediction = reference;
    prediction.voxels = changed(reference.voxels, pair["change"]);
    test::check_agreement(pair, prediction, reference, compared);
  }
  for (const char* const tool : {"monai", "medpy", "simpleitk", "surface-distance"})
    CHECK(compared[tool] >= 20);
}
