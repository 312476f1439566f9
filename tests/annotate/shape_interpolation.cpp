#include "sparseann/annotate/shape_interpolation.hpp"

#include <cmath>
#include <vector>

#include "sparseann/annotate/oracle.hpp"
#include "sparseann/metric/overlap.hpp"
#include "support/catch.hpp"

using namespace sparseann;

namespace {

/// A square of edge `edge` around the middle of slice z.
void paint(Array3<std::uint8_t>& voxels, std::size_t z, std::size_t edge, std::uint8_t label = 1) {
  const std::size_t first = (voxels.shape(1) - edge) / 2;
  for (std::size_t y = first; y < first + edge; ++y)
    for (std::size_t x = first; x < first + edge; ++x)
      voxels(z, y, x) = label;
}

void clear(Array3<std::uint8_t>& voxels, std::size_t z) {
  for (std::size_t y = 0; y < voxels.shape(1); ++y)
    for (std::size_t x = 0; x < voxels.shape(2); ++x)
      voxels(z, y, x) = 0;
}

std::size_t area(const Array3<std::uint8_t>& voxels, std::size_t z) {
  std::size_t count = 0;
  for (std::size_t y = 0; y < voxels.shape(1); ++y)
    for (std::size_t x = 0; x < voxels.shape(2); ++x)
      count += static_cast<std::size_t>(voxels(z, y, x) == 1);
  return count;
}

} // namespace

TEST_CASE("between a square of 4 and one of 12 lies one of 8, and beyond the last the last goes on") {
  Array3<std::uint8_t> voxels({7, 20, 20}, std::uint8_t{2});
  clear(voxels, 1);
  clear(voxels, 5);
  paint(voxels, 1, 4);
  paint(voxels, 5, 12);
  const Array3<std::uint8_t> filled =
      ShapeInterpolation{}(SparseLabels(voxels, 2, isotropic_geometry({7, 20, 20})), Image{});
  CHECK(area(filled, 0) == 16);
  CHECK(area(filled, 1) == 16);
  CHECK(area(filled, 3) == 64);
  CHECK(area(filled, 5) == 144);
  CHECK(area(filled, 6) == 144);
  CHECK(area(filled, 2) >= 25);
  CHECK(area(filled, 2) <= 49);
}

TEST_CASE("annotated voxels keep their labels, whatever the other planes say") {
  Array3<std::uint8_t> voxels({5, 5, 5}, std::uint8_t{3});
  for (std::size_t z = 0; z < 5; ++z)
    for (std::size_t x = 0; x < 5; ++x)
      voxels(z, 2, x) = static_cast<std::uint8_t>((z + x) % 3);
  const SparseLabels labels(voxels, 3, isotropic_geometry({5, 5, 5}));
  const Array3<std::uint8_t> filled = ShapeInterpolation{}(labels, Image{});
  for (std::size_t z = 0; z < 5; ++z)
    for (std::size_t x = 0; x < 5; ++x)
      for (std::size_t y = 0; y < 5; ++y)
        CHECK(filled(z, y, x) == (z + x) % 3);
}

TEST_CASE("an anisotropic ball is filled nearly whole from one slice in four of each plane") {
  const Geometry geometry{.shape = {20, 40, 40}, .spacing_mm = {2.0, 1.0, 1.0}};
  LabelVolume ball = zeros_on<std::uint8_t>(geometry);
  for (std::size_t z = 0; z < 20; ++z)
    for (std::size_t y = 0; y < 40; ++y)
      for (std::size_t x = 0; x < 40; ++x)
        ball.voxels(z, y, x) =
            static_cast<std::uint8_t>(std::hypot(2.0 * (static_cast<double>(z) - 9.5), static_cast<double>(y) - 19.5,
                                                 static_cast<double>(x) - 19.5) < 14);
  AnnotationPlan plan;
  for (const Plane plane : all_planes)
    for (std::size_t slice = 1; slice < slice_count(geometry.shape, plane); slice += 4)
      plan.slices.push_back({.slice = {0, plane, slice}, .rank = slice, .gain = {}});
  const Array3<std::uint8_t> filled = ShapeInterpolation{}(Oracle({ball}, 2).label(0, plan), Image{});
  CHECK(dice_per_class(elements(filled), elements(ball.voxels), 2)[1] > 0.98);
}

TEST_CASE("without any annotated slice there is nothing to interpolate") {
  const SparseLabels labels(Array3<std::uint8_t>({2, 2, 2}, std::uint8_t{2}), 2, isotropic_geometry({2, 2, 2}));
  CHECK_THROWS_WITH(ShapeInterpolation{}(labels, Image{}),
                    "sparse labels: expected a slice in which every voxel is annotated, got none");
}
