#include "sparseann/annotate/off_plan_slices.hpp"

#include <cstddef>
#include <vector>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

constexpr Shape3 crossed_shape{4, 5, 6};

std::size_t offset_of(std::size_t z, std::size_t y, std::size_t x) { return (z * 5 + y) * 6 + x; }

} // namespace

TEST_CASE("a slice drawn at the wrong place is one slice, not all that it crosses") {
  std::vector<std::size_t> offsets;
  for (std::size_t z = 0; z < 3; ++z)
    for (std::size_t y = 1; y < 5; ++y)
      offsets.push_back(offset_of(z, y, 2));
  CHECK(off_plan_slices(offsets, crossed_shape) == std::vector<OffPlanSlice>{{Plane::yz, 2, 12}});
  offsets.push_back(offset_of(3, 0, 0)); // on three slices alike
  CHECK(off_plan_slices(offsets, crossed_shape) == std::vector<OffPlanSlice>{{Plane::yz, 2, 12}, {Plane::xy, 3, 1}});
}

TEST_CASE("a file of one plane was drawn in slices of that plane") {
  const std::vector<std::size_t> offsets{offset_of(0, 1, 2), offset_of(1, 1, 2), offset_of(1, 4, 2)};
  CHECK(off_plan_slices(offsets, crossed_shape) == std::vector<OffPlanSlice>{{Plane::yz, 2, 3}});
  CHECK(off_plan_slices(offsets, crossed_shape, Plane::xy) ==
        std::vector<OffPlanSlice>{{Plane::xy, 1, 2}, {Plane::xy, 0, 1}});
  CHECK(off_plan_slices({}, crossed_shape).empty());
}
