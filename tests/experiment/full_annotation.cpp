#include "sparseann/experiment/full_annotation.hpp"

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_cohort.hpp"
#include "support/toy_experiment.hpp"

using namespace sparseann;

namespace {

/// Knows whether it was given every label.
struct Counting {
  static constexpr bool sees_all = true;
  NoOptions options;
  [[nodiscard]] std::vector<Predictions> run(const TrialTask& task, std::span<const SparseLabels> labels, RunDirectory&,
                                             const StageContext&) const {
    for (std::size_t c = 0; c < labels.size(); ++c)
      CHECK((labels[c].voxels() == task.data.training_labels[c].voxels));
    return {{.method = "counted", .test = {}}};
  }
};

} // namespace

static_assert(Procedure<test::ToyFull> && !test::ToyFull::needs_budget);

TEST_CASE("full annotation hands every label to what learns, and has no plan") {
  const test::TemporaryDirectory directory;
  const LabelledCohort data = test::toy_cohort(2, 1);
  RunDirectory run(directory.path() / "run", {}, {});
  const TrialResult result =
      FullAnnotation<Counting>{}.run({.data = data, .planes = all_planes, .budget = {}, .features = {}}, run, {});
  CHECK_FALSE(result.plan.has_value());
  CHECK(result.methods.front().method == "counted");
}
