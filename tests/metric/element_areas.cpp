#include "sparseann/metric/element_areas.hpp"

#include <fstream>
#include <numeric>

#include <nlohmann/json.hpp>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

/// The code of a cube whose voxels `inside(z, y, x)` says to be inside.
CubeCode code_of(auto&& inside) {
  unsigned code = 0;
  for (unsigned z = 0; z < 2; ++z)
    for (unsigned y = 0; y < 2; ++y)
      for (unsigned x = 0; x < 2; ++x)
        code = code << 1U | (inside(z, y, x) ? 1U : 0U);
  return static_cast<CubeCode>(code);
}

bool has(std::size_t code, unsigned z, unsigned y, unsigned x) { return (code >> (7 - (4 * z + 2 * y + x)) & 1) != 0; }

} // namespace

TEST_CASE("areas of surface elements are those of surface-distance 0.1, also where voxels are no cubes") {
  std::ifstream file(SPARSEANN_SOURCE_DIR "/tests/metric/agreement.json");
  const auto recorded = nlohmann::json::parse(file);
  REQUIRE(recorded["element_areas"].size() == 2);
  for (const auto& each : recorded["element_areas"]) {
    const auto areas = element_areas_mm2(each["spacing_mm"].get<std::array<double, 3>>());
    const auto expected = each["areas_mm2"].get<std::array<double, 256>>();
    for (std::size_t code = 0; code < areas.size(); ++code) {
      CAPTURE(code);
      CHECK(areas[code] == Approx(expected[code]).margin(1e-12));
    }
  }
}

TEST_CASE("areas of simple surfaces are what geometry says") {
  const std::array<double, 3> spacing{3, 0.75, 1.25};
  const auto areas = element_areas_mm2(spacing);
  CHECK(areas[0] == 0.0);
  CHECK(areas[255] == 0.0);
  const auto flat_z = code_of([](unsigned z, unsigned, unsigned) { return z == 0; });
  CHECK(areas[flat_z] == Approx(0.75 * 1.25));
  const auto flat_x = code_of([](unsigned, unsigned, unsigned x) { return x == 1; });
  CHECK(areas[flat_x] == Approx(3 * 0.75));
  const auto edge = code_of([](unsigned, unsigned y, unsigned x) { return y == 0 && x == 1; });
  CHECK(areas[edge] == Approx(3 * std::hypot(0.75 / 2, 1.25 / 2)));
  // A corner is cut off by the triangle of three edges' middles.
  const auto corner = code_of([](unsigned z, unsigned y, unsigned x) { return z + y + x == 3; });
  CHECK(areas[corner] == Approx(std::hypot(0.75 * 1.25, 3 * 1.25, 3 * 0.75) / 8));
  const auto opposite = code_of([](unsigned z, unsigned y, unsigned x) { return z == y && y == x; });
  CHECK(areas[opposite] == Approx(2 * areas[corner]));
}

TEST_CASE("what is inside may be turned, mirrored and taken for outside") {
  const auto cubes = element_areas_mm2({2, 2, 2});
  const auto boxes = element_areas_mm2({3, 0.75, 1.25});
  const auto turned_boxes = element_areas_mm2({1.25, 3, 0.75});
  for (std::size_t code = 0; code < 256; ++code) {
    CAPTURE(code);
    const auto mirrored = code_of([&](unsigned z, unsigned y, unsigned x) { return has(code, 1 - z, y, x); });
    const auto turned = code_of([&](unsigned z, unsigned y, unsigned x) { return has(code, y, x, z); });
    CHECK(cubes[255 - code] == Approx(cubes[code]));
    CHECK(boxes[255 - code] == Approx(boxes[code]));
    CHECK(cubes[mirrored] == Approx(cubes[code]));
    CHECK(boxes[mirrored] == Approx(boxes[code]));
    CHECK(turned_boxes[turned] == Approx(boxes[code]));
  }
}

TEST_CASE("a spacing that is none has no areas") {
  CHECK_THROWS_AS(element_areas_mm2({1, 0, 1}), InvalidArgument);
  CHECK_THROWS_AS(element_areas_mm2({1, 1, std::numeric_limits<double>::quiet_NaN()}), InvalidArgument);
}
