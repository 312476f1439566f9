#include "sparseann/metric/boundary.hpp"

#include "support/catch.hpp"

#include "sparseann/core/random.hpp"

using namespace sparseann;

namespace {

using Labels = Array3<std::uint8_t>;

/// By the definition: a voxel of the label with a neighbour that is not.
Labels expected_boundary(const Labels& labels, std::uint8_t label, const BoundaryOptions& options) {
  const Shape3 shape = shape_of(labels);
  const int furthest = options.neighbours == Connectivity::faces   ? 1
                       : options.neighbours == Connectivity::edges ? 2
                                                                   : 3;
  Labels boundary = xt::zeros<std::uint8_t>(labels.shape());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::array<int, 3> place{static_cast<int>(i / (shape[1] * shape[2])),
                                   static_cast<int>(i / shape[2] % shape[1]), static_cast<int>(i % shape[2])};
    for (int step = 0; step < 27 && labels.data()[i] == label; ++step) {
      const std::array<int, 3> offset{step / 9 - 1, step / 3 % 3 - 1, step % 3 - 1};
      if (std::abs(offset[0]) + std::abs(offset[1]) + std::abs(offset[2]) > furthest)
        continue;
      bool is_outside = false;
      std::array<std::size_t, 3> next{};
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const int moved = place[axis] + offset[axis];
        const int last = static_cast<int>(shape[axis]) - 1;
        is_outside = is_outside || moved < 0 || moved > last;
        next[axis] = static_cast<std::size_t>(std::clamp(moved, 0, last));
      }
      const bool counts = is_outside && options.image_border;
      if (counts || labels(next[0], next[1], next[2]) != label)
        boundary.data()[i] = 1;
    }
  }
  return boundary;
}

Labels cube(std::size_t edge, std::size_t first, std::size_t past) {
  Labels labels = xt::zeros<std::uint8_t>({edge, edge, edge});
  xt::view(labels, xt::range(first, past), xt::range(first, past), xt::range(first, past)) = 1;
  return labels;
}

} // namespace

TEST_CASE("the boundary of a cube is its shell, and the image border counts as boundary unless told otherwise") {
  const Labels inner = boundary_of(cube(7, 1, 6));
  CHECK(xt::sum(inner)() == 125 - 27);
  CHECK(inner(3, 3, 3) == 0);
  CHECK(inner(1, 3, 3) == 1);
  CHECK(xt::sum(boundary_of(cube(5, 0, 5)))() == 125 - 27);
  CHECK(xt::sum(boundary_of(cube(5, 0, 5), 1, {.image_border = false}))() == 0);
}

TEST_CASE("voxels that touch the outside by an edge alone are boundary where edges count") {
  Labels labels = cube(5, 0, 5);
  labels(1, 1, 2) = 0;
  CHECK(boundary_of(labels)(2, 2, 2) == 0);
  CHECK(boundary_of(labels, 1, {.neighbours = Connectivity::edges})(2, 2, 2) == 1);
  labels(1, 2, 2) = 0;
  CHECK(boundary_of(labels)(2, 2, 2) == 1);
}

TEST_CASE("boundaries equal their definition on random labels, whatever counts as a neighbour") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    const Shape3 shape{1 + generator.uniform_index(6), 1 + generator.uniform_index(6), 1 + generator.uniform_index(30)};
    const double density = generator.uniform(0.7, 1.0);
    Labels labels = xt::zeros<std::uint8_t>({shape[0], shape[1], shape[2]});
    for (std::uint8_t& label : elements(labels))
      label = generator.coin(density) ? 3 : static_cast<std::uint8_t>(generator.uniform_index(3));
    for (const Connectivity neighbours : {Connectivity::faces, Connectivity::edges, Connectivity::corners})
      for (const bool border : {true, false}) {
        const BoundaryOptions options{.neighbours = neighbours, .image_border = border};
        CHECK((boundary_of(labels, 3, options) == expected_boundary(labels, 3, options)));
      }
  }
}
