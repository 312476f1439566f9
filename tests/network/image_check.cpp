#include "sparseann/network/image_check.hpp"

#include "support/catch.hpp"

using sparseann::detail::check_image;

TEST_CASE("an image must have the network's rank, channels and extents") {
  CHECK_NOTHROW(check_image("image", torch::zeros({2, 1, 8, 4, 12}), 1, 3, 4));
  CHECK_NOTHROW(check_image("image", torch::zeros({2, 3, 6, 2}), 3, 2, 2));
  CHECK_THROWS_WITH(
      check_image("image", torch::zeros({2, 1, 8, 6, 12}), 1, 3, 4),
      "image: expected shape (N, 1, z, y, x) with spatial extents that are multiples of 4, got (2, 1, 8, 6, 12)");
  CHECK_THROWS_WITH(
      check_image("average", torch::zeros({2, 2, 8, 8}), 3, 2, 8),
      "average: expected shape (N, 3, y, x) with spatial extents that are multiples of 8, got (2, 2, 8, 8)");
  CHECK_THROWS_AS(check_image("image", torch::zeros({1, 1, 8, 8}), 1, 3, 4), sparseann::InvalidArgument);
  CHECK_THROWS_AS(check_image("image", torch::zeros({1, 1, 0, 8, 8}), 1, 3, 4), sparseann::InvalidArgument);
  CHECK_THROWS_AS(check_image("image", torch::zeros({0, 1, 8, 8, 8}), 1, 3, 4), sparseann::InvalidArgument);
}
