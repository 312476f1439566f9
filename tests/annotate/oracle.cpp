#include "sparseann/annotate/oracle.hpp"

#include "sparseann/core/random.hpp"
#include "support/catch.hpp"

using namespace sparseann;

namespace {

LabelVolume random_labels(const Shape3& shape, std::size_t classes, std::uint64_t seed) {
  LabelVolume labels = zeros_on<std::uint8_t>(isotropic_geometry(shape, 0.5));
  Generator generator(seed);
  for (std::uint8_t& label : elements(labels.voxels))
    label = static_cast<std::uint8_t>(generator.uniform_index(classes));
  return labels;
}

AnnotationPlan example_plan() {
  return {{{.slice = {0, Plane::xy, 1}},
           {.slice = {0, Plane::yz, 3}},
           {.slice = {0, Plane::yz, 5}},
           {.slice = {1, Plane::xz, 0}}}};
}

bool planned(const Shape3& voxel) { return voxel[0] == 1 || voxel[2] == 3 || voxel[2] == 5; }

} // namespace

TEST_CASE("the oracle labels the voxels of the plan's slices and no other") {
  const LabelVolume dense = random_labels({4, 5, 6}, 3, 1);
  const Oracle oracle({dense, random_labels({3, 3, 3}, 3, 2)}, 3);
  CHECK(oracle.cases() == 2);
  const SparseLabels labels = oracle.label(0, example_plan());
  for (std::size_t z = 0; z < 4; ++z)
    for (std::size_t y = 0; y < 5; ++y)
      for (std::size_t x = 0; x < 6; ++x)
        CHECK(labels.voxels()(z, y, x) == (planned({z, y, x}) ? dense.voxels(z, y, x) : std::uint8_t{3}));
  CHECK(labels.geometry() == dense.geometry);
  CHECK(labels.classes() == 3);
}

TEST_CASE("what the plan leaves out cannot be seen") {
  const LabelVolume dense = random_labels({4, 5, 6}, 3, 1);
  LabelVolume garbage = dense;
  Generator generator(4);
  for (std::size_t z = 0; z < 4; ++z)
    for (std::size_t y = 0; y < 5; ++y)
      for (std::size_t x = 0; x < 6; ++x)
        if (!planned({z, y, x}))
          garbage.voxels(z, y, x) = static_cast<std::uint8_t>(generator.uniform_index(3));
  REQUIRE_FALSE((garbage.voxels == dense.voxels));
  CHECK(
      (Oracle({garbage}, 3).label(0, example_plan()).voxels() == Oracle({dense}, 3).label(0, example_plan()).voxels()));
}

TEST_CASE("full annotation, and none") {
  const LabelVolume dense = random_labels({4, 5, 6}, 2, 3);
  const Oracle oracle({dense}, 2);
  CHECK((oracle.label_everything(0).voxels() == dense.voxels));
  CHECK(oracle.label_everything(0).annotated_voxels() == 120);
  CHECK(oracle.label(0, {}).annotated_voxels() == 0);
}

TEST_CASE("the oracle refuses plans and labels that do not fit") {
  const Oracle oracle({random_labels({4, 5, 6}, 3, 1)}, 3);
  CHECK_THROWS_WITH(oracle.label(0, {{{.slice = {0, Plane::xz, 5}}}}),
                    "plan, case 0, plane xz: expected slices below 5, got 5");
  CHECK_THROWS_WITH(oracle.label(1, example_plan()), "case_index: expected a case below 1, got 1");
  CHECK_THROWS_AS(oracle.label_everything(1), InvalidArgument);
  LabelVolume wrong = random_labels({4, 5, 6}, 3, 1);
  wrong.voxels(1, 1, 1) = 3;
  CHECK_THROWS_WITH(Oracle({random_labels({2, 2, 2}, 3, 1), wrong}, 3),
                    "labels of case 1: expected labels of 0 to 2, got 3");
  wrong = random_labels({4, 5, 6}, 3, 1);
  wrong.geometry.shape = {4, 5, 7};
  CHECK_THROWS_AS(Oracle({wrong}, 3), DataError);
  CHECK_THROWS_AS(Oracle({random_labels({4, 5, 6}, 3, 1)}, 256), InvalidArgument);
}
