#include "sparseann/pseudo_label/planes2d.hpp"

#include "support/base_model_suite.hpp"
#include "support/catch.hpp"
#include "support/tiny_models.hpp"

using namespace sparseann;

TEST_CASE("Planes2d is a base model with a prediction per plane") {
  Planes2d<Fcn2d> model;
  model.options = test::tiny_planes2d(5);
  CHECK(model.prediction_names(all_planes) == std::vector<std::string>{"xy", "xz", "yz"});
  CHECK(model.prediction_names(std::array{Plane::xy}) == std::vector<std::string>{"xy"});
  test::check_base_model(model);
}

TEST_CASE("a 2D model reads scans on its own grid and predicts on theirs") {
  const test::ToyTask toy;
  const LabelledCases data{toy.data.cohort.training, toy.labels, all_planes, 3};
  Planes2d<Fcn2d> model;
  model.options = test::tiny_planes2d(10);
  model.options.grid.spacing_mm = {1, 0.8, 2};
  const StageContext context{.stage = "base/2d", .generator = Generator(2)};
  (void)model.fit(data, MaskedCrossEntropy{}, context);
  const Shape3& shape = data.cases[0].image.shape();
  for (const ClassProbabilities& prediction : model.predict(data.cases[0].image, all_planes, context))
    CHECK((prediction.shape(1) == shape[0] && prediction.shape(2) == shape[1] && prediction.shape(3) == shape[2]));
}
