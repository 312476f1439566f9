#include "sparseann/experiment/learning_steps.hpp"

#include <string>
#include <vector>

#include "sparseann/annotate/oracle.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/threshold_model.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

namespace {

/// Says class 1 everywhere.
struct Everywhere {
  static constexpr std::string_view name = "everywhere";
  NoOptions options;
  void fit(const EnsembleTask& task, const StageContext&) { CHECK(task.sets.size() == 2); }
  [[nodiscard]] Array3<std::uint8_t> predict(const Image& image, std::span<const ClassProbabilities>,
                                             const StageContext&) const {
    const Shape3& shape = image.shape();
    return Array3<std::uint8_t>({shape[0], shape[1], shape[2]}, std::uint8_t{1});
  }
};

} // namespace

TEST_CASE("learning gives every set's prediction, the votes and every ensembler's, as its own functions do") {
  const test::TemporaryDirectory directory;
  const LabelledCohort data = test::toy_cohort(2, 1);
  const Oracle oracle(data.training_labels, 3);
  const std::vector<SparseLabels> labels{oracle.label_everything(0), oracle.label_everything(1)};
  RunDirectory run(directory.path() / "run", {}, {});
  const LearningSteps<MaskedCrossEntropy, test::ThresholdModels, Everywhere> learning;
  const TrialTask task{.data = data, .planes = all_planes, .budget = {}, .features = {}};
  const auto methods = learning.run(task, labels, run, {.stage = "", .generator = Generator(1)});
  std::vector<std::string> names;
  for (const Predictions& each : methods)
    names.push_back(each.method);
  CHECK(names == std::vector<std::string>{"both", "shell", "average_vote", "majority_vote", "everywhere"});
  const auto sets = test::ThresholdModel{}.predict(data.cohort.test[0].image, all_planes, {});
  CHECK((methods[0].test[0] == most_probable_labels(sets[0])));
  CHECK((methods[1].test[0] == most_probable_labels(sets[1])));
  CHECK((methods[3].test[0] == majority_labels(sets)));
  CHECK(xt::amin(methods[4].test[0])() == 1);
  CHECK(std::filesystem::exists(directory.path() / "run" / "predictions" / "everywhere" / "test_0.nii.gz"));
}

TEST_CASE("options of learning steps are named by their parts") {
  LearningSteps<MaskedCrossEntropy, test::ThresholdModels, Everywhere> learning;
  learning.options.base = at_scale<BaseModelsOptions<test::ThresholdModel>>(Scale::cpu);
  const Json json = to_json(learning.options);
  CHECK(json["base"]["threshold"]["shell"] == 1.0);
  CHECK(json["pseudo_labels"]["folds"] == 1);
  CHECK(json.contains("everywhere"));
}
