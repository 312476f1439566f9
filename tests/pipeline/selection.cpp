#include "sparseann/pipeline/selection.hpp"

#include "sparseann/encode/conv_autoencoder.hpp"
#include "sparseann/encode/no_encoder.hpp"
#include "sparseann/select/equal_interval.hpp"
#include "sparseann/select/foreground_aware.hpp"
#include "sparseann/select/per_stack.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_run.hpp"

using namespace sparseann;

TEST_CASE("every plane of every case becomes a stack with its own budget") {
  const LabelledCohort data = test::toy_cohort(2, 0, 10); // 10 x 11 x 12
  const auto problem =
      selection_problem(data.cohort.training, std::array{Plane::xy, Plane::yz}, {.every = 4, .count = {}});
  REQUIRE(problem.stacks.size() == 4);
  CHECK(problem.stacks[1].plane == Plane::yz);
  CHECK(problem.stacks[1].slices == 12);
  CHECK(problem.stacks[1].budget == 3);
  CHECK(problem.stacks[2].case_index == 1);
}

TEST_CASE("selection without an encoder keeps the plan and reads it back") {
  const LabelledCohort data = test::toy_cohort(1, 0, 10);
  const test::TemporaryDirectory directory;
  RunDirectory run(directory.path() / "run", {}, {});
  const auto select = [&] {
    return select_slices(NoEncoder{}, PerStack<EqualInterval>{}, data.cohort.training, all_planes,
                         {.every = 5, .count = {}}, run, test::toy_context(1));
  };
  const AnnotationPlan plan = select();
  // floor((i + 1/2) D / K) with D = 10, K = 2
  CHECK(plan.slices[0].slice == SliceIndex{0, Plane::xy, 2});
  CHECK(plan.slices[1].slice == SliceIndex{0, Plane::xy, 7});
  CHECK(select() == plan);
  CHECK_FALSE(std::filesystem::exists(directory.path() / "run" / "features"));
}

TEST_CASE("features are kept with what they look like and what the encoder makes of them") {
  const LabelledCohort data = test::toy_cohort(2, 0, 10); // 10 x 11 x 12
  const test::TemporaryDirectory directory;
  RunDirectory run(directory.path() / "run", {}, {});
  ConvAutoencoder encoder;
  encoder.options = {.input = 8, .channels = {4}, .features = 4, .training = {.iterations = 3}};
  (void)select_slices(encoder, PerStack<EqualInterval>{}, data.cohort.training, all_planes, {.every = 5, .count = {}},
                      run, test::toy_context(1));
  const auto stacks = read_diagnostics(run.path() / "features" / "diagnostics.csv");
  REQUIRE(stacks.size() == 6);
  CHECK(stacks[5].case_name == "training_1");
  CHECK(stacks[5].found.slices == 12);
  CHECK(read_reconstructions(run.path() / "encoder" / "reconstruction_error.csv").size() == 2 * (10 + 11 + 12));
  CHECK(std::filesystem::exists(run.path() / "encoder" / "reconstructions.png"));
}

TEST_CASE("a selector that scores images is given the scores of each plane") {
  LabelledCohort data = test::toy_cohort(2, 0, 10);
  for (std::size_t c = 0; c < 2; ++c) {
    Array4<float>& voxels = data.cohort.training[c].image.voxels;
    voxels.fill(-1);
    voxels(0, 3 + c, 4, 5) = 2; // alone above the lowest
  }
  const test::TemporaryDirectory directory;
  RunDirectory run(directory.path() / "run", {}, {});
  const AnnotationPlan plan =
      select_slices(NoEncoder{}, ForegroundAware<>{.options = {.uniform_share = 0}}, data.cohort.training, all_planes,
                    {.every = std::nullopt, .count = 1}, run, test::toy_context(1));
  REQUIRE(plan.slices.size() == 6);
  for (std::size_t c = 0; c < 2; ++c)
    for (const SliceIndex expected : {SliceIndex{c, Plane::xy, 3 + c}, {c, Plane::xz, 4}, {c, Plane::yz, 5}})
      CHECK(std::ranges::count(plan.slices, expected, &PlannedSlice::slice) == 1);
}
