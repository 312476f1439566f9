#include "sparseann/pseudo_label/sparse3d.hpp"

#include "support/base_model_suite.hpp"
#include "support/catch.hpp"
#include "support/tiny_models.hpp"

using namespace sparseann;

TEST_CASE("Sparse3d is a base model with one prediction") {
  Sparse3d<DenseVoxNet> model;
  model.options = test::tiny_sparse3d(5);
  CHECK(model.prediction_names(all_planes) == std::vector<std::string>{"3d"});
  test::check_base_model(model);
}

TEST_CASE("from three annotated slices per case it learns the toy's background") {
  const test::ToyTask toy;
  Sparse3d<DenseVoxNet> model;
  model.options = test::tiny_sparse3d(60);
  const StageContext context{.stage = "base/3d", .generator = Generator(2)};
  const LossCurve curve =
      model.fit({toy.data.cohort.training, toy.labels, all_planes, 3}, MaskedCrossEntropy{}, context);
  CHECK(curve.back().loss < 0.5 * curve.front().loss);
}
