#include "sparseann/annotate/annotation_work.hpp"

#include <vector>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

/// A box of label 1 of 2 x 3 x 4 voxels in a volume of 6 x 7 x 8, spacing 3 x 2 x 1 mm.
LabelVolume box() {
  Geometry geometry{.shape = {6, 7, 8}, .spacing_mm = {3.0, 2.0, 1.0}};
  LabelVolume labels = zeros_on<std::uint8_t>(geometry);
  for (std::size_t z = 2; z < 4; ++z)
    for (std::size_t y = 2; y < 5; ++y)
      for (std::size_t x = 2; x < 6; ++x)
        labels.voxels(z, y, x) = 1;
  return labels;
}

} // namespace

TEST_CASE("a rectangle's contour is its perimeter in mm") {
  const std::vector<LabelVolume> labels{box()};
  const auto work = [&](Plane plane, std::size_t slice) {
    return annotation_work(AnnotationPlan{{{.slice = {0, plane, slice}, .rank = 0, .gain = {}}}}, labels);
  };
  CHECK(work(Plane::xy, 2) == AnnotationWork{.slices = 1, .foreground_voxels = 12, .contour_mm = 2 * (3 * 2 + 4 * 1)});
  CHECK(work(Plane::xz, 2) == AnnotationWork{.slices = 1, .foreground_voxels = 8, .contour_mm = 2 * (2 * 3 + 4 * 1)});
  CHECK(work(Plane::yz, 2) == AnnotationWork{.slices = 1, .foreground_voxels = 6, .contour_mm = 2 * (2 * 3 + 3 * 2)});
  CHECK(work(Plane::xy, 0) == AnnotationWork{.slices = 1, .foreground_voxels = 0, .contour_mm = 0});
}

TEST_CASE("full annotation is every slice of plane xy") {
  const std::vector<LabelVolume> labels{box(), box()};
  CHECK(annotation_work(std::nullopt, labels) ==
        AnnotationWork{.slices = 12, .foreground_voxels = 48, .contour_mm = 2 * 2 * 2 * (3 * 2 + 4 * 1)});
}

TEST_CASE("an edge between two classes is drawn once, and the image's border is not") {
  Array2<std::uint8_t> slice{{1, 1, 2}, {1, 1, 2}};
  CHECK(slice_work(slice, {2.0, 5.0}) == AnnotationWork{.slices = 1, .foreground_voxels = 6, .contour_mm = 4});
}

TEST_CASE("a plan of a case that is not there is refused") {
  const std::vector<LabelVolume> labels{box()};
  CHECK_THROWS_WITH(annotation_work(AnnotationPlan{{{.slice = {1, Plane::xy, 0}, .rank = 0, .gain = {}}}}, labels),
                    "plan: expected cases below 1, got 1");
}
