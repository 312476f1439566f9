#include "sparseann/annotate/drawn_file.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

constexpr Shape3 veiled_shape{4, 5, 6};
const PlannedCase veiled_plan{{{1}, {}, {0, 4}}};

SparseLabels no_earlier_labels() { return nothing_annotated(isotropic_geometry(veiled_shape), 3); }

DrawnFile file_of(const PlannedCase& planned, std::optional<Plane> plane = {}) {
  return {.name = "case.nii.gz", .plane = plane, .voxels = task_labels(planned, no_earlier_labels())};
}

} // namespace

TEST_CASE("values that are no labels are all named with how many and where") {
  DrawnFile file = file_of(veiled_plan);
  CHECK_NOTHROW(check_drawn_values(file, 3));
  file.voxels(0, 0, 1) = 7;
  file.voxels(0, 0, 2) = 7;
  file.voxels(1, 0, 0) = 9;
  CHECK_THROWS_WITH(
      check_drawn_values(file, 3),
      "case.nii.gz: expected labels of 0 to 2, or 3 for ignore, got 7 in 2 voxels, the first at (z, y, x) "
      "= (0, 0, 1); 9 in 1 voxels, the first at (z, y, x) = (1, 0, 0)");
}

TEST_CASE("a file whose veil is another plan's is refused") {
  CHECK_NOTHROW(check_veil(file_of(veiled_plan), veiled_plan, no_earlier_labels()));
  CHECK_NOTHROW(check_veil(file_of(only(veiled_plan, Plane::yz), Plane::yz), veiled_plan, no_earlier_labels()));
  CHECK_THROWS_WITH(
      check_veil(file_of({{{1}, {}, {1, 5}}}), veiled_plan, no_earlier_labels()), // mirrored along x
      "case.nii.gz: expected ignore beside the planned slices and not on them, got plane yz with ignore on "
      "its planned slices 0 4 and none on 1 5: a mirrored file, or another scan's");
  CHECK_THROWS_AS(check_veil(file_of({{{2}, {}, {}}}, Plane::xy), veiled_plan, no_earlier_labels()), DataError);
}

TEST_CASE("a veil that an editor dropped, or that somebody left or lifted in part, is no other plan's") {
  DrawnFile file = file_of(veiled_plan);
  file.voxels.fill(0);
  CHECK_NOTHROW(check_veil(file, veiled_plan, no_earlier_labels()));
  file.voxels.fill(3);
  CHECK_NOTHROW(check_veil(file, veiled_plan, no_earlier_labels()));
  file = file_of({{{1, 2}, {}, {0, 4}}}); // a slice more was drawn in full
  CHECK_NOTHROW(check_veil(file, veiled_plan, no_earlier_labels()));
}

TEST_CASE("what was annotated earlier is no part of the veil") {
  Array3<std::uint8_t> known = no_earlier_labels().voxels();
  for (std::size_t y = 0; y < 5; ++y)
    for (std::size_t x = 0; x < 6; ++x)
      known(3, y, x) = 1;
  const SparseLabels earlier(known, 3, isotropic_geometry(veiled_shape));
  DrawnFile file{.name = "case.nii.gz", .plane = {}, .voxels = task_labels(veiled_plan, earlier)};
  for (std::size_t y = 0; y < 5; ++y)
    for (std::size_t x = 0; x < 6; ++x)
      file.voxels(1, y, x) = 3; // nobody is sure of xy 1
  CHECK_NOTHROW(check_veil(file, veiled_plan, earlier));
}
