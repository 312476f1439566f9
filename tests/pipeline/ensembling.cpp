#include "sparseann/pipeline/ensembling.hpp"

#include "sparseann/pseudo_label/average_vote.hpp"
#include "sparseann/pseudo_label/majority_vote.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_task.hpp"

using namespace sparseann;

TEST_CASE("an ensembler's predictions are kept and read back") {
  const test::ToyTask toy;
  const test::TemporaryDirectory directory;
  RunDirectory run(directory.path() / "run", {}, {});
  const auto once = [&] { return ensemble(MajorityVote{}, toy.task(), toy.data.cohort.test, run, {}); };
  const Predictions first = once();
  CHECK(first.method == "majority_vote");
  CHECK((first.test[0] == toy.data.test_labels[0].voxels)); // all sets tell the truth
  const auto file = directory.path() / "run" / "predictions" / "majority_vote" / "test_0.nii.gz";
  CHECK((read_nifti_labels(file).voxels == first.test[0]));
  CHECK((once().test == first.test));
}

TEST_CASE("an ensembler's probabilities are kept where they are asked for") {
  const test::ToyTask toy;
  const test::TemporaryDirectory directory;
  RunDirectory run(directory.path() / "run", {}, {});
  const auto once = [&] {
    return ensemble(AverageVote{}, toy.task(), toy.data.cohort.test, run, {}, KeptPredictions::probabilities);
  };
  const Predictions first = once();
  REQUIRE(first.probabilities.size() == first.test.size());
  CHECK((most_probable_labels(first.probabilities[0]) == first.test[0]));
  CHECK((once().probabilities == first.probabilities));
  const Predictions of_set = predictions_of(toy.sets[0], toy.data.cohort.test, run, KeptPredictions::probabilities);
  CHECK((of_set.probabilities == toy.sets[0].test));
}

namespace {
/// Gives labels and no probabilities.
struct LabelsAlone {
  static constexpr std::string_view name = "labels_alone";
  NoOptions options;
  void fit(const EnsembleTask&, const StageContext&) {}
  [[nodiscard]] Array3<std::uint8_t> predict(const Image&, std::span<const ClassProbabilities> sets,
                                             const StageContext&) const {
    return most_probable_labels(sets.front());
  }
};
} // namespace

TEST_CASE("probabilities are not asked for in vain") {
  const test::ToyTask toy;
  const test::TemporaryDirectory directory;
  RunDirectory run(directory.path() / "run", {}, {});
  CHECK_NOTHROW(ensemble(LabelsAlone{}, toy.task(), toy.data.cohort.test, run, {}));
  CHECK_THROWS_WITH(
      ensemble(LabelsAlone{}, toy.task(), toy.data.cohort.test, run, {}, KeptPredictions::probabilities),
      "ensembler: expected one that gives probabilities, which instances are scored by, got labels_alone");
}

TEST_CASE("a pseudo-label set is a method too") {
  const test::ToyTask toy;
  const test::TemporaryDirectory directory;
  RunDirectory run(directory.path() / "run", {}, {});
  const Predictions predictions = predictions_of(toy.sets[1], toy.data.cohort.test, run);
  CHECK(predictions.method == "1");
  CHECK((predictions.test[0] == toy.data.test_labels[0].voxels));
  CHECK(std::filesystem::exists(directory.path() / "run" / "predictions" / "1" / "test_0.nii.gz"));
}
