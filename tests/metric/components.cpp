#include "sparseann/metric/components.hpp"

#include "support/catch.hpp"

#include "sparseann/core/random.hpp"

using namespace sparseann;

namespace {

using Mask = Array3<std::uint8_t>;

/// Flood fill from every unlabelled voxel in memory order: slow and obvious.
Components flood_fill(const Mask& mask, Connectivity connectivity, bool within_slices = false) {
  const Shape3 shape = shape_of(mask);
  Components result{.labels = xt::zeros<std::uint32_t>(mask.shape()), .sizes = {}};
  for (std::size_t start = 0; start < mask.size(); ++start) {
    if (mask.data()[start] == 0 || result.labels.data()[start] != 0)
      continue;
    result.sizes.push_back(0);
    std::vector<std::size_t> open{start};
    while (!open.empty()) {
      const std::size_t i = open.back();
      open.pop_back();
      if (result.labels.data()[i] != 0)
        continue;
      result.labels.data()[i] = static_cast<std::uint32_t>(result.sizes.size());
      ++result.sizes.back();
      const Shape3 place{i / (shape[1] * shape[2]), i / shape[2] % shape[1], i % shape[2]};
      for (int step = 0; step < 27; ++step) {
        const std::array<int, 3> offset{step / 9 - 1, step / 3 % 3 - 1, step % 3 - 1};
        const int moved = std::abs(offset[0]) + std::abs(offset[1]) + std::abs(offset[2]);
        if (within_slices && offset[0] != 0)
          continue;
        if (moved > (connectivity == Connectivity::faces ? 1 : connectivity == Connectivity::edges ? 2 : 3))
          continue;
        Shape3 next;
        bool inside = true;
        for (std::size_t axis = 0; axis < 3; ++axis) {
          next[axis] = place[axis] + static_cast<std::size_t>(offset[axis]);
          inside = inside && next[axis] < shape[axis]; // below 0 wraps around
        }
        if (inside && mask(next[0], next[1], next[2]) != 0)
          open.push_back((next[0] * shape[1] + next[1]) * shape[2] + next[2]);
      }
    }
  }
  return result;
}

} // namespace

TEST_CASE("components equal a flood fill, numbers and sizes too") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    const Shape3 shape{1 + generator.uniform_index(7), 1 + generator.uniform_index(7), 1 + generator.uniform_index(12)};
    const double density = generator.uniform();
    Mask mask = xt::zeros<std::uint8_t>(shape);
    for (std::uint8_t& voxel : elements(mask))
      voxel = generator.coin(density) ? 1 : 0;
    for (const Connectivity connectivity : {Connectivity::faces, Connectivity::edges, Connectivity::corners}) {
      const Components got = connected_components(mask, connectivity);
      const Components expected = flood_fill(mask, connectivity);
      CHECK((got.labels == expected.labels));
      CHECK(got.sizes == expected.sizes);
    }
  }
}

TEST_CASE("rows of many words, threads, instructions: components are those of a flood fill") {
  for (std::uint64_t seed = 0; seed < 24; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    const Shape3 shape{1 + generator.uniform_index(9), 1 + generator.uniform_index(9),
                       50 + generator.uniform_index(160)};
    const double density = generator.uniform(0.02, 0.7);
    Mask mask = xt::zeros<std::uint8_t>(shape);
    for (std::uint8_t& voxel : elements(mask))
      voxel = generator.coin(density) ? static_cast<std::uint8_t>(1 + generator.uniform_index(255)) : 0;
    for (const Connectivity connectivity : {Connectivity::faces, Connectivity::edges, Connectivity::corners})
      for (const InstructionSet set : {InstructionSet::automatic, InstructionSet::generic})
        for (const bool within_slices : {false, true}) {
          const component_runs::Neighbourhood neighbourhood{connectivity, within_slices};
          const Components expected = flood_fill(mask, connectivity, within_slices);
          for (const std::size_t threads : {1U, 2U, 5U}) { // more than the volume is worth
            const Components got =
                detail::components_of(mask, neighbourhood, {.threads = threads, .instructions = resolve(set)});
            CHECK((got.labels == expected.labels));
            CHECK(got.sizes == expected.sizes);
          }
        }
  }
}

TEST_CASE("components of slices do not go on in the next, and no two have one number") {
  Mask mask = xt::ones<std::uint8_t>({3, 2, 2});
  mask(1, 0, 0) = mask(1, 1, 1) = 0;
  CHECK(slice_components(mask, Connectivity::faces).sizes == std::vector<std::size_t>{4, 1, 1, 4});
  CHECK(slice_components(mask, Connectivity::edges).sizes == std::vector<std::size_t>{4, 2, 4});
  CHECK(slice_components(mask, Connectivity::corners).sizes == std::vector<std::size_t>{4, 2, 4});
  CHECK(slice_components(mask, Connectivity::edges).labels(2, 0, 0) == 3);
}

TEST_CASE("voxels that share a corner alone are one component or two") {
  Mask mask = xt::zeros<std::uint8_t>({2, 2, 2});
  mask(0, 0, 1) = mask(1, 1, 0) = 1;
  CHECK(connected_components(mask, Connectivity::faces).sizes == std::vector<std::size_t>{1, 1});
  CHECK(connected_components(mask, Connectivity::corners).sizes == std::vector<std::size_t>{2});
}

TEST_CASE("the largest component wins, the first of two equals") {
  Mask mask = xt::zeros<std::uint8_t>({1, 1, 9});
  mask(0, 0, 0) = mask(0, 0, 2) = mask(0, 0, 3) = mask(0, 0, 6) = mask(0, 0, 7) = 5;
  const Mask largest = largest_component(mask);
  CHECK(largest(0, 0, 2) == 1);
  CHECK(largest(0, 0, 3) == 1);
  CHECK(xt::sum(largest)() == 2);
  mask(0, 0, 8) = 5;
  CHECK(largest_component(mask)(0, 0, 8) == 1);
  CHECK(xt::sum(largest_component(mask))() == 3);
}

TEST_CASE("an empty mask has no component") {
  const Mask mask = xt::zeros<std::uint8_t>({2, 2, 2});
  CHECK(connected_components(mask).sizes.empty());
  CHECK(xt::sum(largest_component(mask))() == 0);
}
