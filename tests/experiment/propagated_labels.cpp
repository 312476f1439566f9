#include "sparseann/experiment/propagated_labels.hpp"

#include "sparseann/annotate/shape_interpolation.hpp"
#include "sparseann/encode/no_encoder.hpp"
#include "sparseann/experiment/self_training.hpp"
#include "sparseann/select/equal_interval.hpp"
#include "sparseann/select/per_stack.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

namespace {

/// Learns nothing, and looks at the labels that it is given.
struct Looking {
  NoOptions options;
  [[nodiscard]] std::vector<Predictions> run(const TrialTask&, std::span<const SparseLabels> labels, RunDirectory&,
                                             const StageContext&) const {
    REQUIRE(labels.size() == 2);
    for (const SparseLabels& each : labels)
      CHECK(each.annotated_voxels() == each.voxels().size());
    return {{.method = "looked", .test = {}}};
  }
};

using Interpolated = SelfTraining<NoEncoder, PerStack<EqualInterval>, PropagatedLabels<ShapeInterpolation, Looking>>;

} // namespace

static_assert(Procedure<Interpolated> && !PreparedProcedure<Interpolated>);

TEST_CASE("what learns from propagated labels gets a label for every voxel, and pays for the slices alone") {
  const test::TemporaryDirectory directory;
  const LabelledCohort data = test::toy_cohort(2, 1);
  RunDirectory run(directory.path() / "run", {}, {});
  const TrialResult result = Interpolated{}.run(
      {.data = data, .planes = all_planes, .budget = Budget{.every = 4, .count = {}}, .features = {}}, run,
      {.stage = "", .generator = Generator(1)});
  CHECK(result.methods.front().method == "looked");
  CHECK(result.plan.value().slices.size() == 2 * (4 + 4 + 4));
}
