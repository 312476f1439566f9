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
