#include "sparseann/metric/evaluation.hpp"

#include "support/catch.hpp"

#include <xtensor/xmanipulation.hpp>

#include "sparseann/core/random.hpp"

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
  const ClassScore perfect{
      .label = 2, .dice = 1.0, .jaccard = 1.0, .sensitivity = 1.0, .precision = 1.0, .normalised_surface_dice = 1.0};
  CHECK(scores[0].jaccard == Approx(1.0 / 3));
  CHECK(scores[0].hausdorff95_mm == Approx(2.0));
  CHECK(scores[0].normalised_surface_dice == Approx(0.5)); // within 1 mm
  CHECK(scores[1] == perfect);
  CHECK(scores[2].prediction_empty);
  CHECK_FALSE(scores[2].reference_empty);
  CHECK(scores[2].dice == 0.0);
  CHECK(scores[2].hausdorff_mm == Approx(std::sqrt(20.0 * 20.0 + 2.0 * 2.0 + 2.0 * 2.0)));
  CHECK(scores[2].volume_difference_ml == Approx(-0.008));
  ClassScore nowhere = perfect;
  nowhere.label = 4;
  nowhere.prediction_empty = nowhere.reference_empty = true;
  CHECK(scores[3] == nowhere);
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

TEST_CASE("where one side is empty, distances may be missing") {
  const LabelVolume prediction = blank({1, 1, 10});
  LabelVolume reference = prediction;
  reference.voxels(0, 0, 3) = 1;
  const ClassScore score = evaluate(prediction, reference, 3, {.empty_distance = EmptyDistance::missing})[0];
  CHECK(std::isnan(score.average_boundary_distance_mm));
  CHECK(std::isnan(score.hausdorff_mm));
  CHECK(std::isnan(score.hausdorff95_mm));
  CHECK(score.normalised_surface_dice == 0.0);
  CHECK(evaluate(prediction, reference, 3, {.empty_distance = EmptyDistance::missing})[1].hausdorff_mm == 0.0);
}

TEST_CASE("the surface is a choice: centres of boundary voxels, or elements by their area") {
  LabelVolume prediction = blank({12, 12, 12});
  LabelVolume reference = prediction;
  xt::view(prediction.voxels, xt::range(2, 6), xt::range(2, 6), xt::range(2, 6)) = 1;
  xt::view(reference.voxels, xt::range(2, 6), xt::range(2, 9), xt::range(2, 6)) = 1;
  const ClassScore score = evaluate(prediction, reference, 2, {.surface = Surface::elements, .tolerance_mm = 0})[0];
  const auto distances = surface_element_distances(prediction.voxels, reference.voxels, 1, {1, 1, 1});
  CHECK(score.average_boundary_distance_mm == average_boundary_distance_mm(distances));
  CHECK(score.hausdorff_mm == 3.0);
  CHECK(score.normalised_surface_dice == normalised_surface_dice(distances, 0));
  CHECK(score.dice == evaluate(prediction, reference, 2)[0].dice);
  const EvaluationOptions misfit{.surface = Surface::elements, .boundary = {.neighbours = Connectivity::corners}};
  CHECK_THROWS_WITH(evaluate(prediction, reference, 2, misfit),
                    "boundary.neighbours: expected no choice where surface is elements, which are between voxels, got "
                    "corners");
  const std::vector<std::uint8_t> labels{1};
  CHECK_THROWS_AS(evaluate_labels(prediction, reference, labels, {.tolerance_mm = -1}), InvalidArgument);
}

TEST_CASE("labels that are asked for are scored in their order, and 0 is none") {
  LabelVolume prediction = blank({2, 2, 10});
  prediction.voxels(0, 0, 1) = 200;
  const std::vector<std::uint8_t> labels{200, 7};
  const auto scores = evaluate_labels(prediction, prediction, labels);
  REQUIRE(scores.size() == 2);
  CHECK(scores[0].label == 200);
  CHECK(scores[0].dice == 1.0);
  CHECK(scores[1].prediction_empty);
  const auto found = evaluate_labels(prediction, prediction, {});
  REQUIRE(found.size() == 1);
  CHECK(found[0] == scores[0]);
  const std::vector<std::uint8_t> background{0};
  CHECK_THROWS_AS(evaluate_labels(prediction, prediction, background), InvalidArgument);
}

// What follows from the definitions, on random labels: scores do not change with the sides swapped, axes turned or the
// labels moved, and distances go with the spacing.
TEST_CASE("scores are symmetric, and move, turn and grow with the volume") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    const std::array<double, 3> spacing{generator.uniform(0.5, 3), generator.uniform(0.5, 3),
                                        generator.uniform(0.5, 3)};
    const auto draw = [&] {
      LabelVolume volume = blank({9, 10, 12});
      volume.geometry.spacing_mm = spacing;
      for (std::size_t z = 2; z < 6; ++z)
        for (std::size_t y = 2; y < 7; ++y)
          for (std::size_t x = 2; x < 8; ++x)
            volume.voxels(z, y, x) = generator.coin(0.8) ? 1 : 0;
      return volume;
    };
    const LabelVolume a = draw();
    const LabelVolume b = draw();
    const ClassScore score = evaluate(a, b, 2)[0];
    const auto check_distances = [&](const ClassScore& other, double factor) {
      CHECK(other.dice == Approx(score.dice));
      CHECK(other.average_boundary_distance_mm == Approx(factor * score.average_boundary_distance_mm));
      CHECK(other.hausdorff_mm == Approx(factor * score.hausdorff_mm));
      CHECK(other.hausdorff95_mm == Approx(factor * score.hausdorff95_mm));
    };
    const ClassScore swapped = evaluate(b, a, 2)[0];
    check_distances(swapped, 1);
    CHECK(swapped.sensitivity == Approx(score.precision));
    const auto moved = [](const LabelVolume& volume) {
      LabelVolume result = volume;
      result.voxels = xt::roll(xt::roll(volume.voxels, 2, 0), 3, 2); // the border stays background
      return result;
    };
    check_distances(evaluate(moved(a), moved(b), 2)[0], 1);
    const auto turned = [](const LabelVolume& volume) {
      LabelVolume result = volume;
      result.voxels = xt::transpose(volume.voxels, {2, 0, 1});
      const auto& from = volume.geometry;
      result.geometry.shape = {from.shape[2], from.shape[0], from.shape[1]};
      result.geometry.spacing_mm = {from.spacing_mm[2], from.spacing_mm[0], from.spacing_mm[1]};
      return result;
    };
    check_distances(evaluate(turned(a), turned(b), 2)[0], 1);
    const auto grown = [](LabelVolume volume) {
      for (double& spacing_mm : volume.geometry.spacing_mm)
        spacing_mm *= 2.5;
      return volume;
    };
    check_distances(evaluate(grown(a), grown(b), 2)[0], 2.5);
  }
}
