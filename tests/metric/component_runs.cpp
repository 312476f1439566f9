#include "sparseann/metric/component_runs.hpp"

#include "support/catch.hpp"

#include "sparseann/core/random.hpp"

using namespace sparseann;
using component_runs::Neighbourhood;

namespace {

constexpr component_runs::Work plain{.threads = 1, .instructions = InstructionSet::generic};

Array3<std::uint8_t> noise(const Shape3& shape, double density, std::uint64_t seed) {
  Generator generator(seed);
  Array3<std::uint8_t> mask = xt::zeros<std::uint8_t>(shape);
  for (std::uint8_t& voxel : elements(mask))
    voxel = generator.coin(density) ? 200 : 0;
  return mask;
}

} // namespace

TEST_CASE("bundles are as many rows as touch each other whole") {
  CHECK(component_runs::Runs({5, 5, 70}, {Connectivity::faces, false}).rows_per_bundle() == 1);
  CHECK(component_runs::Runs({5, 5, 70}, {Connectivity::edges, false}).rows_per_bundle() == 2);
  const component_runs::Runs corners({5, 5, 70}, {Connectivity::corners, false});
  CHECK(corners.rows_per_bundle() == 4);
  CHECK(corners.layers() == 3);
  CHECK(corners.bundles() == 3);
  CHECK(corners.words() == 2);
  CHECK(corners.offset_of(0, 1, 3) == 1 * 350 + 3 * 70);
  CHECK(corners.offset_of(2, 1, 3) == 5 * 350); // there is no sixth slice
  CHECK(component_runs::Runs({5, 5, 70}, {Connectivity::corners, true}).rows_per_bundle() == 2);
}

TEST_CASE("a row that touches an earlier bundle does so as the neighbourhood says") {
  CHECK(component_runs::earlier_bundles({Connectivity::faces, false}).size() == 2);
  CHECK(component_runs::earlier_bundles({Connectivity::faces, true}).size() == 1);
  for (const auto& [connectivity, of_slice, of_layer] :
       {std::tuple{Connectivity::edges, 1, 1 + 4 + 1}, {Connectivity::corners, 4, 1 + 4 + 1}}) {
    const auto earlier = component_runs::earlier_bundles({connectivity, false});
    REQUIRE(earlier.size() == 4);
    CHECK(earlier[0].contacts.size() == static_cast<std::size_t>(of_slice));
    CHECK(earlier[1].contacts.size() + earlier[2].contacts.size() + earlier[3].contacts.size() ==
          static_cast<std::size_t>(of_layer));
  }
}

TEST_CASE("runs are the series of covered columns, over the ends of words too") {
  for (const std::size_t width : {1U, 5U, 63U, 64U, 65U, 200U}) {
    CAPTURE(width);
    const Array3<std::uint8_t> mask = noise({3, 5, width}, 0.5, width);
    const Neighbourhood neighbourhood{Connectivity::corners, false};
    const component_runs::Runs runs = component_runs::runs_of(mask, neighbourhood, plain);
    const std::vector<std::uint32_t> voxels = component_runs::voxels_per_run(runs, plain);
    std::uint32_t next = 0;
    for (std::size_t layer = 0; layer < runs.layers(); ++layer)
      for (std::size_t bundle = 0; bundle < runs.bundles(); ++bundle) {
        std::vector<std::size_t> voxels_in(width, 0);
        for (std::size_t row = 0; row < runs.rows_per_bundle(); ++row)
          for (std::size_t x = 0; x < width; ++x)
            if (const std::size_t offset = runs.offset_of(layer, bundle, row); offset < mask.size())
              voxels_in[x] += mask.data()[offset + x] != 0 ? 1U : 0U;
        CHECK(runs.first_of(layer, bundle) == next);
        runs.for_each_run(layer, bundle, [&](std::uint32_t run, std::size_t begin, std::size_t end) {
          CHECK(run == next++);
          CHECK((begin == 0 || voxels_in[begin - 1] == 0));
          CHECK((end == width || voxels_in[end] == 0));
          std::size_t count = 0;
          for (std::size_t x = begin; x < end; ++x) {
            CHECK(voxels_in[x] > 0);
            CHECK(runs.run_at(layer, bundle, x / 64, x % 64) == run);
            count += std::exchange(voxels_in[x], 0);
          }
          CHECK(voxels[run] == count);
        });
        CHECK(std::ranges::count(voxels_in, 0U) == static_cast<std::ptrdiff_t>(width));
      }
    CHECK(runs.count() == next);
  }
}

TEST_CASE("a voxel is painted with what its run got, and no other is") {
  const Array3<std::uint8_t> mask = noise({4, 3, 90}, 0.4, 7);
  const component_runs::Runs runs = component_runs::runs_of(mask, {Connectivity::edges, false}, plain);
  std::vector<std::uint32_t> numbers(runs.count());
  std::iota(numbers.begin(), numbers.end(), 1U);
  const Array3<std::uint32_t> labels = component_runs::painted(runs, mask, numbers, plain);
  for (std::size_t z = 0; z < 4; ++z)
    for (std::size_t y = 0; y < 3; ++y)
      for (std::size_t x = 0; x < 90; ++x)
        CHECK(labels(z, y, x) == (mask(z, y, x) == 0 ? 0 : runs.run_at(z, y / 2, x / 64, x % 64) + 1));
}
