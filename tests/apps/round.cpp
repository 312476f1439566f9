#if SPARSEANN_WITH_TORCH
// What `sparseann plan` hands out, and a second round.
#include <filesystem>
#include <string>

#include "apps/round_folder.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/json.hpp"
#include "support/catch.hpp"

using namespace sparseann;
namespace fs = std::filesystem;

TEST_CASE("plan hands out labels, guides and tables on the images' grids") {
  const test::RoundFolder folder;
  const AnnotationRound round = folder.round();
  CHECK(round.class_names() == std::vector<std::string>{"background", "ball"});
  CHECK(round.case_names() == std::vector<std::string>{"a", "b"});
  CHECK(round.plan().slices.size() == 8);
  const LabelVolume labels = folder.labels("round/labels/a.nii.gz");
  const LabelVolume guide = folder.labels("round/guides/a.nii.gz");
  const LabelVolume by_plane = folder.labels("round/planes/yz/a.nii.gz");
  const Geometry grid = read_nifti_image(folder / "data/imagesTr/a_0000.nii.gz").geometry;
  CHECK(labels.geometry == grid);
  CHECK(guide.geometry == grid);
  for (std::size_t z = 0; z < 8; ++z)
    for (std::size_t x = 0; x < 16; ++x) {
      const bool on_xy = z == 2 || z == 6; // (i + 1/2) 8 / 2
      const bool on_yz = x == 4 || x == 12;
      CHECK(labels.voxels(z, 5, x) == (on_xy || on_yz ? 0 : 2));
      CHECK(guide.voxels(z, 5, x) == (on_xy && on_yz ? 4 : on_xy ? 1 : on_yz ? 3 : 0));
      CHECK(by_plane.voxels(z, 5, x) == (on_yz ? 0 : 2));
    }
  CHECK_FALSE(fs::exists(folder / "round/planes/xz"));
  CHECK_THAT(read_file(folder / "round/itk_snap_labels.txt"),
             ContainsSubstring("    2   128  128  128     0.40  1  1    \"ignore\"\n"));
  CHECK_THAT(read_file(folder / "round/slicer_labels.ctbl"), ContainsSubstring("\n1 ball 86 180 233 255\n"));
  CHECK(read_json_file(folder / "round/dataset.json")["labels"] == Json{{"background", 0}, {"ball", 1}, {"ignore", 2}});
  const std::string page = read_file(folder / "round/index.html");
  CHECK_THAT(page, ContainsSubstring("data-slice=\"a,xy,2\""));
  CHECK_THAT(page, ContainsSubstring("sparseann import --round round"));
}

TEST_CASE("a plan that is called again leaves what was drawn") {
  const test::RoundFolder folder;
  folder.draw("labels/a.nii.gz", Plane::xy, 2);
  const std::string drawn = read_file(folder / "round/labels/a.nii.gz");
  fs::remove(folder / "round/stages.json"); // as if it had been killed before it was done
  fs::remove(folder / "round/round.json");
  folder.succeed(
      "plan --data {}/data --selector equal-interval --budget 2 --planes xy,yz --classes ball --output {}/round");
  CHECK(read_file(folder / "round/labels/a.nii.gz") == drawn);
}

TEST_CASE("minutes buy the first slices in the order of drawing") {
  const test::RoundFolder folder;
  folder.succeed("plan --data {}/data --selector equal-interval --planes xy,yz --budget-minutes 11 "
                 "--minutes-per-slice 2 --output {}/short");
  CHECK(folder.round("short").plan().slices.size() == 5);
  CHECK(folder.round("short").class_names() == std::vector<std::string>{"background", "foreground"});
}

TEST_CASE("a second round comes on top of what is drawn, knowing it or not, and carries it on") {
  const test::RoundFolder folder;
  folder.draw("labels/a.nii.gz", Plane::xy, 2);
  folder.draw("labels/a.nii.gz", Plane::yz, 4);
  folder.succeed("import --round {}/round");
  const std::string second = "plan --data {}/data --planes xy,yz --every 4 --already {}/round --seed 3 " +
                             std::string(test::tiny_encoder) + " --output {}/";
  folder.succeed(second + "next");
  folder.succeed(second + "unknowing --conditioned false");
  for (const std::string name : {"next", "unknowing"}) {
    CAPTURE(name);
    const AnnotationRound round = folder.round(name);
    CHECK(round.class_names() == std::vector<std::string>{"background", "ball"});
    CHECK(round.plan().slices.size() == 12); // 8 / 4 and 16 / 4, twice
    for (const PlannedSlice& planned : round.plan().slices) {
      CHECK(planned.slice != SliceIndex{0, Plane::xy, 2});
      CHECK(planned.slice != SliceIndex{0, Plane::yz, 4});
    }
    const LabelVolume labels = folder.labels(name + "/labels/a.nii.gz");
    detail::for_each_voxel(labels.geometry.shape, Plane::xy, 2,
                           [&](const Shape3& v) { CHECK(labels.voxels(v[0], v[1], v[2]) == test::ball_at(v)); });
    CHECK(folder.round(name).earlier()->annotated(0) == PlannedCase{{{2}, {}, {4}}});
  }
  folder.succeed("import --round {}/next --complete true");
  const AnnotationState state = read_annotation_state(folder / "next");
  CHECK(std::ranges::count(state.slices, SliceState::drawn, [](const AnnotatedSlice& s) { return s.slice.state; }) ==
        2);
  CHECK(state.labels(0).voxels()(2, 7, 7) == 1);
}

TEST_CASE("a second round is refused where it does not go on from the first") {
  const test::RoundFolder folder;
  const auto refused = [&](const std::string& arguments, const std::string& message) {
    CAPTURE(arguments);
    const test::ProgramResult result = folder.run("plan --data {}/data --planes xy,yz " + arguments);
    CHECK(result.exit_code != 0);
    CHECK_THAT(result.errors, ContainsSubstring(folder.named(message)));
    CHECK_FALSE(fs::exists(folder / "next"));
  };
  refused("--every 4 --already {}/round --output {}/next",
          "error: {}/round: expected a round with an import (`sparseann import` makes one), or an import's folder, got "
          "neither");
  folder.draw("labels/a.nii.gz", Plane::xy, 2);
  folder.succeed("import --round {}/round");
  refused("--every 4 --already {}/round --selector equal-interval --output {}/next",
          "error: --selector: expected one that goes on from what is drawn (max-cover, ");
  refused("--every 4 --already {}/round --classes cube --output {}/next",
          "error: --classes: expected background, ball, as in --already, got background, cube");
  refused("--every 4 --conditioned false --output {}/next", "error: --conditioned: expected --already with it");
  refused("--every 4 --classes a,a --output {}/next", "error: --classes: expected different names");
  refused("--every 4 --classes ignore --output {}/next", "error: --classes: expected different names");
  refused("--every 4 --budget-minutes 3 --output {}/next",
          "error: --every, --budget, --budget-minutes: expected exactly one of the three, got 2");
  refused("--budget-minutes 1 --output {}/next", "error: --budget-minutes: expected at least 2, which one slice takes");
  fs::rename(folder / "data/imagesTr/b_0000.nii.gz", folder / "data/imagesTr/c_0000.nii.gz");
  refused("--every 4 --already {}/round --output {}/next --conditioned false --selector equal-interval",
          "expected every case of it among the images, got none of the name 'b'");
}
#endif
