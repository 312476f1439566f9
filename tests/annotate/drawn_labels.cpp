#include "sparseann/annotate/drawn_labels.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sparseann/annotate/task_volumes.hpp"
#include "support/catch.hpp"

using namespace sparseann;

namespace {

constexpr std::uint8_t ignore_of_three = 3; // of three classes
constexpr Shape3 drawn_shape{4, 5, 6};

SparseLabels nothing_known() { return nothing_annotated(isotropic_geometry(drawn_shape), 3); }

const PlannedCase drawn_plan{{{1, 3}, {2}, {0}}};

/// A file as it is handed out.
DrawnFile handed_out(std::optional<Plane> plane = {}) {
  return {.name = "case.nii.gz",
          .plane = plane,
          .voxels = task_labels(plane ? only(drawn_plan, *plane) : drawn_plan, nothing_known())};
}

std::vector<SliceState> states_of(const DrawnLabels& drawn) {
  std::vector<SliceState> states;
  for (const DrawnSlice& slice : drawn.slices)
    states.push_back(slice.state);
  return states;
}

DrawnLabels read_drawn(const std::vector<DrawnFile>& files, const DrawnLabelsOptions& options = {},
                       const PlannedCase& empty = {}) {
  return drawn_labels(files, drawn_plan, empty, nothing_known(), options);
}

constexpr SliceState slice_open = SliceState::not_drawn;
constexpr SliceState slice_drawn = SliceState::drawn;
constexpr SliceState slice_empty = SliceState::empty;

} // namespace

TEST_CASE("a file as it was handed out has nothing drawn") {
  const DrawnLabels drawn = read_drawn({handed_out()});
  CHECK(drawn.slices == std::vector<DrawnSlice>{{Plane::xy, 1, slice_open},
                                                {Plane::xy, 3, slice_open},
                                                {Plane::xz, 2, slice_open},
                                                {Plane::yz, 0, slice_open}});
  CHECK((drawn.voxels == nothing_known().voxels()));
}

TEST_CASE("a slice with a label of its own is drawn, with its background and without what is left under ignore") {
  DrawnFile file = handed_out();
  file.voxels(1, 4, 3) = 2;
  file.voxels(1, 0, 5) = ignore_of_three; // not sure
  const DrawnLabels drawn = read_drawn({file});
  CHECK(states_of(drawn) == std::vector<SliceState>{slice_drawn, slice_open, slice_open, slice_open});
  for (std::size_t z = 0; z < 4; ++z)
    for (std::size_t y = 0; y < 5; ++y)
      for (std::size_t x = 0; x < 6; ++x) {
        const bool known = z == 1 && !(y == 0 && x == 5);
        CHECK(drawn.voxels(z, y, x) == (known ? (y == 4 && x == 3 ? 2 : 0) : ignore_of_three));
      }
}

TEST_CASE("a drawing leaves traces on the slices that it crosses, which are not drawn for that") {
  DrawnFile file = handed_out();
  for (std::size_t y = 0; y < 5; ++y)
    for (std::size_t x = 0; x < 3; ++x)
      file.voxels(1, y, x) = 1; // crosses xz 2 and yz 0
  CHECK(states_of(read_drawn({file})) == std::vector<SliceState>{slice_drawn, slice_open, slice_open, slice_open});
  file.voxels(2, 2, 4) = 1; // on xz 2 alone
  CHECK(states_of(read_drawn({file})) == std::vector<SliceState>{slice_drawn, slice_open, slice_drawn, slice_open});
}

TEST_CASE("labels on the crossing of two slices alone leave both undecided") {
  DrawnFile file = handed_out();
  file.voxels(1, 2, 3) = 1; // xy 1 and xz 2
  const DrawnLabels undecided = read_drawn({file});
  CHECK(states_of(undecided) == std::vector<SliceState>{slice_open, slice_open, slice_open, slice_open});
  CHECK(undecided.doubts == std::vector<DoubtfulSlice>{{Plane::xy, 1, SliceDoubt::crossings_alone},
                                                       {Plane::xz, 2, SliceDoubt::crossings_alone}});
  file.voxels(1, 3, 3) = 1; // on xy 1 alone
  const DrawnLabels decided = read_drawn({file});
  CHECK(states_of(decided) == std::vector<SliceState>{slice_drawn, slice_open, slice_open, slice_open});
  CHECK(decided.doubts.empty());
  CHECK(decided.voxels(1, 2, 3) == 1);
}

TEST_CASE("a slice that is listed as empty and has labels is drawn, and named") {
  DrawnFile file = handed_out();
  file.voxels(1, 4, 3) = 2;
  const DrawnLabels drawn = read_drawn({file}, {}, {{{1, 3}, {}, {}}});
  CHECK(states_of(drawn) == std::vector<SliceState>{slice_drawn, slice_empty, slice_open, slice_open});
  CHECK(drawn.doubts == std::vector<DoubtfulSlice>{{Plane::xy, 1, SliceDoubt::drawn_though_empty}});
  CHECK(read_drawn({file}).doubts.empty());
  const DrawnLabels crossed = read_drawn({file}, {}, {{{3}, {}, {0}}});
  CHECK(crossed.doubts.empty());
  file.voxels(1, 4, 0) = 2; // on yz 0, too
  CHECK(read_drawn({file}, {}, {{{3}, {}, {0}}}).doubts ==
        std::vector<DoubtfulSlice>{{Plane::yz, 0, SliceDoubt::crossed_though_empty}});
}

TEST_CASE("a slice drawn beside the plan leaves traces on planned slices, which are not drawn for that") {
  DrawnFile file = handed_out();
  for (std::size_t z = 0; z < 4; ++z)
    for (std::size_t y = 0; y < 4; ++y)
      file.voxels(z, y, 1) = 1; // yz 1, which crosses xy 1, xy 3 and xz 2
  const DrawnLabels slip = read_drawn({file});
  CHECK(states_of(slip) == std::vector<SliceState>{slice_open, slice_open, slice_open, slice_open});
  CHECK(slip.off_plan == std::vector<OffPlanSlice>{{Plane::yz, 1, 6}});
  CHECK(slip.off_plan_voxels == 6); // the rest is on planned slices
  CHECK((slip.voxels == nothing_known().voxels()));
  file.voxels(1, 3, 4) = 1; // and xy 1 is drawn
  CHECK(states_of(read_drawn({file})) == std::vector<SliceState>{slice_drawn, slice_open, slice_open, slice_open});
}

TEST_CASE("a brush that paints into the slices beside leaves the planned one drawn") {
  DrawnFile file = handed_out();
  for (std::size_t z = 0; z < 3; ++z)
    for (std::size_t y = 3; y < 5; ++y)
      for (std::size_t x = 2; x < 6; ++x)
        file.voxels(z, y, x) = 1; // meant for xy 1
  const DrawnLabels drawn = read_drawn({file});
  CHECK(states_of(drawn) == std::vector<SliceState>{slice_drawn, slice_open, slice_open, slice_open});
  CHECK(drawn.off_plan == std::vector<OffPlanSlice>{{Plane::xy, 0, 8}, {Plane::xy, 2, 8}});
}

TEST_CASE("a drawn slice of which half is left open is named") {
  DrawnFile file = handed_out();
  file.voxels(1, 4, 3) = 2;
  for (std::size_t y = 0; y < 2; ++y)
    for (std::size_t x = 0; x < 6; ++x)
      file.voxels(1, y, x) = ignore_of_three;
  file.voxels(1, 3, 0) = file.voxels(1, 3, 1) = ignore_of_three;
  CHECK(read_drawn({file}).doubts.empty()); // 14 of 30
  file.voxels(1, 3, 4) = ignore_of_three;
  CHECK(read_drawn({file}).doubts == std::vector<DoubtfulSlice>{{Plane::xy, 1, SliceDoubt::mostly_ignored}});
}

TEST_CASE("slices that are listed hold nothing on purpose, and all are done where somebody says so") {
  DrawnFile file = handed_out();
  file.voxels(1, 4, 3) = 2;
  const DrawnLabels listed = read_drawn({file}, {}, {{{3}, {}, {}}});
  CHECK(states_of(listed) == std::vector<SliceState>{slice_drawn, slice_empty, slice_open, slice_open});
  CHECK(listed.voxels(3, 1, 1) == 0);
  CHECK(listed.voxels(2, 1, 1) == ignore_of_three);
  const DrawnLabels complete = read_drawn({file}, {.complete = true});
  CHECK(states_of(complete) == std::vector<SliceState>{slice_drawn, slice_empty, slice_empty, slice_empty});
  CHECK(complete.voxels(2, 2, 4) == 0);
  CHECK(complete.voxels(1, 2, 3) == 0);
  CHECK(complete.disagreements.empty());
}

TEST_CASE("a file that is all ignore is not complete by being said to be") {
  DrawnFile file = handed_out();
  file.voxels.fill(ignore_of_three);
  CHECK(states_of(read_drawn({file}, {.complete = true})) ==
        std::vector<SliceState>{slice_open, slice_open, slice_open, slice_open});
}

TEST_CASE("planes that disagree where they cross are listed, and ruled as asked") {
  std::vector<DrawnFile> files{handed_out(Plane::xy), handed_out(Plane::xz), handed_out(Plane::yz)};
  files[0].voxels(1, 2, 0) = 1; // all three planes meet here
  files[0].voxels(1, 4, 4) = 1;
  files[1].voxels(1, 2, 0) = 2;
  files[1].voxels(1, 2, 5) = 2; // xy says background
  files[2].voxels(1, 2, 0) = 2;
  const DrawnLabels drawn = read_drawn(files);
  CHECK(states_of(drawn) == std::vector<SliceState>{slice_drawn, slice_open, slice_drawn, slice_drawn});
  CHECK(drawn.disagreements == std::vector<CrossingDisagreement>{
                                   {.voxel = {1, 2, 0}, .earlier = {}, .labels = {1, 2, 2}, .label = {}},
                                   {.voxel = {1, 2, 5}, .earlier = {}, .labels = {0, 2, std::nullopt}, .label = {}}});
  CHECK(drawn.voxels(1, 2, 0) == ignore_of_three);
  CHECK(drawn.voxels(1, 2, 1) == 0); // where they agree
  const DrawnLabels majority = read_drawn(files, {.crossing = CrossingRule::majority});
  CHECK(majority.voxels(1, 2, 0) == 2);
  CHECK(majority.voxels(1, 2, 5) == 0); // a tie, which the first plane decides
  const DrawnLabels first = read_drawn(files, {.crossing = CrossingRule::first_plane});
  CHECK(first.voxels(1, 2, 0) == 1);
  CHECK(first.disagreements.front().label == std::uint8_t{1});
}

TEST_CASE("two files that both have a slice are held against one another") {
  std::vector<DrawnFile> files{handed_out(), handed_out(Plane::xy)};
  files[0].voxels(1, 4, 4) = 1;
  files[1].voxels(1, 4, 4) = 2;
  const DrawnLabels drawn = read_drawn(files);
  REQUIRE(drawn.disagreements.size() == 1);
  CHECK(drawn.disagreements.front().voxel == Shape3{1, 4, 4});
  CHECK(drawn.voxels(1, 4, 4) == ignore_of_three);
  CHECK(read_drawn(files, {.crossing = CrossingRule::first_plane}).voxels(1, 4, 4) == 1);
}

TEST_CASE("labels beside the plan are counted, and kept where asked for; background there never counts") {
  DrawnFile file = handed_out();
  file.voxels(2, 3, 3) = 1;
  file.voxels(2, 3, 4) = 0;
  const DrawnLabels dropped = read_drawn({file});
  CHECK(dropped.off_plan_voxels == 1);
  CHECK((dropped.voxels == nothing_known().voxels()));
  const DrawnLabels kept = read_drawn({file}, {.off_plan = OffPlan::keep});
  CHECK(kept.off_plan_voxels == 1);
  CHECK(kept.voxels(2, 3, 3) == 1);
  CHECK(kept.voxels(2, 3, 4) == ignore_of_three);
}

TEST_CASE("a later round keeps what was annotated, takes corrections of it and tells new slices apart") {
  Array3<std::uint8_t> known = nothing_known().voxels();
  for (std::size_t y = 0; y < 5; ++y)
    for (std::size_t x = 0; x < 6; ++x)
      known(0, y, x) = x == 2 ? 1 : 0; // slice xy 0 of an earlier round, which crosses xz 2 and yz 0
  const SparseLabels earlier(known, 3, isotropic_geometry(drawn_shape));
  DrawnFile file{.name = "case.nii.gz", .plane = {}, .voxels = task_labels(drawn_plan, earlier)};
  const DrawnLabels untouched = drawn_labels(std::vector{file}, drawn_plan, {}, earlier);
  CHECK(states_of(untouched) == std::vector<SliceState>{slice_open, slice_open, slice_open, slice_open});
  CHECK((untouched.voxels == known));
  CHECK(untouched.corrected_voxels == 0);
  file.voxels(0, 2, 2) = 2; // a correction where xz 2 crosses, which nobody has drawn
  const DrawnLabels corrected = drawn_labels(std::vector{file}, drawn_plan, {}, earlier);
  CHECK(states_of(corrected) == states_of(untouched));
  CHECK(corrected.doubts.empty());
  CHECK(corrected.corrected_voxels == 1);
  file.voxels(0, 2, 2) = known(0, 2, 2);
  file.voxels(0, 1, 2) = 2;
  file.voxels(0, 1, 1) = ignore_of_three;
  file.voxels(3, 1, 1) = 1;
  const DrawnLabels drawn = drawn_labels(std::vector{file}, drawn_plan, {}, earlier);
  CHECK(states_of(drawn) == std::vector<SliceState>{slice_open, slice_drawn, slice_open, slice_open});
  CHECK(drawn.corrected_voxels == 2);
  CHECK(drawn.voxels(0, 1, 2) == 2);
  CHECK(drawn.voxels(0, 1, 1) == ignore_of_three);
  CHECK(drawn.voxels(0, 4, 2) == 1);
  CHECK(drawn.voxels(3, 0, 0) == 0);
  const std::vector<DrawnFile> by_plane{handed_out(Plane::xy)}; // without the file of all planes
  CHECK((drawn_labels(by_plane, drawn_plan, {}, earlier).voxels == known));
}

TEST_CASE("what was annotated earlier is held against what is drawn across it now") {
  Array3<std::uint8_t> known = nothing_known().voxels();
  for (std::size_t y = 0; y < 5; ++y)
    for (std::size_t x = 0; x < 6; ++x)
      known(0, y, x) = 1; // slice xy 0 of an earlier round
  const SparseLabels earlier(known, 3, isotropic_geometry(drawn_shape));
  DrawnFile file{.name = "yz", .plane = Plane::yz, .voxels = task_labels(only(drawn_plan, Plane::yz), earlier)};
  file.voxels(2, 2, 0) = 2; // drawn, and as handed out where it crosses
  CHECK(drawn_labels(std::vector{file}, drawn_plan, {}, earlier).disagreements.empty());
  file.voxels(0, 3, 0) = 0;
  const DrawnLabels drawn = drawn_labels(std::vector{file}, drawn_plan, {}, earlier);
  CHECK(drawn.disagreements ==
        std::vector<CrossingDisagreement>{
            {.voxel = {0, 3, 0}, .earlier = std::uint8_t{1}, .labels = {std::nullopt, std::nullopt, 0}, .label = {}}});
  CHECK(drawn_labels(std::vector{file}, drawn_plan, {}, earlier, {.crossing = CrossingRule::first_plane})
            .voxels(0, 3, 0) == 1);
}

TEST_CASE("a complete file of all planes is not contradicted by files of one plane that nobody opened") {
  DrawnFile file = handed_out();
  file.voxels(1, 4, 3) = 2;
  file.voxels(1, 4, 0) = 1; // crosses yz 0, which is said to be done
  const DrawnLabels drawn = read_drawn({file, handed_out(Plane::xy), handed_out(Plane::yz)}, {.complete = true});
  CHECK(states_of(drawn) == std::vector<SliceState>{slice_drawn, slice_empty, slice_empty, slice_empty});
  CHECK(drawn.disagreements.empty());
  CHECK(drawn.voxels(1, 4, 0) == 1);
}

TEST_CASE("a file of another shape, with unknown labels or another plan's veil is refused") {
  DrawnFile file = handed_out();
  file.voxels(0, 0, 1) = 7;
  CHECK_THROWS_WITH(read_drawn({file}), ContainsSubstring("expected labels of 0 to 2, or 3 for ignore, got 7"));
  file.voxels = task_labels({{{0, 2}, {}, {}}}, nothing_known());
  CHECK_THROWS_WITH(read_drawn({file}), ContainsSubstring("expected ignore beside the planned slices and not on them"));
  file.voxels = xt::zeros<std::uint8_t>({4, 5, 5});
  CHECK_THROWS_WITH(read_drawn({file}), "case.nii.gz: expected the image's 4 x 5 x 6 voxels, got 4 x 5 x 5");
}
