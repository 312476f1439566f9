#include "sparseann/pseudo_label/single_plane2d.hpp"

#include <array>

#include "support/base_model_suite.hpp"
#include "support/catch.hpp"
#include "support/tiny_models.hpp"

using namespace sparseann;

TEST_CASE("a 2D network of one plane is a base model with that plane's prediction") {
  SinglePlane2d<Fcn2d, Plane::xz> model;
  model.options = test::tiny_planes2d(5);
  CHECK(model.name == "2d_xz");
  CHECK(model.prediction_names(all_planes) == std::vector<std::string>{"xz"});
  test::check_base_model(model);
}

TEST_CASE("a 2D network of one plane is the shared network of that plane alone") {
  const test::ToyTask toy;
  constexpr std::array plane{Plane::yz};
  const StageContext context{.stage = "base", .generator = Generator(3)};
  SinglePlane2d<Fcn2d, Plane::yz> single;
  Planes2d<Fcn2d> shared;
  single.options = shared.options = test::tiny_planes2d(5);
  (void)single.fit({toy.data.cohort.training, toy.labels, all_planes, 3}, MaskedCrossEntropy{}, context);
  (void)shared.fit({toy.data.cohort.training, toy.labels, plane, 3}, MaskedCrossEntropy{}, context);
  const Image& image = toy.data.cohort.test[0].image;
  CHECK((single.predict(image, all_planes, context) == shared.predict(image, plane, context)));
}

TEST_CASE("a 2D network of a plane that the data do not use is refused") {
  const test::ToyTask toy;
  constexpr std::array plane{Plane::xy};
  SinglePlane2d<Fcn2d, Plane::yz> model;
  CHECK_THROWS_WITH(model.fit({toy.data.cohort.training, toy.labels, plane, 3}, MaskedCrossEntropy{}, {}),
                    "2d_yz: expected data that use its plane, got other planes");
}
