#if SPARSEANN_WITH_TORCH
// `sparseann import`: what annotators give back, complete or not, changed by editors, or wrong.
#include <algorithm>
#include <filesystem>
#include <string>

#include "apps/round_folder.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/directory_lock.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/json.hpp"
#include "support/catch.hpp"

using namespace sparseann;
namespace fs = std::filesystem;

namespace {

/// The states of case a's slices by plane and index.
std::vector<SliceState> states_of_a(const AnnotationState& state) {
  std::vector<SliceState> states;
  for (const AnnotatedSlice& known : state.slices)
    if (known.case_index == 0)
      states.push_back(known.slice.state);
  return states;
}

/// Checks that an import is refused in so many words and leaves everything as it was.
void check_refused(const test::RoundFolder& folder, const std::string& message, const std::string& more = "") {
  fs::create_directories(folder / "round/imports"); // which holds the lock
  const std::vector<std::string> before = folder.files();
  const test::ProgramResult result = folder.run("import --round {}/round " + more);
  CHECK(result.exit_code != 0);
  CHECK_THAT(result.errors, ContainsSubstring(folder.named(message)));
  CHECK(result.output.empty());
  CHECK(folder.files() == before);
}

constexpr SliceState slice_open = SliceState::not_drawn;
constexpr SliceState slice_drawn = SliceState::drawn;
constexpr SliceState slice_empty = SliceState::empty;

} // namespace

TEST_CASE("an import takes what is there, and every import is a new state") {
  const test::RoundFolder folder;
  folder.draw("labels/a.nii.gz", Plane::xy, 2);
  const test::ProgramResult first = folder.succeed("import --round {}/round");
  CHECK_THAT(first.output, ContainsSubstring("\na          1       0          3              0         0\n"));
  CHECK_THAT(first.output, ContainsSubstring("\n1 of 8 planned slices are drawn, 0 more are empty on purpose.\n"));
  CHECK(states_of_a(read_annotation_state(folder / "round")) ==
        std::vector<SliceState>{slice_drawn, slice_open, slice_open, slice_open});
  const std::string page = read_file(folder / "round/index.html");
  CHECK_THAT(page, ContainsSubstring("\"a,xy,2\":\"drawn\""));

  folder.draw("planes/yz/a.nii.gz", Plane::yz, 12);
  publish_atomically(folder / "round/empty.csv", "case,plane,slice\na,xy,6\n");
  folder.succeed("import --round {}/round");
  const AnnotationState state = read_annotation_state(folder / "round");
  CHECK(state.path == folder / "round/imports/0002");
  CHECK(states_of_a(state) == std::vector<SliceState>{slice_drawn, slice_empty, slice_open, slice_drawn});
  CHECK(states_of_a(read_annotation_state(folder / "round/imports/0001")) ==
        std::vector<SliceState>{slice_drawn, slice_open, slice_open, slice_open});
  const SparseLabels labels = state.labels(0);
  CHECK(labels.geometry() == test::scanner_grid({8, 16, 16}));
  for (std::size_t z = 0; z < 8; ++z)
    for (std::size_t y = 0; y < 16; ++y)
      for (std::size_t x = 0; x < 16; ++x)
        CHECK(labels.voxels()(z, y, x) == (z == 2 || x == 12 ? test::ball_at({z, y, x}) : z == 6 ? 0 : 2));
  CHECK(read_file(folder / "round/imports/0002/drawn/labels/a.nii.gz") == read_file(folder / "round/labels/a.nii.gz"));
  CHECK(fs::exists(folder / "round/imports/0002/drawn/planes/yz/a.nii.gz"));
}

TEST_CASE("planes that disagree where they cross are listed, and ruled as asked") {
  const test::RoundFolder folder;
  folder.draw("planes/xy/a.nii.gz", Plane::xy, 2);
  folder.draw("planes/yz/a.nii.gz", Plane::yz, 4);
  folder.change("planes/yz/a.nii.gz", [](LabelVolume& labels) { labels.voxels(2, 0, 4) = 1; });
  folder.succeed("import --round {}/round");
  CHECK(read_file(folder / "round/imports/0001/disagreements.csv") ==
        "case,z,y,x,earlier,xy,xz,yz,label\na,2,0,4,,0,,1,\n");
  CHECK(read_annotation_state(folder / "round").labels(0).voxels()(2, 0, 4) == 2);
  folder.succeed("import --round {}/round --crossing first-plane");
  CHECK(read_annotation_state(folder / "round").labels(0).voxels()(2, 0, 4) == 0);
}

TEST_CASE("what may have been meant otherwise is said") {
  const test::RoundFolder folder;
  folder.draw("labels/a.nii.gz", Plane::xy, 2);
  folder.change("labels/b.nii.gz", [](LabelVolume& labels) { labels.voxels(6, 8, 12) = 1; }); // xy 6 and yz 12
  publish_atomically(folder / "round/empty.csv", "case,plane,slice\na,xy,2\n");
  const test::ProgramResult result = folder.succeed("import --round {}/round");
  CHECK_THAT(result.output, ContainsSubstring("note: a: xy 2: listed as empty, and labels on them; taken as drawn\n"));
  CHECK_THAT(result.output, ContainsSubstring("note: b: xy 6, yz 12: labels only where they cross one another, so that "
                                              "any may have been meant; taken as not drawn\n"));
  const Json facts = read_json_file(folder / "round/imports/0001/import.json");
  CHECK(facts["imported"][1]["notes"].size() == 1);
}

TEST_CASE("a slice drawn one off is named beside the planned one, and what it crosses is not drawn") {
  const test::RoundFolder folder;
  folder.draw("labels/a.nii.gz", Plane::yz, 5); // 4 is planned
  CHECK_THAT(folder.run("import --round {}/round").errors,
             ContainsSubstring("note: a: labels beside the plan, on yz 5 ("));
  folder.draw("labels/b.nii.gz", Plane::xy, 2);
  const test::ProgramResult result = folder.succeed("import --round {}/round");
  CHECK(states_of_a(read_annotation_state(folder / "round")) ==
        std::vector<SliceState>{slice_open, slice_open, slice_open, slice_open});
  CHECK_THAT(result.output, ContainsSubstring("note: a: labels beside the plan, on yz 5 ("));
  CHECK_THAT(result.output, ContainsSubstring(" voxels; 4 is planned)\n"));
}

TEST_CASE("a file that an editor turned or rounded is taken, and said") {
  const test::RoundFolder folder;
  folder.draw("labels/a.nii.gz", Plane::xy, 2);
  folder.change("labels/a.nii.gz", [](LabelVolume& labels) { // x counted from the other end, as RAS wants it
    const Array3<std::uint8_t> voxels = labels.voxels;
    auto& affine = labels.geometry.orientation.affine;
    for (std::size_t z = 0; z < 8; ++z)
      for (std::size_t y = 0; y < 16; ++y)
        for (std::size_t x = 0; x < 16; ++x)
          labels.voxels(z, y, 15 - x) = voxels(z, y, x);
    for (auto& row : affine) {
      row[3] += 15 * row[0];
      row[0] = -row[0];
    }
    affine[0][3] += 0.004;
  });
  const test::ProgramResult result = folder.succeed("import --round {}/round");
  CHECK_THAT(result.output, ContainsSubstring("stored along other axes than the image, turned back\n"));
  CHECK_THAT(result.output, ContainsSubstring("its header is up to 0.004 mm off the image's, taken as rounding\n"));
  const SparseLabels labels = read_annotation_state(folder / "round").labels(0);
  detail::for_each_voxel({8, 16, 16}, Plane::xy, 2,
                         [&](const Shape3& v) { CHECK(labels.voxels()(v[0], v[1], v[2]) == test::ball_at(v)); });
}

TEST_CASE("what cannot be told from the files is refused, and nothing is lost") {
  const test::RoundFolder folder;
  check_refused(folder, "{}/round: expected at least one drawn slice, got none");
  folder.draw("labels/a.nii.gz", Plane::xy, 2);
  folder.draw("labels/b.nii.gz", Plane::xy, 2);

  SECTION("a file of another case") {
    fs::copy(folder / "round/labels/a.nii.gz", folder / "round/labels/zebra.nii.gz");
    fs::copy(folder / "round/labels/a.nii.gz", folder / "round/labels/a_1.nii.gz");
    check_refused(folder, "{}/round/labels: expected files named as cases of the round, got 'a_1.nii.gz', "
                          "'zebra.nii.gz'");
  }
  SECTION("a file in another format") {
    publish_atomically(folder / "round/labels/a.seg.nrrd", "NRRD0004\n");
    check_refused(folder, "{}/round/labels: expected files in NIfTI alone, .nii or .nii.gz, into which SimpleITK turns "
                          "others (move those away then), got 'a.seg.nrrd'");
  }
  SECTION("mirrored under the old header") {
    folder.change("labels/a.nii.gz", [](LabelVolume& labels) {
      Array3<std::uint8_t> mirrored = xt::flip(labels.voxels, 0);
      labels.voxels = mirrored;
    });
    check_refused(folder, "labels/a.nii.gz: expected ignore beside the planned slices and not on them, got plane xy "
                          "with ignore on its planned slices 2 6 and none on 1 5: a mirrored file, or another scan's");
  }
  SECTION("resampled") {
    folder.change("labels/a.nii.gz", [](LabelVolume& labels) {
      labels.geometry.shape = {8, 16, 8};
      labels.geometry.spacing_mm[2] = 2;
      for (auto& row : labels.geometry.orientation.affine)
        row[0] *= 2;
      labels.voxels = xt::zeros<std::uint8_t>({8, 16, 8});
    });
    check_refused(folder, "labels/a.nii.gz: expected the image's 8 x 16 x 16 voxels (z, y, x), got 8 x 16 x 8");
  }
  SECTION("axes swapped under the old header") {
    folder.change("labels/a.nii.gz", [](LabelVolume& labels) {
      labels.geometry.shape = {16, 16, 8};
      labels.voxels = xt::zeros<std::uint8_t>({16, 16, 8});
    });
    check_refused(folder, "got 16 x 16 x 8, the same in another order than its affine says");
  }
  SECTION("moved") {
    folder.change("labels/a.nii.gz", [](LabelVolume& labels) { labels.geometry.orientation.affine[1][3] += 0.5; });
    check_refused(folder, "expected voxels where the image has them, to 0.0125 mm, got some 0.5 mm off");
  }
  SECTION("unknown labels, and every case that is wrong at once") {
    folder.change("labels/a.nii.gz", [](LabelVolume& labels) { labels.voxels(2, 1, 1) = 9; });
    publish_atomically(folder / "round/labels/b.nii.gz", "");
    check_refused(folder, "a.nii.gz: expected labels of 0 to 1, or 2 for ignore, got 9 in 1 voxels");
    check_refused(folder, "{}/round/labels/b.nii.gz");
    check_refused(folder, "got 2 of 2 cases that cannot, see above; nothing is imported");
    check_refused(folder, "--without: expected cases of the round, got 'c'", "--without c");
    fs::copy(folder / "round/guides/b.nii.gz", folder / "round/labels/b.nii.gz", fs::copy_options::overwrite_existing);
    check_refused(folder, "a.nii.gz: expected labels of 0 to 1");
  }
  SECTION("a plan edited by hand") {
    const std::string plan = read_file(folder / "round/plan.csv");
    publish_atomically(folder / "round/plan.csv", plan + "a,xz,0,3,\n");
    check_refused(folder, "{}/round/plan.csv: expected the plan that the label files were made for");
  }
  SECTION("a folder half copied") {
    fs::remove(folder / "round/guides/b.nii.gz");
    check_refused(folder, "{}/round/guides/b.nii.gz");
    fs::remove(folder / "round/round.json");
    check_refused(folder, "{}/round: expected a round (with round.json");
  }
  SECTION("a list of empty slices that are not on the plan") {
    publish_atomically(folder / "round/empty.csv", "case,plane,slice\na,xy,3\n");
    check_refused(folder, "{}/round/empty.csv, line 2: expected a slice that is on the plan, got 3 of plane xy");
    publish_atomically(folder / "round/empty.csv", "a,xy,6\n");
    check_refused(folder, "{}/round/empty.csv: expected a first line with the columns case, plane and slice, got none "
                          "called 'case'");
    publish_atomically(folder / "round/empty.csv", "case,plane,slice\nx,xy,3\n");
    check_refused(folder, "expected a case of the round in column 'case', got 'x'");
  }
  SECTION("all ignore") {
    fs::remove_all(folder / "round/planes");
    for (const std::string name : {"a", "b"})
      folder.change("labels/" + name + ".nii.gz", [](LabelVolume& labels) { labels.voxels.fill(2); });
    check_refused(folder, "expected at least one drawn slice");
    check_refused(folder, "expected at least one drawn slice", "--complete true");
  }
  SECTION("no round, no folder") {
    CHECK(folder.run("import").exit_code == 2);
    CHECK_THAT(folder.run("import --round {}/nowhere").errors, ContainsSubstring("got no such folder"));
    check_refused(folder, "{}/nothing: expected a folder of drawn files, got no such folder", "--drawn {}/nothing");
  }
}

TEST_CASE("a case can be left out, and files can lie elsewhere") {
  const test::RoundFolder folder;
  folder.draw("labels/a.nii.gz", Plane::xy, 2);
  publish_atomically(folder / "round/labels/b.nii.gz", "");
  const test::ProgramResult result = folder.succeed("import --round {}/round --without b");
  CHECK_THAT(result.output, ContainsSubstring("\nb          0       0          4              0         0  no file\n"));
  fs::create_directories(folder / "returned");
  fs::rename(folder / "round/labels/a.nii.gz", folder / "returned/a.nii.gz");
  folder.succeed("import --round {}/round --drawn {}/returned");
  CHECK(states_of_a(read_annotation_state(folder / "round")) ==
        std::vector<SliceState>{slice_drawn, slice_open, slice_open, slice_open});
}

TEST_CASE("two imports at once do not mix, and a killed one leaves nothing that counts") {
  const test::RoundFolder folder;
  folder.draw("labels/a.nii.gz", Plane::xy, 2);
  fs::create_directories(folder / "round/imports/.0001.7.tmp/labels");
  {
    const DirectoryLock other(folder / "round/imports");
    const test::ProgramResult result = folder.run("import --round {}/round");
    CHECK(result.exit_code == 1);
    CHECK_THAT(result.errors, ContainsSubstring(folder.named("{}/round/imports: is in use by another process")));
  }
  folder.succeed("import --round {}/round");
  CHECK(imports_of(folder / "round").size() == 1);
  CHECK_FALSE(fs::exists(folder / "round/imports/.0001.7.tmp"));
}

TEST_CASE("a disk that fills leaves no import and the earlier ones as they were") {
  const test::RoundFolder folder;
  folder.draw("labels/a.nii.gz", Plane::xy, 2);
  folder.succeed("import --round {}/round");
  const std::vector<std::string> before = folder.files();
  const test::ProgramResult result =
      test::Program(SPARSEANN_PROGRAM, {"import", "--round", (folder / "round").string()}, {.file_bytes = 200}).wait();
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.errors, ContainsSubstring("cannot be written: File too large"));
  CHECK(folder.files() == before);
}
#endif
