#include "sparseann/core/array.hpp"

#include <numeric>

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("elements spans an array in memory order") {
  Array3<int> array = xt::zeros<int>({2, 2, 3});
  std::iota(elements(array).begin(), elements(array).end(), 0);
  CHECK(array(1, 0, 2) == 8);
  CHECK(elements(std::as_const(array)).size() == 12);
}
