#include "sparseann/pipeline/baselines.hpp"

#include "sparseann/loss/masked_cross_entropy.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_task.hpp"

using namespace sparseann;

TEST_CASE("a base model by itself keeps its model and predictions under the method's name") {
  const test::ToyTask toy;
  const test::TemporaryDirectory directory;
  RunDirectory run(directory.path() / "run", {}, {});
  std::vector<SparseLabels> full;
  const Oracle oracle(toy.data.training_labels, 3);
  for (std::size_t c = 0; c < 2; ++c)
    full.push_back(oracle.label_everything(c));
  Sparse3d<DenseVoxNet> model;
  model.options = test::tiny_sparse3d(4);
  const LabelledCases data{toy.data.cohort.training, full, all_planes, 3};
  const auto once = [&] {
    return segment_with(model, data, toy.data.cohort.test, MaskedCrossEntropy{}, "full_3d", run,
                        {.generator = Generator(1)});
  };
  const Predictions first = once();
  CHECK(first.method == "full_3d");
  CHECK(std::filesystem::exists(directory.path() / "run" / "base" / "full_3d" / "model.safetensors"));
  CHECK((once().test == first.test));
}
