#include "sparseann/experiment/trial_scores.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

TEST_CASE("scores are one row per prediction, case, class and metric") {
  const std::vector<std::string> classes{"background", "a"};
  const CaseScores scores{
      .method = "3d",
      .case_name = "c0",
      .classes = {
          {.label = 1, .dice = 0.5, .average_boundary_distance_mm = 2, .hausdorff_mm = 6, .hausdorff95_mm = 3}}};
  CHECK(scores_csv(std::vector{scores}, classes) == "prediction,case,class,metric,value\n"
                                                    "3d,c0,a,dice,0.5\n"
                                                    "3d,c0,a,adb_mm,2\n"
                                                    "3d,c0,a,hausdorff_mm,6\n"
                                                    "3d,c0,a,hausdorff95_mm,3\n"
                                                    "3d,c0,all,overall_score,-0.45\n");
}

TEST_CASE("scores of instances follow, as of all classes") {
  const InstanceScores scores{
      .method = "3d",
      .case_name = "c0",
      .best = {.threshold = 0.25,
               .rand = {.merge = 0.5, .split = 1, .f = 0.75},
               .variation = {.split = 0.5, .merge = 0.25},
               .pixel_error = 0},
      .half = {.threshold = 0.5, .rand = {.merge = 0, .split = 0, .f = 0.125}, .pixel_error = 0.375}};
  CHECK(scores_csv({}, {}, std::vector{scores}) == "prediction,case,class,metric,value\n"
                                                   "3d,c0,all,rand_f,0.75\n"
                                                   "3d,c0,all,rand_merge,0.5\n"
                                                   "3d,c0,all,rand_split,1\n"
                                                   "3d,c0,all,rand_threshold,0.25\n"
                                                   "3d,c0,all,rand_f_at_half,0.125\n"
                                                   "3d,c0,all,variation_of_information,0.75\n"
                                                   "3d,c0,all,pixel_error_at_half,0.375\n");
}

TEST_CASE("costs are counted four ways") {
  const LabelledCohort data = test::toy_cohort(1, 1, 8); // 8 x 9 x 10 voxels
  const AnnotationPlan plan{
      {{.slice = {0, Plane::xy, 3}, .rank = 0, .gain = {}}, {.slice = {0, Plane::xz, 4}, .rank = 0, .gain = {}}}};
  const AnnotationWork work = annotation_work(plan, data.training_labels);
  const Trial trial{.name = "ra", .every = 4, .seed = 0, .training_cases = {}};
  CHECK(costs_csv(trial, plan, data, 3, 12.5) ==
        "training_cases,slices,nominal,plain_sum,union,foreground_voxels,contour_mm,seconds\n" +
            fmt::format("1,2,0.75,{},{},{},{},12.5\n", (90.0 + 80.0) / 720, (90.0 + 80.0 - 10.0) / 720,
                        work.foreground_voxels, work.contour_mm));
  const CsvTable full("full",
                      costs_csv({.name = "full", .every = {}, .seed = 0, .training_cases = {}}, {}, data, 3, 1));
  CHECK(full.cell(0, "nominal") == "1");
  CHECK(full.cell(0, "union") == "1");
  CHECK(full.cell(0, "slices") == "8");
}

TEST_CASE("a loss that still falls at the end has not converged") {
  LearningCurve falling{.model = "falling", .points = {}};
  LearningCurve level{.model = "level", .points = {}};
  for (std::int64_t i = 1; i <= 100; ++i) {
    falling.points.emplace_back(i, 101.0 - static_cast<double>(i));
    level.points.emplace_back(i, 1.0 + (i % 2 == 0 ? 0.01 : -0.01));
  }
  CHECK(late_decrease(falling).value() == Approx(10.0 / 15.5));
  CHECK(late_decrease(level).value() == Approx(0).margin(1e-12));
  CHECK_FALSE(late_decrease({.model = "short", .points = {{0, 1.0}}}).has_value());
  const CsvTable table("trainings", trainings_csv(std::vector{falling, level}));
  CHECK(table.cell(0, "converged") == "false");
  CHECK(table.cell(1, "converged") == "true");
  CHECK(table.cell(0, "iterations") == "100");
}
