#include "sparseann/network/padded_planes.hpp"

#include <set>

#include "support/catch.hpp"

using sparseann::PaddedPlanes;

TEST_CASE("the nine taps of every voxel of a padded plane are its neighbours, or zeros of the padding") {
  for (const auto& [rows, columns] : {std::pair<std::size_t, std::size_t>{1, 1}, {3, 5}, {16, 16}, {7, 33}}) {
    const PaddedPlanes grid{rows, columns};
    CAPTURE(rows, columns);
    const auto place = [&](std::size_t y, std::size_t x) { return grid.origin() + y * grid.pitch() + x; };
    std::set<std::size_t> voxels;
    for (std::size_t y = 0; y < rows; ++y)
      for (std::size_t x = 0; x < columns; ++x)
        voxels.insert(place(y, x));
    CHECK(voxels.size() == rows * columns);
    for (std::size_t y = 0; y < rows; ++y)
      for (std::size_t x = 0; x < columns; ++x)
        for (std::size_t dy = 0; dy < 3; ++dy)
          for (std::size_t dx = 0; dx < 3; ++dx) {
            const std::size_t tap = grid.first_tap() + y * grid.pitch() + x + dy * grid.pitch() + dx;
            const bool is_inside = y + dy >= 1 && y + dy <= rows && x + dx >= 1 && x + dx <= columns;
            if (is_inside)
              REQUIRE(tap == place(y + dy - 1, x + dx - 1));
            else
              REQUIRE(voxels.count(tap) == 0);
          }
  }
}

TEST_CASE("whole vectors of positions, at any tap, lie within a padded plane") {
  for (std::size_t rows = 1; rows < 20; ++rows)
    for (std::size_t columns = 1; columns < 40; ++columns) {
      const PaddedPlanes grid{rows, columns};
      REQUIRE(grid.positions() >= rows * grid.pitch());
      REQUIRE(grid.positions() % PaddedPlanes::widest == 0);
      REQUIRE(grid.first_tap() + grid.positions() + 2 * grid.pitch() + 2 <= grid.size());
      REQUIRE(grid.origin() + grid.positions() <= grid.size());
    }
}
