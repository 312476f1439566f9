#include "sparseann/annotate/task_volumes.hpp"

#include <cstddef>
#include <cstdint>

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("annotators' labels are background on the planned slices and ignore elsewhere") {
  const PlannedCase planned{{{1}, {}, {0, 3}}};
  const Array3<std::uint8_t> labels = task_labels(planned, nothing_annotated(isotropic_geometry({3, 2, 4}), 3));
  const Array3<std::uint8_t> guide = task_guide(planned, nothing_annotated(isotropic_geometry({3, 2, 4}), 3));
  for (std::size_t z = 0; z < 3; ++z)
    for (std::size_t y = 0; y < 2; ++y)
      for (std::size_t x = 0; x < 4; ++x) {
        const bool on_xy = z == 1;
        const bool on_yz = x == 0 || x == 3;
        CHECK(labels(z, y, x) == (on_xy || on_yz ? 0 : 3));
        CHECK(guide(z, y, x) == (on_xy && on_yz ? 4 : on_xy ? 1 : on_yz ? 3 : 0));
      }
}

TEST_CASE("what was annotated earlier stays in the labels, and the guide tells it") {
  Array3<std::uint8_t> voxels({1, 1, 4});
  voxels.fill(3);
  voxels(0, 0, 0) = 2;
  voxels(0, 0, 1) = 0;
  const SparseLabels earlier(voxels, 3, isotropic_geometry({1, 1, 4}));
  const PlannedCase planned{{{}, {}, {1, 2}}};
  const Array3<std::uint8_t> labels = task_labels(planned, earlier);
  CHECK((labels == Array3<std::uint8_t>{{{2, 0, 0, 3}}}));
  CHECK((task_guide(planned, earlier) == Array3<std::uint8_t>{{{5, 3, 3, 0}}}));
}

TEST_CASE("one plane's slices alone") {
  const PlannedCase planned{{{1}, {2, 3}, {0}}};
  CHECK(only(planned, Plane::xz) == PlannedCase{{{}, {2, 3}, {}}});
}
