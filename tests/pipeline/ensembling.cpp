#include "sparseann/pipeline/ensembling.hpp"

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

TEST_CASE("a pseudo-label set is a method too") {
  const test::ToyTask toy;
  const test::TemporaryDirectory directory;
  RunDirectory run(directory.path() / "run", {}, {});
  const Predictions predictions = predictions_of(toy.sets[1], toy.data.cohort.test, run);
  CHECK(predictions.method == "1");
  CHECK((predictions.test[0] == toy.data.test_labels[0].voxels));
  CHECK(std::filesystem::exists(directory.path() / "run" / "predictions" / "1" / "test_0.nii.gz"));
}
