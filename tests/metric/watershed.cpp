#include "sparseann/metric/watershed.hpp"

#include <set>

#include "support/catch.hpp"

#include "sparseann/core/random.hpp"

using namespace sparseann;
using component_runs::Neighbourhood;

namespace {

/// Looks at all labelled voxels for the next to spread: the lowest, of these the first that got its label.
template <class T>
Array3<std::uint32_t> plain_watershed(const Array3<T>& heights, Array3<std::uint32_t> labels,
                                      const Neighbourhood& neighbourhood) {
  const Shape3 shape = shape_of(heights);
  std::set<std::tuple<T, std::size_t, std::size_t>> open; // height, age, voxel
  std::size_t age = 0;
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels.data()[i] != 0)
      open.insert({heights.data()[i], age++, i});
  while (!open.empty()) {
    const std::size_t i = std::get<2>(*open.begin());
    open.erase(open.begin());
    for (int step = 0; step < 27; ++step) {
      const std::array<int, 3> offset{step / 9 - 1, step / 3 % 3 - 1, step % 3 - 1};
      const int moved = std::abs(offset[0]) + std::abs(offset[1]) + std::abs(offset[2]);
      const std::array<std::int64_t, 3> next{static_cast<std::int64_t>(i / (shape[1] * shape[2])) + offset[0],
                                             static_cast<std::int64_t>(i / shape[2] % shape[1]) + offset[1],
                                             static_cast<std::int64_t>(i % shape[2]) + offset[2]};
      bool inside = moved > 0 && moved <= static_cast<int>(neighbourhood.connectivity) + 1 &&
                    !(neighbourhood.within_slices && offset[0] != 0);
      for (std::size_t axis = 0; axis < 3; ++axis)
        inside = inside && next[axis] >= 0 && next[axis] < static_cast<std::int64_t>(shape[axis]);
      if (!inside)
        continue;
      const auto n = (static_cast<std::size_t>(next[0]) * shape[1] + static_cast<std::size_t>(next[1])) * shape[2] +
                     static_cast<std::size_t>(next[2]);
      if (labels.data()[n] != 0)
        continue;
      labels.data()[n] = labels.data()[i];
      open.insert({heights.data()[n], age++, n});
    }
  }
  return labels;
}

template <class T> Array3<T> noise(Generator& generator, const Shape3& shape, std::size_t heights) {
  Array3<T> all = xt::zeros<T>(shape);
  for (T& height : elements(all))
    height = static_cast<T>(generator.uniform_index(heights));
  return all;
}

template <class T> void check_random(std::uint64_t seed) {
  CAPTURE(seed);
  Generator generator(seed);
  const Shape3 shape{1 + generator.uniform_index(4), 1 + generator.uniform_index(8), 1 + generator.uniform_index(8)};
  const auto heights = noise<T>(generator, shape, 1 + generator.uniform_index(12));
  Array3<std::uint32_t> seeds = xt::zeros<std::uint32_t>(shape);
  for (std::size_t i = generator.uniform_index(8); i > 0; --i)
    seeds.data()[generator.uniform_index(seeds.size())] = static_cast<std::uint32_t>(i);
  for (const Connectivity connectivity : {Connectivity::faces, Connectivity::edges, Connectivity::corners})
    for (const bool within_slices : {false, true}) {
      const Neighbourhood neighbourhood{connectivity, within_slices};
      CHECK((seeded_watershed(heights, seeds, neighbourhood) == plain_watershed(heights, seeds, neighbourhood)));
    }
}

} // namespace

TEST_CASE("a watershed spreads from the lowest labelled voxel, the first of equal ones") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    check_random<std::uint8_t>(seed);
    check_random<std::uint16_t>(seed);
  }
}

TEST_CASE("two basins meet at the ridge between them") {
  const Array3<std::uint8_t> heights{{{0, 1, 2, 9, 1, 0, 3}}};
  const Array3<std::uint32_t> seeds{{{7, 0, 0, 0, 0, 4, 0}}};
  CHECK((seeded_watershed(heights, seeds) == Array3<std::uint32_t>{{{7, 7, 7, 4, 4, 4, 4}}}));
}

TEST_CASE("slices are flooded apart, and one without a seed stays empty") {
  const Array3<std::uint8_t> heights = xt::zeros<std::uint8_t>({2, 1, 3});
  Array3<std::uint32_t> seeds = xt::zeros<std::uint32_t>({2, 1, 3});
  seeds(1, 0, 1) = 3;
  CHECK((seeded_watershed(heights, seeds, {Connectivity::faces, true}) ==
         Array3<std::uint32_t>{{{0, 0, 0}}, {{3, 3, 3}}}));
  CHECK((seeded_watershed(heights, seeds) == Array3<std::uint32_t>{{{3, 3, 3}}, {{3, 3, 3}}}));
}

TEST_CASE("local minima are plateaus without a lower neighbour") {
  const Array3<std::uint8_t> heights{{{2, 2, 5, 1, 1, 5}, {5, 5, 5, 5, 0, 5}}};
  const Components minima = local_minima(heights);
  CHECK((minima.labels == Array3<std::uint32_t>{{{1, 1, 0, 0, 0, 0}, {0, 0, 0, 0, 2, 0}}}));
  CHECK(local_minima(Array3<std::uint8_t>{{{4, 4}}}).sizes == std::vector<std::size_t>{2});
  const Array3<std::uint8_t> slices{{{1, 2}}, {{2, 1}}};
  CHECK(local_minima(slices).sizes.size() == 2);
  CHECK((local_minima(slices, {Connectivity::faces, true}).labels == Array3<std::uint32_t>{{{1, 0}}, {{0, 2}}}));
}

TEST_CASE("a watershed refuses seeds of another shape") {
  const Array3<std::uint8_t> heights = xt::zeros<std::uint8_t>({2, 1, 3});
  CHECK_THROWS_AS(seeded_watershed(heights, xt::zeros<std::uint32_t>({2, 3, 1})), InvalidArgument);
}
