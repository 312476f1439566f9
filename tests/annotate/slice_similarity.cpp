#include "sparseann/annotate/slice_similarity.hpp"

#include <array>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

/// Four slices of xy of 1 x 3: a, 2 a + 1, -a, a constant.
Image four_slices() {
  Image image{.voxels = xt::zeros<float>({2, 4, 1, 3}), .geometry = {.shape = {4, 1, 3}}};
  const std::array<float, 3> a{0.0F, 1.0F, 5.0F};
  for (std::size_t x = 0; x < 3; ++x) {
    image.voxels(0, 0, 0, x) = a[x];
    image.voxels(0, 1, 0, x) = 2 * a[x] + 1;
    image.voxels(0, 2, 0, x) = -a[x];
    image.voxels(0, 3, 0, x) = 7.0F;
    image.voxels(1, 1, 0, x) = static_cast<float>(x % 2); // a second channel counts nowhere
  }
  return image;
}

} // namespace

TEST_CASE("slices are as alike as their correlation, by distance") {
  const auto similarity = slice_similarity(four_slices(), Plane::xy, 3);
  REQUIRE(similarity.size() == 4);
  CHECK(similarity[0].value() == Approx(1.0));
  CHECK(similarity[1].value() == Approx(0.0).margin(1e-12)); // 1 and -1; the constant slice is left out
  CHECK(similarity[2].value() == Approx(-1.0));
  CHECK_FALSE(similarity[3].has_value());
}

TEST_CASE("a distance that no two slices have is refused") {
  CHECK_THROWS_WITH(slice_similarity(four_slices(), Plane::xy, 4),
                    "most_apart: expected below 4, the number of slices, got 4");
}
