#include "sparseann/experiment/self_training.hpp"

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_cohort.hpp"
#include "support/toy_experiment.hpp"

using namespace sparseann;

static_assert(PreparedProcedure<test::ToyFeatures>);
static_assert(Procedure<test::ToyIntervals> && !PreparedProcedure<test::ToyIntervals>);

TEST_CASE("self-training labels the slices that its selector chooses within the budget") {
  const test::TemporaryDirectory directory;
  const LabelledCohort data = test::toy_cohort(2, 1);
  RunDirectory run(directory.path() / "run", {}, {});
  const TrialTask task{.data = data, .planes = all_planes, .budget = Budget{.every = 4, .count = {}}, .features = {}};
  const TrialResult result = test::ToyIntervals{}.run(task, run, {.stage = "", .generator = Generator(1)});
  REQUIRE(result.plan.has_value());
  CHECK(result.plan->slices.size() == 2 * (16 / 4 + 17 / 4 + 18 / 4));
  CHECK(result.methods.front().method == "both");
  CHECK(std::filesystem::exists(directory.path() / "run" / "labels" / "training_0.nii.gz"));
}

TEST_CASE("features that are prepared once serve the selector of another run") {
  const test::TemporaryDirectory directory;
  const LabelledCohort data = test::toy_cohort(2, 1);
  const StageContext context{.stage = "", .generator = Generator(1)};
  const test::ToyFeatures procedure;
  CHECK(procedure.preparation_name() == "pixels");
  RunDirectory shared(directory.path() / "shared", {}, {});
  procedure.prepare(data.cohort, all_planes, shared, context);
  RunDirectory run(directory.path() / "run", {}, {});
  const TrialTask task{.data = data,
                       .planes = all_planes,
                       .budget = Budget{.every = 8, .count = {}},
                       .features = directory.path() / "shared" / "features"};
  const TrialResult result = procedure.run(task, run, context);
  RunDirectory whole(directory.path() / "whole", {}, {});
  const AnnotationPlan expected = select_slices(PixelFeatures{}, PerStack<KCenter>{}, data.cohort.training, all_planes,
                                                Budget{.every = 8, .count = {}}, whole, context);
  CHECK(result.plan == expected);
}
