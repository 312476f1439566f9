#include "sparseann/network/data_shape.hpp"

#include "sparseann/network/fcn2d.hpp"
#include "sparseann/network/y_densevoxnet.hpp"
#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("networks take channels and classes from the data") {
  Fcn2dOptions flat;
  set_data_shape(flat, 2, 5);
  CHECK(flat.in_channels == 2);
  CHECK(flat.classes == 5);
  YDenseVoxNetOptions y;
  set_data_shape(y, 2, 5);
  CHECK(y.densevoxnet.in_channels == 2);
  CHECK(y.densevoxnet.classes == 5);
}
