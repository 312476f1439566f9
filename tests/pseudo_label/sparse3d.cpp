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

TEST_CASE("a sparse 3D model scores the cases that it holds out, which it does not learn from") {
  const test::ToyTask toy;
  const LabelledCases data{toy.data.cohort.training, toy.labels, all_planes, 3};
  REQUIRE(data.cases.size() == 2);
  const auto fit = [](const LabelledCases& cases, std::size_t held_out, auto log) {
    Sparse3d<DenseVoxNet> model;
    model.options = test::tiny_sparse3d();
    model.options.training.validation = {.cases = held_out, .every = 10};
    return model.fit(cases, MaskedCrossEntropy{}, {.stage = "base", .generator = Generator(1), .log = log});
  };
  std::size_t scores = 0;
  const LossCurve curve = fit(data, 1, [&](const nlohmann::ordered_json& event) {
    if (!event.contains("validation"))
      return;
    ++scores;
    const auto dice = event["validation"]["3d"]["dice"].get<std::vector<double>>();
    CHECK(dice.size() == 2);
    for (const double value : dice)
      CHECK((value >= 0 && value <= 1));
  });
  CHECK(scores == 2);
  LabelledCases first = data;
  first.cases = data.cases.first(1);
  first.labels = data.labels.first(1);
  CHECK((fit(first, 0, [](const nlohmann::ordered_json&) {}) == curve));
}

TEST_CASE("a 3D model reads scans on its own grid and predicts on theirs") {
  const test::ToyTask toy;
  const LabelledCases data{toy.data.cohort.training, toy.labels, all_planes, 3};
  const StageContext context{.stage = "base/3d", .generator = Generator(2)};
  const auto fitted = [&](const WorkingGridOptions& grid) {
    Sparse3d<DenseVoxNet> model;
    model.options = test::tiny_sparse3d(10);
    model.options.grid = grid;
    const LossCurve curve = model.fit(data, MaskedCrossEntropy{}, context);
    return std::pair(curve, model.predict(data.cases[0].image, all_planes, context)[0]);
  };
  const auto as_scanned = fitted({});
  CHECK((fitted({.spacing_mm = {1, 1, 1}}) == as_scanned)); // the toy's own spacing
  const auto coarse = fitted({.spacing_mm = {2, 1.5, 2}});
  CHECK((coarse.first != as_scanned.first));
  CHECK(coarse.second.shape() == as_scanned.second.shape());
}
