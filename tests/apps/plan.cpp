#if SPARSEANN_WITH_TORCH
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "apps/images_folder.hpp"
#include "sparseann/annotate/plan.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/io/npy.hpp"
#include "sparseann/select/max_cover.hpp"
#include "sparseann/select/per_stack.hpp"
#include "support/catch.hpp"
#include "support/selection_data.hpp"

using namespace sparseann;
namespace fs = std::filesystem;

namespace {

constexpr std::array<std::size_t, 3> extents_of_a{6, 7, 8};
constexpr std::array<std::size_t, 3> extents_of_b{9, 8, 7};

/// Two images with random features of every slice, none negative, in {}/features.
class PlanFolder : public test::TwoImages {
public:
  PlanFolder() {
    fs::create_directories(*this / "features");
    for (const Plane plane : all_planes) {
      features_["a"].push_back(write("a", plane, extents_of_a[stacking_axis(plane)]));
      features_["b"].push_back(write("b", plane, extents_of_b[stacking_axis(plane)]));
    }
  }

  [[nodiscard]] const Array2<float>& features(const std::string& name, Plane plane) const {
    return features_.at(name)[stacking_axis(plane)];
  }

  [[nodiscard]] AnnotationPlan plan(const std::string& arguments) const {
    succeed("plan --data {}/data --threads 1 --output {}/run " + arguments);
    return read_plan(*this / "run/plan.csv", names);
  }

  static constexpr std::string_view precomputed = " --encoder precomputed --precomputed.folder {}/features ";
  inline static const std::vector<std::string> names{"a", "b"};

private:
  Array2<float> write(const std::string& name, Plane plane, std::size_t slices) const {
    Array2<float> features = test::random_features(slices, 5, Generator(2).split(name).split(name_of(plane)));
    for (float& value : elements(features))
      value = std::abs(value);
    write_npy(*this / fmt::format("features/{}_{}.npy", name, name_of(plane)), features);
    return features;
  }

  std::map<std::string, std::vector<Array2<float>>> features_;
};

std::vector<std::size_t> slices_of(const AnnotationPlan& plan, std::size_t case_index, Plane plane) {
  std::vector<std::size_t> slices;
  for (const PlannedSlice& planned : plan.slices)
    if (planned.slice.case_index == case_index && planned.slice.plane == plane)
      slices.push_back(planned.slice.slice);
  return slices;
}

} // namespace

TEST_CASE("plan selects what the library selects from the same features") {
  const PlanFolder folder;
  const AnnotationPlan plan = folder.plan("--selector max-cover --every 3" + std::string(PlanFolder::precomputed));
  for (std::size_t c = 0; c < 2; ++c)
    for (const Plane plane : all_planes) {
      const Array2<float>& features = folder.features(PlanFolder::names[c], plane);
      CHECK(slices_of(plan, c, plane) == MaxCover<>{}(features, features.shape(0) / 3, Generator(0)).indices);
    }
  CHECK(plan.slices.front().gain.has_value());
}

TEST_CASE("plan spaces slices evenly without an encoder") {
  const PlanFolder folder;
  const AnnotationPlan plan = folder.plan("--selector equal-interval --budget 2");
  CHECK(slices_of(plan, 0, Plane::xy) == std::vector<std::size_t>{1, 4}); // (i + 1/2) 6 / 2
  CHECK(slices_of(plan, 0, Plane::yz) == std::vector<std::size_t>{2, 6}); // (i + 1/2) 8 / 2
  CHECK(slices_of(plan, 1, Plane::xy) == std::vector<std::size_t>{2, 6}); // (i + 1/2) 9 / 2
  CHECK_FALSE(fs::exists(folder / "run/features"));
}

TEST_CASE("plan takes every selector, and each spends the budget") {
  const PlanFolder folder;
  const std::string precomputed(PlanFolder::precomputed);
  for (const auto& [selector, encoder] :
       std::vector<std::pair<std::string, std::string>>{{"max-cover", precomputed},
                                                        {"saturated-coverage", precomputed},
                                                        {"feature-coverage", precomputed},
                                                        {"k-center", precomputed},
                                                        {"typical-clusters", precomputed},
                                                        {"probability-cover", precomputed},
                                                        {"equal-interval", ""},
                                                        {"middle-biased", ""},
                                                        {"random", ""},
                                                        {"staggered-interval", ""},
                                                        {"foreground-aware", ""}}) {
    CAPTURE(selector);
    const AnnotationPlan plan = folder.plan("--budget 2 --selector " + selector + encoder);
    for (std::size_t c = 0; c < 2; ++c)
      for (const Plane plane : all_planes)
        CHECK(slices_of(plan, c, plane).size() == 2);
    fs::remove_all(folder / "run");
  }
  for (const std::string selector : {"cross-plane-cover", "cohort-cover"}) {
    CAPTURE(selector);
    CHECK(folder.plan("--budget 2 --selector " + selector + precomputed).slices.size() == 12);
    fs::remove_all(folder / "run");
  }
}

TEST_CASE("a plan's slices have their place in the scanner, and each case a picture") {
  const test::ImagesFolder folder;
  Geometry flipped = isotropic_geometry({4, 6, 8});
  flipped.orientation.affine = {{{-1, 0, 0, 90}, {0, -1, 0, 60}, {0, 0, 1, -30}}};
  folder.add("only.nii.gz", flipped);
  const test::ProgramResult result =
      folder.succeed("plan --data {}/data --selector equal-interval --budget 1 --output {}/run");
  CHECK(read_file(folder / "run/slices.csv") ==
        "case,plane,rank,slice,order,voxel_axis,view,toward,x_mm,y_mm,z_mm,step_x_mm,step_y_mm,step_z_mm\n"
        "only,xy,0,2,1,k,axial,S,86.5,57.5,-28,0,0,1\n"
        "only,xz,0,3,2,j,coronal,P,86.5,57,-28.5,0,-1,0\n"
        "only,yz,0,4,3,i,sagittal,L,86,57.5,-28.5,-1,0,0\n");
  CHECK_THAT(read_file(folder / "run/pictures/only.svg"), ContainsSubstring(">rank 0: slice 3</text>"));
  CHECK_THAT(result.output, ContainsSubstring("only  xz     coronal, to P        6  3\n"));
  CHECK_THAT(result.output, ContainsSubstring("\nLabel 3 of 18 slices, counted from 0. "));
}

TEST_CASE("a plan that is there is said again, and with other options refused") {
  const PlanFolder folder;
  const std::string call = "plan --data {}/data --selector random --budget 1 --output {}/run --seed ";
  const std::string said = folder.succeed(call + "1").output;
  const std::string plan = read_file(folder / "run/plan.csv");
  CHECK(folder.succeed(call + "1").output == said);
  const test::ProgramResult other = folder.run(call + "2");
  CHECK(other.exit_code == 2);
  CHECK_THAT(other.errors, ContainsSubstring(folder.named("error: seed: expected 1 as in {}/run/run.json, got 2\n")));
  CHECK(read_file(folder / "run/plan.csv") == plan);
  folder.add("a_0000.nii.gz", isotropic_geometry({6, 7, 9}));
  CHECK_THAT(folder.run(call + "1").errors, ContainsSubstring("error: data.slices: expected 45 as in "));
}
#endif
