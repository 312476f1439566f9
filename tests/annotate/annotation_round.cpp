#include "sparseann/annotate/annotation_round.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include "sparseann/io/atomic_file.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;
namespace fs = std::filesystem;

namespace {

/// An import's folder with two cases, of which slices are known.
void write_state(const fs::path& folder) {
  fs::create_directories(folder / "labels");
  const std::vector<std::string> names{"a", "b,c"};
  publish_atomically(folder / "slices.csv",
                     to_csv(std::vector<AnnotatedSlice>{{1, {Plane::yz, 3, SliceState::drawn}},
                                                        {1, {Plane::yz, 0, SliceState::empty}},
                                                        {0, {Plane::xy, 2, SliceState::not_drawn}}},
                            names));
  Array3<std::uint8_t> voxels({1, 2, 4});
  voxels.fill(2);
  voxels(0, 1, 3) = 1;
  write_nifti(folder / "labels" / "b,c.nii.gz", LabelVolume{voxels, isotropic_geometry({1, 2, 4})});
  write_json_file(folder / "import.json", {{"format", 1}, {"classes", {"background", "ball"}}, {"cases", names}});
}

} // namespace

TEST_CASE("a state is read as it was written, and tells which slices are annotated") {
  const test::TemporaryDirectory directory;
  write_state(directory.path());
  const AnnotationState state = read_annotation_state(directory.path());
  CHECK(state.class_names == std::vector<std::string>{"background", "ball"});
  CHECK(state.case_names == std::vector<std::string>{"a", "b,c"});
  CHECK(state.annotated(0) == PlannedCase{});
  CHECK(state.annotated(1) == PlannedCase{{{}, {}, {0, 3}}});
  CHECK(state.slices.front().slice == DrawnSlice{Plane::yz, 3, SliceState::drawn});
  CHECK(state.labels(1).annotated_voxels() == 1);
}

TEST_CASE("of a round the latest finished import is read") {
  const test::TemporaryDirectory directory;
  for (const std::string name : {"imports/0002", "imports/0010", "imports/0011"})
    write_state(directory.path() / name);
  fs::remove(directory.path() / "imports/0011/import.json"); // unfinished
  CHECK(read_annotation_state(directory.path()).path == directory.path() / "imports/0010");
  CHECK(imports_of(directory.path()).size() == 2);
}

TEST_CASE("folders and files that are no round's or import's are refused by name") {
  const test::TemporaryDirectory directory;
  const fs::path folder = directory.path();
  CHECK_THROWS_WITH(read_annotation_state(folder), ContainsSubstring("or an import's folder, got neither"));
  CHECK_THROWS_WITH(read_annotation_state(folder / "x"), ContainsSubstring("got no such folder"));
  CHECK_THROWS_WITH(AnnotationRound(folder), ContainsSubstring("got another or an unfinished folder"));
  write_state(folder);
  publish_atomically(folder / "slices.csv", "case,plane,slice,state\na,xy,2,perhaps\n");
  CHECK_THROWS_WITH(read_annotation_state(folder), ContainsSubstring("slices.csv, line 2: expected "));
  write_json_file(folder / "import.json", {{"format", 99}});
  CHECK_THROWS_WITH(read_annotation_state(folder), ContainsSubstring("import.json: expected format 1, got 99"));
  write_json_file(folder / "import.json", {{"format", 1}, {"classes", 3}});
  CHECK_THROWS_WITH(read_annotation_state(folder), ContainsSubstring("import.json: expected names under 'classes'"));
}

TEST_CASE("a round holds to the plan that its files were made for") {
  const test::TemporaryDirectory directory;
  const fs::path folder = directory.path();
  const std::vector<std::string> names{"a"};
  const AnnotationPlan plan{{{.slice = {0, Plane::xz, 4}, .rank = 0, .gain = 0.5}}};
  publish_atomically(folder / "plan.csv", to_csv(plan, names));
  write_json_file(folder / "round.json", round_json({"background", "ball"}, names, folder / "plan.csv"));
  const AnnotationRound round(folder);
  CHECK(round.plan() == plan);
  CHECK_FALSE(round.earlier().has_value());
  const SparseLabels nothing = round.earlier_labels(0, isotropic_geometry({2, 3, 4}));
  CHECK(nothing.annotated_voxels() == 0);
  CHECK(nothing.classes() == 2);
  publish_atomically(folder / "plan.csv", "case,plane,rank,slice,gain\na,xz,0,5,\n");
  CHECK_THROWS_WITH(AnnotationRound(folder), ContainsSubstring("plan.csv: expected the plan that the label files"));
}
