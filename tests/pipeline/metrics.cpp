#include "sparseann/pipeline/metrics.hpp"

#include "support/catch.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

TEST_CASE("methods are scored on every test case and summarised over them") {
  const LabelledCohort data = test::toy_cohort(1, 2, 10);
  Predictions perfect{.method = "perfect", .test = {}};
  Predictions half{.method = "half", .test = {}};
  for (const LabelVolume& truth : data.test_labels) {
    perfect.test.push_back(truth.voxels);
    half.test.push_back(half.test.empty() ? truth.voxels : Array3<std::uint8_t>(xt::zeros_like(truth.voxels)));
  }
  const std::vector<Predictions> methods{perfect, half};
  for (const std::size_t threads : {1U, 3U}) {
    const auto scores = evaluate_methods(methods, data.cohort.test, data.test_labels, 3, {}, threads);
    REQUIRE(scores.size() == 4);
    CHECK(scores[2].method == "half");
    CHECK(scores[3].case_name == "test_1");
    const auto summaries = summarise_methods(scores);
    REQUIRE(summaries.size() == 2);
    CHECK(summaries[0].mean_dice == 1.0);
    CHECK(summaries[0].overall_score == 1.0); // two classes, Dice 1, no distance
    CHECK(summaries[0].empty_predictions == 0);
    CHECK(summaries[1].mean_dice == 0.5);
    CHECK(summaries[1].empty_predictions == 2);
    CHECK(summaries[1].classes[0].hausdorff_mm.mean == Approx(data.cohort.test[1].image.geometry.diagonal_mm() / 2));
  }
}

TEST_CASE("a class that neither the prediction nor the reference has is no empty prediction") {
  LabelledCohort data = test::toy_cohort(1, 1, 10);
  for (std::uint8_t& label : elements(data.test_labels[0].voxels))
    label = label == 2 ? 0 : label;
  const Predictions truth{.method = "truth", .test = {data.test_labels[0].voxels}};
  const auto summaries = summarise_methods(
      evaluate_methods(std::vector{truth}, data.cohort.test, data.test_labels, data.cohort.classes(), {}, 1));
  CHECK(summaries[0].empty_predictions == 0);
  CHECK(summaries[0].mean_dice == 1.0);
  CHECK(summaries[0].classes[1].hausdorff_mm.mean == 0.0);
}

TEST_CASE("a reference whose spacing the reader takes is scored, and another case is named") {
  LabelledCohort data = test::toy_cohort(1, 1, 10);
  const Predictions truth{.method = "truth", .test = {data.test_labels[0].voxels}};
  const auto score = [&] { return evaluate_methods(std::vector{truth}, data.cohort.test, data.test_labels, 3, {}, 1); };
  data.test_labels[0].geometry.spacing_mm = {1.0005, 1, 1};
  CHECK_NOTHROW(score());
  data.test_labels[0].geometry.spacing_mm = {1.5, 1, 1};
  CHECK_THROWS_WITH(score(), ContainsSubstring("prediction of case test_0: expected spacing 1.5 x 1 x 1 mm"));
}

TEST_CASE("tables have one row per method, case and class, and one per method and class") {
  const LabelledCohort data = test::toy_cohort(1, 2, 10);
  Predictions perfect{.method = "perfect", .test = {}};
  for (const LabelVolume& truth : data.test_labels)
    perfect.test.push_back(truth.voxels);
  const auto scores = evaluate_methods(std::vector{perfect}, data.cohort.test, data.test_labels, 3, {}, 1);
  const CsvTable metrics("metrics.csv", metrics_csv(scores, data.cohort.class_names));
  REQUIRE(metrics.rows() == 4);
  CHECK(metrics.cell(1, "class") == "core");
  CHECK(metrics.cell(2, "case") == "test_1");
  CHECK(metrics.number<double>(3, "dice") == 1.0);
  const CsvTable summary("summary.csv", summary_csv(summarise_methods(scores), data.cohort.class_names));
  REQUIRE(summary.rows() == 3);
  CHECK(summary.cell(2, "class") == "all");
  CHECK(summary.number<double>(2, "overall_score") == 1.0);
  CHECK(summary.number<std::size_t>(0, "cases") == 2);
}

TEST_CASE("test labels that are missing are counted") {
  const LabelledCohort data = test::toy_cohort(1, 2, 10);
  CHECK_THROWS_WITH(evaluate_methods({}, data.cohort.test, {}, 3, {}, 1),
                    "test labels: expected 2, one per test case, got 0");
}
