// agreement_instances.json: segments by recipe, and what scikit-image made of them; tests/tools/record_instances.py
// writes the latter.
#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include "sparseann/metric/components.hpp"
#include "sparseann/metric/contingency.hpp"
#include "sparseann/metric/rand_score.hpp"
#include "sparseann/metric/watershed.hpp"
#include "support/catch.hpp"

using namespace sparseann;

namespace {

nlohmann::ordered_json recorded_instances() {
  std::ifstream file(SPARSEANN_SOURCE_DIR "/tests/metric/agreement_instances.json");
  return nlohmann::ordered_json::parse(file);
}

Array3<std::uint32_t> segments_of(const Shape3& shape, const nlohmann::ordered_json& recipe) {
  const auto block = recipe["block"].get<Shape3>();
  const auto number = [&](const char* name) { return recipe[name].get<std::size_t>(); };
  const auto blocks = [&](std::size_t axis) { return (shape[axis] + block[axis] - 1) / block[axis]; };
  Array3<std::uint32_t> segments = xt::zeros<std::uint32_t>(shape);
  for (std::size_t z = 0; z < shape[0]; ++z)
    for (std::size_t y = 0; y < shape[1]; ++y)
      for (std::size_t x = 0; x < shape[2]; ++x) {
        const std::size_t n = (z / block[0] * blocks(1) + y / block[1]) * blocks(2) + x / block[2];
        segments(z, y, x) = static_cast<std::uint32_t>(n * (n + number("offset")) * number("multiplier") %
                                                       number("modulus") % number("segments"));
      }
  return segments;
}

std::uint64_t checksum(const Array3<std::uint32_t>& labels) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < labels.size(); ++i)
    sum += labels.data()[i] * (i % 1009 + 1);
  return sum;
}

} // namespace

TEST_CASE("Rand error and variation of information are scikit-image's") {
  const auto recorded = recorded_instances();
  REQUIRE(recorded["pairs"].size() >= 6);
  for (const auto& pair : recorded["pairs"]) {
    INFO(pair["name"].get<std::string>());
    const auto shape = pair["shape"].get<Shape3>();
    const Array3<std::uint32_t> prediction = segments_of(shape, pair["prediction"]);
    const Array3<std::uint32_t> reference = segments_of(shape, pair["reference"]);
    const SegmentSums sums = segment_sums(contingency_table(elements(prediction), elements(reference)));
    const auto value = [&](const char* name) { return pair["result"][name].get<double>(); };
    const AdaptedRandError error = adapted_rand_error(sums);
    CHECK(error.error == Approx(value("adapted_rand_error")).margin(1e-9));
    // Its issue #6485: the two have each other's name.
    CHECK(error.recall == Approx(value("adapted_rand_precision")).margin(1e-9));
    CHECK(error.precision == Approx(value("adapted_rand_recall")).margin(1e-9));
    CHECK(variation_of_information(sums).split == Approx(value("variation_split")).margin(1e-9));
    CHECK(variation_of_information(sums).merge == Approx(value("variation_merge")).margin(1e-9));
  }
}

TEST_CASE("components have the numbers that scikit-image gives them") {
  for (const auto& recorded : recorded_instances()["components"]) {
    INFO(recorded["name"].get<std::string>());
    const Array3<std::uint32_t> segments = segments_of(recorded["shape"].get<Shape3>(), recorded["mask"]);
    Array3<std::uint8_t> mask = xt::zeros<std::uint8_t>(segments.shape());
    std::ranges::transform(elements(segments), mask.data(),
                           [](std::uint32_t segment) { return static_cast<std::uint8_t>(segment == 0); });
    for (const Connectivity connectivity : {Connectivity::faces, Connectivity::edges, Connectivity::corners}) {
      const auto& expected = recorded["result"][std::string(name_of_value(connectivity))];
      const Components components = connected_components(mask, connectivity);
      CHECK(components.sizes.size() == expected["count"].get<std::size_t>());
      CHECK(checksum(components.labels) == expected["checksum"].get<std::uint64_t>());
    }
  }
}

TEST_CASE("a watershed from seeds is scikit-image's where no two heights are equal") {
  for (const auto& recorded : recorded_instances()["watersheds"]) {
    INFO(recorded["name"].get<std::string>());
    const auto shape = recorded["shape"].get<Shape3>();
    Array3<std::uint16_t> heights = xt::zeros<std::uint16_t>(shape);
    for (std::size_t i = 0; i < heights.size(); ++i)
      heights.data()[i] = static_cast<std::uint16_t>((i + 1) * recorded["multiplier"].get<std::size_t>() %
                                                     recorded["prime"].get<std::size_t>());
    Array3<std::uint32_t> seeds = xt::zeros<std::uint32_t>(shape);
    std::uint32_t label = 0;
    for (const auto& seed : recorded["seeds"])
      seeds.data()[seed.get<std::size_t>()] = ++label;
    const auto connectivity = static_cast<Connectivity>(recorded["connectivity"].get<int>() - 1);
    const Array3<std::uint32_t> labels = seeded_watershed(heights, seeds, {connectivity, false});
    CHECK(checksum(labels) == recorded["result"]["checksum"].get<std::uint64_t>());
    for (std::uint32_t i = 1; i <= label; ++i)
      CHECK(std::ranges::count(elements(labels), i) == recorded["result"]["voxels"][i - 1].get<std::ptrdiff_t>());
  }
}
