#include "sparseann/metric/clean_up.hpp"

#include <queue>
#include <set>

#include "sparseann/core/random.hpp"
#include "support/catch.hpp"

using namespace sparseann;

namespace {

using Labels = Array3<std::uint8_t>;

Labels background(std::size_t z, std::size_t y, std::size_t x) { return xt::zeros<std::uint8_t>({z, y, x}); }

/// Whether background can be walked from this voxel, face by face, to outside the volume.
bool reaches_outside(const Labels& labels, Shape3 start) {
  const Shape3 shape = shape_of(labels);
  std::set<Shape3> seen{start};
  std::queue<Shape3> open({start});
  while (!open.empty()) {
    const Shape3 place = open.front();
    open.pop();
    for (std::size_t axis = 0; axis < 3; ++axis)
      for (const int step : {-1, 1}) {
        Shape3 next = place;
        next[axis] += static_cast<std::size_t>(step);
        if (next[axis] >= shape[axis]) // below 0 wraps around
          return true;
        if (labels(next[0], next[1], next[2]) == 0 && seen.insert(next).second)
          open.push(next);
      }
  }
  return false;
}

} // namespace

TEST_CASE("nothing asked for, nothing changed") {
  Labels labels = background(3, 3, 3);
  labels(0, 0, 0) = 1;
  labels(2, 2, 2) = 2;
  CHECK((clean_up(labels, {}) == labels));
}

TEST_CASE("components below a share of their class go, each class by itself") {
  Labels labels = background(1, 3, 20);
  for (std::size_t x = 0; x < 8; ++x)
    labels(0, 0, x) = 1;                   // 8 of 10
  labels(0, 0, 10) = labels(0, 0, 11) = 1; // 2 of 10: the share itself, which stays
  labels(0, 2, 0) = 2;                     // the only voxel of its class
  Labels expected = labels;
  CHECK((clean_up(labels, {.drop_below = 0.2}) == expected));
  expected(0, 0, 10) = expected(0, 0, 11) = 0;
  CHECK((clean_up(labels, {.drop_below = 0.21}) == expected));
}

TEST_CASE("the largest component stays, whatever the share, and the first of equal ones") {
  Labels labels = background(1, 1, 9);
  labels(0, 0, 0) = labels(0, 0, 2) = labels(0, 0, 4) = labels(0, 0, 5) = labels(0, 0, 7) = labels(0, 0, 8) = 3;
  Labels expected = background(1, 1, 9);
  expected(0, 0, 4) = expected(0, 0, 5) = 3;
  CHECK((clean_up(labels, {.largest_component = true}) == expected));
  CHECK((clean_up(labels, {.drop_below = 0.9}) == expected));
}

TEST_CASE("corners join components where asked for") {
  Labels labels = background(2, 2, 2);
  labels(0, 0, 0) = labels(1, 1, 1) = 1;
  CHECK((clean_up(labels, {.largest_component = true}) == labels));
  Labels expected = labels;
  expected(1, 1, 1) = 0;
  CHECK((clean_up(labels, {.largest_component = true, .connectivity = Connectivity::faces}) == expected));
}

TEST_CASE("a hole gets the label that most of its faces touch, of equal ones the lower") {
  Labels labels = background(3, 3, 3);
  labels.fill(2);
  labels(1, 1, 1) = 0;
  labels(0, 1, 1) = labels(2, 1, 1) = labels(1, 0, 1) = 1; // three faces each
  Labels expected = labels;
  expected(1, 1, 1) = 1;
  CHECK((clean_up(labels, {.fill_holes = true}) == expected));
  labels(1, 0, 1) = 2;
  expected = labels;
  expected(1, 1, 1) = 2;
  CHECK((clean_up(labels, {.fill_holes = true}) == expected));
}

TEST_CASE("exactly the background that is enclosed is filled, on random volumes") {
  Generator generator(5);
  std::size_t filled = 0;
  for (int trial = 0; trial < 50; ++trial) {
    Labels labels = background(4 + generator.uniform_index(3), 5, 6);
    for (std::uint8_t& label : elements(labels))
      label = static_cast<std::uint8_t>(generator.uniform() < 0.25 ? 0 : 1 + generator.uniform_index(3));
    const Labels cleaned = clean_up(labels, {.fill_holes = true});
    const Shape3 shape = shape_of(labels);
    for (std::size_t z = 0; z < shape[0]; ++z)
      for (std::size_t y = 0; y < shape[1]; ++y)
        for (std::size_t x = 0; x < shape[2]; ++x) {
          if (labels(z, y, x) != 0) {
            REQUIRE(cleaned(z, y, x) == labels(z, y, x));
            continue;
          }
          REQUIRE((cleaned(z, y, x) == 0) == reaches_outside(labels, {z, y, x}));
          filled += static_cast<std::size_t>(cleaned(z, y, x) != 0);
        }
  }
  CHECK(filled > 100);
}
