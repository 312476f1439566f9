#include "sparseann/annotate/slice_places.hpp"

#include <filesystem>

#include "sparseann/io/nifti.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

namespace {

using Vector = std::array<double, 3>;

/// 5 x 4 x 3 voxels along i, j, k.
Geometry small_grid() {
  Geometry geometry{.shape = {3, 4, 5}, .spacing_mm = {1, 1, 1}, .orientation = {}};
  geometry.orientation.sform_code = 1;
  return geometry;
}

/// As Decathlon images are stored: i grows to the patient's left, j to the back, k to the head.
Geometry flipped_grid() {
  Geometry geometry = small_grid();
  geometry.spacing_mm = {3, 2, 0.5};
  geometry.orientation.affine = {{{-0.5, 0, 0, 100}, {0, -2, 0, 50}, {0, 0, 3, -20}}};
  return geometry;
}

/// Turned by the 3-4-5 triangle about x: j steps (0, 4, 3), k steps (0, -6, 8) mm.
Geometry oblique_grid() {
  Geometry geometry = small_grid();
  geometry.spacing_mm = {10, 5, 1};
  geometry.orientation.affine = {{{1, 0, 0, 7}, {0, 4, -6, 1}, {0, 3, 8, 2}}};
  return geometry;
}

void check_close(const Vector& got, const Vector& expected) {
  for (std::size_t axis = 0; axis < 3; ++axis)
    CHECK(got[axis] == Approx(expected[axis]).margin(1e-5));
}

void check_place(const Geometry& geometry, Plane plane, std::size_t slice, const Vector& centre, const Vector& step) {
  CAPTURE(name_of(plane), slice);
  const auto place = place_of_slice(geometry, plane, slice);
  REQUIRE(place);
  check_close(place->centre_mm, centre);
  check_close(place->step_mm, step);
}

void check_view(const Vector& step, std::string_view name, char toward) {
  const AnatomicalView view = view_along(step);
  CHECK(view.name == name);
  CHECK(view.toward == toward);
}

std::string refusal(const Geometry& geometry, Plane plane, std::size_t slice) {
  try {
    (void)place_of_slice(geometry, plane, slice);
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "";
}

} // namespace

TEST_CASE("a slice of a flipped image is where its affine says") { // the middle voxel is (2, 1.5, 1)
  const Geometry grid = flipped_grid();
  check_place(grid, Plane::xy, 0, {99, 47, -20}, {0, 0, 3});
  check_place(grid, Plane::xy, 2, {99, 47, -14}, {0, 0, 3});
  check_place(grid, Plane::xz, 0, {99, 50, -17}, {0, -2, 0});
  check_place(grid, Plane::xz, 3, {99, 44, -17}, {0, -2, 0});
  check_place(grid, Plane::yz, 0, {100, 47, -17}, {-0.5, 0, 0});
  check_place(grid, Plane::yz, 4, {98, 47, -17}, {-0.5, 0, 0});
}

TEST_CASE("a slice of an oblique image is where its affine says") {
  const Geometry grid = oblique_grid();
  check_place(grid, Plane::xy, 0, {9, 7, 6.5}, {0, -6, 8});
  check_place(grid, Plane::xy, 2, {9, -5, 22.5}, {0, -6, 8});
  check_place(grid, Plane::xz, 1, {9, -1, 13}, {0, 4, 3});
  check_place(grid, Plane::yz, 3, {10, 1, 14.5}, {1, 0, 0});
}

TEST_CASE("the quaternion counts where there is no sform, and so does its handedness") {
  Geometry grid = small_grid();
  grid.spacing_mm = {3, 2, 0.5};
  grid.orientation.sform_code = 0;
  grid.orientation.qform_code = 1;
  grid.orientation.quaternion = {0, 0, 1}; // by 180 degrees about z: i to the left, j to the back
  grid.orientation.offset_mm = {100, 50, -20};
  check_place(grid, Plane::xy, 2, {99, 47, -14}, {0, 0, 3});
  check_place(grid, Plane::xz, 3, {99, 44, -17}, {0, -2, 0});
  grid.orientation.qfac = -1;
  check_place(grid, Plane::xy, 2, {99, 47, -26}, {0, 0, -3});
}

TEST_CASE("places are in mm whatever the file's unit, and the same when it is read back") {
  Geometry metres = flipped_grid();
  metres.orientation.spatial_unit = 1; // NIFTI_UNITS_METER
  for (auto& row : metres.orientation.affine)
    for (double& value : row)
      value /= 1000;
  check_place(metres, Plane::xy, 2, {99, 47, -14}, {0, 0, 3});
  const test::TemporaryDirectory directory;
  Volume<float> volume = zeros_on<float>(oblique_grid());
  write_nifti(directory.path() / "oblique.nii.gz", volume);
  check_place(read_nifti_image(directory.path() / "oblique.nii.gz").geometry, Plane::xy, 2, {9, -5, 22.5}, {0, -6, 8});
}

TEST_CASE("an image without an affine has no places, and a slice beyond it is an error") {
  Geometry grid = small_grid();
  CHECK(refusal(grid, Plane::xy, 3) == "slice: expected an index below 3 in plane xy, got 3");
  CHECK(refusal(grid, Plane::yz, 5) == "slice: expected an index below 5 in plane yz, got 5");
  grid.orientation.sform_code = 0;
  CHECK_FALSE(place_of_slice(grid, Plane::xy, 0));
}

TEST_CASE("views are named by the nearest axis of the patient") {
  check_view({0, 0, 3}, "axial", 'S');
  check_view({0, 0, -3}, "axial", 'I');
  check_view({0, 2, 0}, "coronal", 'A');
  check_view({0, -2, 1}, "coronal", 'P');
  check_view({1, 0, 0}, "sagittal", 'R');
  check_view({-0.5, 0.1, 0.1}, "sagittal", 'L');
  check_view({0, -6, 8}, "axial", 'S');
}

TEST_CASE("slices are stacked along the voxel axes as nibabel indexes them") {
  CHECK(voxel_axis(Plane::xy) == 'k');
  CHECK(voxel_axis(Plane::xz) == 'j');
  CHECK(voxel_axis(Plane::yz) == 'i');
}

TEST_CASE("a plan in terms of a viewer") {
  Geometry nowhere = small_grid();
  nowhere.orientation.sform_code = 0;
  std::vector<Case> cases{{.name = "flipped", .image = {.voxels = {}, .geometry = flipped_grid()}},
                          {.name = "nowhere", .image = {.voxels = {}, .geometry = nowhere}}};
  const AnnotationPlan plan{{{.slice = {0, Plane::xz, 3}, .rank = 0, .gain = 1.5},
                             {.slice = {0, Plane::xz, 0}, .rank = 1, .gain = {}},
                             {.slice = {1, Plane::yz, 4}, .rank = 0, .gain = {}}}};
  CHECK(slice_places_csv(plan, cases) ==
        "case,plane,rank,slice,order,voxel_axis,view,toward,x_mm,y_mm,z_mm,step_x_mm,step_y_mm,step_z_mm\n"
        "flipped,xz,0,3,1,j,coronal,P,99,44,-17,0,-2,0\n"
        "flipped,xz,1,0,3,j,coronal,P,99,50,-17,0,-2,0\n"
        "nowhere,yz,0,4,2,i,,,,,,,,\n");
  CHECK_THROWS_AS(slice_places_csv(plan, std::span(cases).first(1)), InvalidArgument);
}
