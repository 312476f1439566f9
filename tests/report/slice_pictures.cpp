#include "sparseann/report/slice_pictures.hpp"

#include <vector>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

Case scan_of_three_slices() {
  Case scan{.name = "scan",
            .image = {.voxels = xt::zeros<float>({1, 3, 2, 4}),
                      .geometry = {.shape = {3, 2, 4}, .spacing_mm = {5.0, 2.0, 1.0}}}};
  scan.image.voxels(0, 1, 1, 3) = 8.0F;
  return scan;
}

Array3<std::uint8_t> labels_of_three_slices() {
  Array3<std::uint8_t> labels = xt::zeros<std::uint8_t>({3, 2, 4});
  labels(1, 1, 3) = 2;
  labels(2, 0, 0) = labels(2, 1, 3) = 1;
  return labels;
}

} // namespace

TEST_CASE("the fullest slice has the most foreground, the middle one where none has any") {
  const Array3<std::uint8_t> labels = labels_of_three_slices();
  CHECK(fullest_slice(labels, Plane::xy) == 2);
  CHECK(fullest_slice(labels, Plane::xy, std::vector<std::size_t>{0, 1}) == 1);
  CHECK(fullest_slice(labels, Plane::xz) == 1);
  CHECK(fullest_slice(Array3<std::uint8_t>(xt::zeros<std::uint8_t>({5, 2, 2})), Plane::xy) == 2);
  CHECK_THROWS_WITH(fullest_slice(labels, Plane::xy, {}), "slices: expected at least one, got none");
}

TEST_CASE("pictures of a slice have its image, its labels and its spacing") {
  SlicePictures pictures(scan_of_three_slices(), Plane::xz, 1);
  Array3<std::uint8_t> other = labels_of_three_slices();
  other(1, 1, 3) = 0;
  pictures.add("reference", labels_of_three_slices());
  pictures.add("sparse", labels_of_three_slices(), std::uint8_t{3});
  pictures.add_compared("method", other, labels_of_three_slices());
  const OverlayRow row = pictures.row();
  CHECK(row.case_name == "scan");
  CHECK(row.caption == "plane xz, slice 1");
  REQUIRE(row.panels.size() == 4);
  CHECK(row.panels[0].caption == "image");
  CHECK_FALSE(row.panels[0].labels.has_value());
  CHECK(row.panels[1].image(1, 3) == 8.0F);
  CHECK(row.panels[1].spacing_mm == std::array{5.0, 1.0});
  CHECK((*row.panels[1].labels)(1, 3) == 2);
  CHECK_FALSE(row.panels[1].reference.has_value());
  CHECK(row.panels[2].unlabelled == 3);
  CHECK((*row.panels[3].labels)(1, 3) == 0);
  CHECK((*row.panels[3].reference)(1, 3) == 2);
}
