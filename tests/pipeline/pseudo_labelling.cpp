#include "sparseann/pipeline/pseudo_labelling.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

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
  const auto sets = predict_with(model, data, toy.data.cohort.test, MaskedCrossEntropy{}, {}, run, context);
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

namespace {

/// Remembers in a shared list which cases it was fitted to and which it labelled; predicts its number of cases.
struct Recorder {
  static constexpr std::string_view name = "recorder";
  NoOptions options;
  std::vector<std::string> fitted;
  std::shared_ptr<std::map<std::string, std::vector<std::string>>> labelled_by =
      std::make_shared<std::map<std::string, std::vector<std::string>>>();
  std::map<float, std::string> names; ///< by the first voxel of the image, which tells the cases apart

  std::vector<std::string> prediction_names(std::span<const Plane>) const { return {"recorded"}; }
  LossCurve fit(const LabelledCases& data, const MaskedCrossEntropy&, const StageContext&) {
    REQUIRE(data.cases.size() == data.labels.size());
    fitted.clear();
    for (const Case& subject : data.cases)
      fitted.push_back(subject.name);
    return {};
  }
  std::vector<ClassProbabilities> predict(const Image& image, std::span<const Plane>, const StageContext&) {
    (*labelled_by)[names.at(image.voxels.data()[0])] = fitted;
    return {xt::zeros<std::uint8_t>({std::size_t{3}, image.shape()[0], image.shape()[1], image.shape()[2]})};
  }
};

} // namespace

TEST_CASE("with folds, each training case is labelled by a model that has not seen it, test cases by one of all") {
  LabelledCohort toy = test::toy_cohort(5, 1);
  Recorder recorder;
  float number = 0;
  for (auto* cases : {&toy.cohort.training, &toy.cohort.test})
    for (Case& subject : *cases) {
      subject.image.voxels.data()[0] = ++number;
      recorder.names[number] = subject.name;
    }
  const Oracle oracle(toy.training_labels, 3);
  std::vector<SparseLabels> labels;
  for (std::size_t c = 0; c < 5; ++c)
    labels.push_back(oracle.label_everything(c));
  const LabelledCases data{toy.cohort.training, labels, all_planes, 3};
  const test::TemporaryDirectory directory;
  RunDirectory run(directory.path() / "run", {}, {});
  const std::size_t folds = GENERATE(std::size_t{2}, std::size_t{5});
  const auto sets = predict_with(recorder, data, toy.cohort.test, MaskedCrossEntropy{}, {.folds = folds}, run,
                                 StageContext{.generator = Generator(1)});
  CHECK(sets.front().training.size() == 5);
  for (std::size_t c = 0; c < 5; ++c) {
    std::vector<std::string> others;
    for (std::size_t other = 0; other < 5; ++other)
      if (other % folds != c % folds)
        others.push_back(toy.cohort.training[other].name);
    CHECK(recorder.labelled_by->at(toy.cohort.training[c].name) == others);
  }
  CHECK(recorder.labelled_by->at(toy.cohort.test[0].name).size() == 5);
}

TEST_CASE("more folds than training cases are refused") {
  const test::ToyTask toy;
  const test::TemporaryDirectory directory;
  RunDirectory run(directory.path() / "run", {}, {});
  const LabelledCases data{toy.data.cohort.training, toy.labels, all_planes, 3};
  CHECK_THROWS_WITH(predict_with(Recorder{}, data, {}, MaskedCrossEntropy{}, {.folds = 3}, run, StageContext{}),
                    "pseudo_labels.folds: expected 1 to 2, the number of training cases, got 3");
}
