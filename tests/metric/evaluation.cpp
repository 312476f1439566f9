#include "sparseann/metric/evaluation.hpp"

#include "support/catch.hpp"

using namespace sparseann;

namespace {

LabelVolume blank(const Shape3& shape, double spacing_mm = 1.0) {
  return zeros_on<std::uint8_t>(isotropic_geometry(shape, spacing_mm));
}

std::string message(const LabelVolume& prediction, const LabelVolume& reference, std::size_t classes) {
  try {
    (void)evaluate(prediction, reference, classes, {}, "heart_007");
  } catch (const DataError& error) {
    return error.what();
  }
  return "no DataError";
}

} // namespace

TEST_CASE("evaluation scores every foreground class in mm") {
  LabelVolume prediction = blank({1, 1, 10}, 2.0);
  LabelVolume reference = prediction;
  prediction.voxels(0, 0, 1) = prediction.voxels(0, 0, 2) = 1;
  reference.voxels(0, 0, 2) = reference.voxels(0, 0, 3) = 1;
  prediction.voxels(0, 0, 9) = 2;
  reference.voxels(0, 0, 9) = 2;
  reference.voxels(0, 0, 5) = 3;
  const std::vector<ClassScore> scores = evaluate(prediction, reference, 5);
  REQUIRE(scores.size() == 4);
  CHECK(scores[0].label == 1);
  CHECK(scores[0].dice == Approx(0.5));
  CHECK(scores[0].average_boundary_distance_mm == Approx(1.0)); // 2, 0, 0 and 2 mm
  CHECK(scores[0].hausdorff_mm == Approx(2.0));
  CHECK(scores[1] == ClassScore{.label = 2, .dice = 1.0});
  CHECK(scores[2].prediction_empty);
  CHECK_FALSE(scores[2].reference_empty);
  CHECK(scores[2].dice == 0.0);
  CHECK(scores[2].hausdorff_mm == Approx(std::sqrt(20.0 * 20.0 + 2.0 * 2.0 + 2.0 * 2.0)));
  CHECK(scores[3] == ClassScore{.label = 4, .dice = 1.0, .prediction_empty = true, .reference_empty = true});
}

TEST_CASE("the average of boundaries is an option by name") {
  LabelVolume prediction = blank({1, 1, 11});
  LabelVolume reference = prediction;
  prediction.voxels(0, 0, 0) = 1;
  reference.voxels(0, 0, 0) = reference.voxels(0, 0, 6) = 1;
  CHECK(evaluate(prediction, reference, 2)[0].average_boundary_distance_mm == Approx(2.0));
  const EvaluationOptions options{.boundary_average =
                                      value_from_name<BoundaryAverage>("boundary_average", "mean_of_directed")};
  CHECK(evaluate(prediction, reference, 2, options)[0].average_boundary_distance_mm == Approx(1.5));
  STATIC_REQUIRE(Options<EvaluationOptions>);
}

TEST_CASE("evaluation names the case and what is wrong with its data") {
  const LabelVolume good = blank({2, 2, 2});
  LabelVolume stray = good;
  stray.voxels(1, 0, 1) = 3;
  CHECK(message(stray, good, 3) == "prediction of case heart_007: expected labels below 3, got label 3 in 1 voxels");
  CHECK(message(good, stray, 3) == "reference of case heart_007: expected labels below 3, got label 3 in 1 voxels");
  CHECK(message(blank({2, 2, 3}), good, 3) ==
        "prediction of case heart_007: expected 2 x 2 x 2 voxels as in the reference, got 2 x 2 x 3");
  CHECK(message(blank({2, 2, 2}, 2.0), good, 3) ==
        "prediction of case heart_007: expected spacing 1 x 1 x 1 mm as in the reference, got spacing 2 x 2 x 2 mm");
  CHECK(evaluate(blank({2, 2, 2}, 1.00001), good, 3).size() == 2);
}

TEST_CASE("evaluation refuses impossible class counts") {
  const LabelVolume volume = blank({1, 1, 1});
  CHECK_THROWS_AS(evaluate(volume, volume, 1), InvalidArgument);
  CHECK_THROWS_AS(evaluate(volume, volume, 257), InvalidArgument);
  CHECK(evaluate(volume, volume, 256).size() == 255);
}
