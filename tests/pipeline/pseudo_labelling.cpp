#include "sparseann/pipeline/pseudo_labelling.hpp"

#include "sparseann/loss/masked_cross_entropy.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_task.hpp"

using namespace sparseann;

TEST_CASE("pseudo-labels come back from disk as they were computed, for training and test cases") {
  const test::ToyTask toy;
  const test::TemporaryDirectory directory;
  RunDirectory run(directory.path() / "run", {}, {});
  const LabelledCases data{toy.data.cohort.training, toy.labels, all_planes, 3};
  Sparse3d<DenseVoxNet> model;
  model.options = test::tiny_sparse3d(3);
  const StageContext context{.generator = Generator(1)};
  const auto sets = predict_with(model, data, toy.data.cohort.test, MaskedCrossEntropy{}, run, context);
  REQUIRE(sets.size() == 1);
  CHECK(sets[0].name == "3d");
  REQUIRE(sets[0].training.size() == 2);
  REQUIRE(sets[0].test.size() == 1);
  const auto folder = directory.path() / "run" / "pseudo_labels" / "3d";
  CHECK((read_npy_array<std::uint8_t, 4>(folder / "test_0.npy") == sets[0].test[0]));
  CHECK((read_nifti_labels(folder / "training_1.nii.gz").voxels == most_probable_labels(sets[0].training[1])));

  Sparse3d<DenseVoxNet> direct;
  direct.options = model.options;
  direct.fit(data, MaskedCrossEntropy{}, context.part("base/3d"));
  CHECK((direct.predict(toy.data.cohort.test[0].image, all_planes, context)[0] == sets[0].test[0]));
}
