#include "sparseann/annotate/minimum_cut.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

#include "sparseann/annotate/oracle.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/metric/overlap.hpp"
#include "support/catch.hpp"

using namespace sparseann;

namespace {

Image random_image(const Shape3& shape, Generator& generator) {
  Image image{.voxels = xt::zeros<float>({std::size_t{1}, shape[0], shape[1], shape[2]}),
              .geometry = isotropic_geometry(shape)};
  for (float& value : elements(image.voxels))
    value = static_cast<float>(generator.normal());
  return image;
}

/// The least cost over all ways to label what is not annotated.
double least_cost(const std::vector<detail::NeighbourPair>& pairs, const SparseLabels& labels) {
  std::vector<std::size_t> open;
  for (std::size_t voxel = 0; voxel < labels.voxels().size(); ++voxel)
    if (labels.voxels().data()[voxel] == labels.unlabelled())
      open.push_back(voxel);
  double least = std::numeric_limits<double>::infinity();
  Array3<std::uint8_t> trial = labels.voxels();
  const auto ways = static_cast<std::size_t>(std::pow(labels.classes(), open.size()));
  for (std::size_t way = 0; way < ways; ++way) {
    std::size_t rest = way;
    for (const std::size_t voxel : open) {
      trial.data()[voxel] = static_cast<std::uint8_t>(rest % labels.classes());
      rest /= labels.classes();
    }
    least = std::min(least, cut_cost(pairs, trial));
  }
  return least;
}

SparseLabels random_labels(const Shape3& shape, std::size_t classes, std::size_t annotated, Generator& generator) {
  Array3<std::uint8_t> voxels({shape[0], shape[1], shape[2]}, static_cast<std::uint8_t>(classes));
  for (std::size_t i = 0; i < annotated; ++i)
    voxels.data()[generator.uniform_index(voxels.size())] = static_cast<std::uint8_t>(generator.uniform_index(classes));
  return SparseLabels(voxels, classes, isotropic_geometry(shape));
}

} // namespace

TEST_CASE("the cut between two classes is the cheapest of all labellings") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Generator generator(seed);
    const Shape3 shape{2, 2, 4};
    const Image image = random_image(shape, generator);
    const SparseLabels labels = random_labels(shape, 2, 5, generator);
    const auto pairs = detail::neighbour_pairs(image, {});
    const Array3<std::uint8_t> filled = MinimumCut{}(labels, image);
    CHECK(cut_cost(pairs, filled) == Approx(least_cost(pairs, labels)));
    for (std::size_t voxel = 0; voxel < filled.size(); ++voxel)
      if (labels.voxels().data()[voxel] != 2)
        CHECK(filled.data()[voxel] == labels.voxels().data()[voxel]);
  }
}

TEST_CASE("the cut between three classes is at most twice the cheapest, and nearly always it") {
  std::size_t cheapest = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Generator generator(seed);
    const Shape3 shape{2, 2, 3};
    const Image image = random_image(shape, generator);
    const SparseLabels labels = random_labels(shape, 3, 5, generator);
    const auto pairs = detail::neighbour_pairs(image, {});
    const double cost = cut_cost(pairs, MinimumCut{}(labels, image));
    const double least = least_cost(pairs, labels);
    CHECK(cost <= 2 * least + 1e-9);
    cheapest += static_cast<std::size_t>(cost <= least + 1e-9);
  }
  CHECK(cheapest >= 18);
}

TEST_CASE("a boundary follows the image's edge between annotated slices") {
  const Shape3 shape{9, 12, 12};
  LabelVolume labels = zeros_on<std::uint8_t>(isotropic_geometry(shape));
  Image image{.voxels = xt::zeros<float>({std::size_t{1}, shape[0], shape[1], shape[2]}), .geometry = labels.geometry};
  for (std::size_t z = 0; z < 9; ++z)
    for (std::size_t y = 0; y < 12; ++y)
      for (std::size_t x = 0; x < 12; ++x)
        if (y >= 2 && y < 8 && x >= 2 + z / 3 && x < 9) {
          labels.voxels(z, y, x) = 1;
          image.voxels(0, z, y, x) = 1;
        }
  const AnnotationPlan plan{{{.slice = {0, Plane::xy, 0}, .rank = 0, .gain = {}},
                             {.slice = {0, Plane::xy, 8}, .rank = 1, .gain = {}},
                             {.slice = {0, Plane::xz, 5}, .rank = 0, .gain = {}}}};
  const Array3<std::uint8_t> filled = MinimumCut{}(Oracle({labels}, 2).label(0, plan), image);
  CHECK(dice_per_class(elements(filled), elements(labels.voxels), 2)[1] > 0.99);
}

TEST_CASE("a large face costs more than a small one") {
  Image image{.voxels = xt::zeros<float>({1, 2, 2, 2}),
              .geometry = {.shape = {2, 2, 2}, .spacing_mm = {4.0, 1.0, 2.0}}};
  for (const detail::NeighbourPair& pair : detail::neighbour_pairs(image, 1.0)) {
    const std::size_t step = pair.second - pair.first;
    const double face = step == 4 ? 2.0 : step == 2 ? 8.0 : 4.0;
    CHECK(pair.weight == Approx(face / (14.0 / 3)));
  }
}

TEST_CASE("what cannot be cut is refused") {
  Generator generator(1);
  const Image image = random_image({2, 2, 2}, generator);
  CHECK_THROWS_WITH(MinimumCut{}(random_labels({2, 2, 3}, 2, 1, generator), image),
                    "image: expected the labels' shape, 2 x 2 x 3, got 2 x 2 x 2");
  CHECK_THROWS_WITH(MinimumCut{}(random_labels({2, 2, 2}, 2, 0, generator), image),
                    "sparse labels: expected an annotated voxel, got none");
  CHECK_THROWS_WITH(MinimumCut{.options = {.contrast = -1.0}}(random_labels({2, 2, 2}, 2, 1, generator), image),
                    "minimum_cut.contrast: expected a number above 0, got -1");
}
