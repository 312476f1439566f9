#include "sparseann/annotate/sparse_labels.hpp"

#include "support/catch.hpp"

using namespace sparseann;

namespace {
const Geometry grid = isotropic_geometry({2, 3, 4});

Array3<std::uint8_t> filled(std::uint8_t value) { return Array3<std::uint8_t>({2, 3, 4}, value); }
} // namespace

TEST_CASE("sparse labels know which voxels were annotated") {
  Array3<std::uint8_t> voxels = filled(3);
  voxels(0, 1, 2) = 0;
  voxels(1, 1, 3) = 2;
  const SparseLabels labels(voxels, 3, grid);
  CHECK(labels.unlabelled() == 3);
  CHECK(labels.annotated_voxels() == 2);
  CHECK(labels.annotated({0, 1, 2}));
  CHECK_FALSE(labels.annotated({0, 1, 3}));
  CHECK(labels.annotated_offsets() == std::vector<std::size_t>{6, 19});
  CHECK(labels.annotated_box() == VoxelBox{.first = {0, 1, 2}, .past = {2, 2, 4}});
  CHECK((labels.voxels() == voxels));
  CHECK(labels.geometry() == grid);
  CHECK(labels.classes() == 3);
}

TEST_CASE("labels of no voxel and of every voxel") {
  CHECK(SparseLabels(filled(2), 2, grid).annotated_voxels() == 0);
  CHECK(SparseLabels(filled(2), 2, grid).annotated_box() == std::nullopt);
  CHECK(SparseLabels(filled(1), 2, grid).annotated_voxels() == 24);
  CHECK(SparseLabels(filled(1), 2, grid).annotated_box() == VoxelBox{.first = {0, 0, 0}, .past = {2, 3, 4}});
}

TEST_CASE("255 classes leave one label for the unlabelled") {
  CHECK(SparseLabels(filled(255), 255, grid).annotated_voxels() == 0);
  CHECK(SparseLabels(filled(254), 255, grid).annotated_voxels() == 24);
  CHECK_THROWS_AS(SparseLabels(filled(0), 256, grid), InvalidArgument);
  CHECK_THROWS_AS(SparseLabels(filled(0), 1, grid), InvalidArgument);
}

TEST_CASE("sparse labels refuse labels beyond the classes and another grid") {
  Array3<std::uint8_t> voxels = filled(1);
  voxels(1, 0, 0) = 4;
  CHECK_THROWS_WITH(SparseLabels(voxels, 3, grid),
                    "sparse labels: expected labels of 0 to 2, or 3 for unlabelled, got 4 at voxel 12");
  CHECK_THROWS_WITH(SparseLabels(filled(0), 3, isotropic_geometry({2, 3, 5})),
                    "sparse labels: expected voxels of the geometry's shape, 2 x 3 x 5, got 2 x 3 x 4");
  CHECK_THROWS_AS(SparseLabels({}, 3, isotropic_geometry({0, 0, 0})), DataError);
}
