#include "sparseann/metric/contingency.hpp"

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("a contingency table counts pairs of segments over the reference's foreground") {
  const std::vector<std::uint32_t> prediction{5, 5, 0, 7, 7, 5, 5};
  const std::vector<std::uint32_t> reference{0, 2, 2, 2, 4000000000, 2, 0};
  const ContingencyTable table = contingency_table(prediction, reference);
  CHECK(table.voxels == 7);
  const std::vector<ContingencyTable::Cell> expected{{2, 0, 1}, {2, 5, 2}, {2, 7, 1}, {4000000000, 7, 1}};
  CHECK((table.cells == expected));
  CHECK(contingency_table({}, {}).cells.empty());
  CHECK_THROWS_AS(contingency_table(prediction, std::span(reference).first(3)), InvalidArgument);
}
