#include "sparseann/data/slices.hpp"

#include "support/catch.hpp"
#include "support/numbered.hpp"

using namespace sparseann;
using sparseann::test::numbered;

namespace {

template <class T> T along(const Array3<T>& volume, Plane plane, std::size_t slice, std::size_t r, std::size_t c) {
  switch (plane) {
  case Plane::xy: return volume(slice, r, c);
  case Plane::xz: return volume(r, slice, c);
  case Plane::yz: break;
  }
  return volume(r, c, slice);
}

} // namespace

TEST_CASE("a slice holds the plane's rows and columns") {
  const Array3<int> volume = numbered<int, 3>({3, 4, 5});
  for (const Plane plane : all_planes)
    for (std::size_t index = 0; index < slice_count({3, 4, 5}, plane); ++index) {
      const Array2<int> slice = copy_slice(volume, plane, index);
      REQUIRE(std::array{slice.shape(0), slice.shape(1)} == slice_shape({3, 4, 5}, plane));
      for (std::size_t r = 0; r < slice.shape(0); ++r)
        for (std::size_t c = 0; c < slice.shape(1); ++c)
          CHECK(slice(r, c) == along(volume, plane, index, r, c));
    }
}

TEST_CASE("a slice of channels holds every channel's slice") {
  const Array4<float> volume = numbered<float, 4>({2, 3, 4, 5});
  const Array3<float> slice = copy_slice(volume, Plane::xz, 2);
  REQUIRE(slice.shape(0) == 2);
  for (std::size_t channel = 0; channel < 2; ++channel)
    for (std::size_t z = 0; z < 3; ++z)
      for (std::size_t x = 0; x < 5; ++x)
        CHECK(slice(channel, z, x) == volume(channel, z, 2, x));
}

TEST_CASE("all slices put back give the volume") {
  const Array3<int> labels = numbered<int, 3>({3, 4, 5});
  const Array4<float> image = numbered<float, 4>({2, 3, 4, 5});
  for (const Plane plane : all_planes) {
    Array3<int> labels_again = xt::zeros<int>({3, 4, 5});
    Array4<float> image_again = xt::zeros<float>({2, 3, 4, 5});
    for (std::size_t index = 0; index < slice_count({3, 4, 5}, plane); ++index) {
      put_slice(copy_slice(labels, plane, index), plane, index, labels_again);
      put_slice(copy_slice(image, plane, index), plane, index, image_again);
    }
    CHECK((labels_again == labels));
    CHECK((image_again == image));
  }
}

TEST_CASE("putting a slice leaves the others alone") {
  Array3<int> volume = xt::zeros<int>({3, 4, 5});
  put_slice(Array2<int>(xt::ones<int>({3, 4})), Plane::yz, 2, volume);
  CHECK(xt::sum(volume)() == 12);
  CHECK(volume(1, 3, 2) == 1);
  CHECK(volume(1, 3, 1) == 0);
}

TEST_CASE("slices refuse indices and extents that do not fit") {
  Array3<int> volume = numbered<int, 3>({3, 4, 5});
  Array4<int> channels = numbered<int, 4>({2, 3, 4, 5});
  CHECK_THROWS_WITH(copy_slice(volume, Plane::xz, 4), "slice: expected an index below 4 in plane xz, got 4");
  CHECK_THROWS_AS(copy_slice(channels, Plane::xy, 3), InvalidArgument);
  CHECK_THROWS_AS(put_slice(Array2<int>({4, 5}), Plane::xy, 3, volume), InvalidArgument);
  CHECK_THROWS_WITH(put_slice(Array2<int>({5, 4}), Plane::xy, 0, volume),
                    "slice: expected 4 x 5 values for plane xy, got 5 x 4");
  CHECK_THROWS_AS(put_slice(Array3<int>({2, 5, 4}), Plane::xy, 0, channels), InvalidArgument);
  CHECK_THROWS_WITH(put_slice(Array3<int>({3, 4, 5}), Plane::xy, 0, channels),
                    "slice: expected 2 channels as in the volume, got 3");
}
