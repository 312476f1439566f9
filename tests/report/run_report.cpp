#include "sparseann/report/run_report.hpp"

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_task.hpp"

using namespace sparseann;

TEST_CASE("rows follow the notes; methods without a note are left out") {
  const test::ToyTask toy;
  const Predictions truth{.method = "truth", .test = {toy.data.test_labels[0].voxels}};
  const Predictions other{.method = "other", .test = truth.test};
  const auto scores = evaluate_methods(std::vector{other, truth}, toy.data.cohort.test, toy.data.test_labels, 3, {}, 1);
  const std::vector<MethodNote> notes{{"absent", "g", "x"}, {"truth", "g", "knows", true}};
  const auto rows = method_rows(summarise_methods(scores), notes, toy.data.cohort.class_names);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].method == "truth");
  CHECK(rows[0].reference_only);
  CHECK(rows[0].mean_dice == 1.0);
  REQUIRE(rows[0].classes.size() == 2);
  CHECK(rows[0].classes[1].class_name == "core");
  CHECK(std::isnan(rows[0].classes[1].dice.deviation)); // one case has no spread
}

TEST_CASE("selected slices are gathered by case and plane, in the order of rank") {
  const LabelledCohort data = test::toy_cohort(2, 0, 10);
  AnnotationPlan plan;
  plan.slices = {{.slice = {1, Plane::xz, 7}, .rank = 0}, {.slice = {1, Plane::xz, 2}, .rank = 1}};
  const auto selections = case_selections(plan, data.cohort.training);
  REQUIRE(selections.size() == 2);
  CHECK(selections[0].planes.empty());
  REQUIRE(selections[1].planes.size() == 1);
  CHECK(selections[1].planes[0].slices == 11);
  CHECK(selections[1].planes[0].selected == std::vector<std::size_t>{7, 2});
}

TEST_CASE("pictures show the slice with the most foreground, everything on the same slice") {
  const test::ToyTask toy;
  LabelVolume reference = zeros_on<std::uint8_t>(toy.data.cohort.test[0].image.geometry);
  reference.voxels(3, 4, 5) = 1;
  reference.voxels(9, 4, 5) = 2;
  reference.voxels(9, 4, 6) = 2;
  const Predictions method{.method = "m", .test = {reference.voxels}};
  const OverlayRow row = test_pictures(toy.data.cohort.test[0], reference, Plane::xy, 0, std::vector{method});
  CHECK(row.caption == "plane xy, slice 9");
  REQUIRE(row.panels.size() == 3);
  CHECK((*row.panels[1].labels)(4, 6) == 2);
  CHECK((*row.panels[2].labels == *row.panels[1].labels));
  CHECK(row.panels[0].image(4, 6) == toy.data.cohort.test[0].image.voxels(0, 9, 4, 6));

  const OverlayRow training = training_pictures(toy.data.cohort.training[0], toy.data.training_labels[0], toy.labels[0],
                                                Plane::yz, 0, toy.sets);
  REQUIRE(training.panels.size() == 3 + toy.sets.size());
  CHECK(training.panels[2].unlabelled == std::uint8_t{3});
  // A slice that was annotated, so that there is a sparse label to see.
  REQUIRE(training.panels[2].labels.has_value());
  CHECK(std::ranges::find(elements(*training.panels[2].labels), std::uint8_t{3}) ==
        elements(*training.panels[2].labels).end());
}

TEST_CASE("loss curves and fit counts are read from the run directory") {
  const test::TemporaryDirectory directory;
  const RunDirectory run(directory.path() / "run", {}, {});
  std::filesystem::create_directories(run.path() / "base" / "3d");
  write_loss_curve(run.path() / "base" / "3d" / "loss.csv", {{10, 0.5, 0.1}, {20, 0.25, 0.1}});
  const auto curves = learning_curves(run);
  REQUIRE(curves.size() == 1);
  CHECK(curves[0].model == "base/3d");
  CHECK((curves[0].points == std::vector<std::pair<std::int64_t, double>>{{10, 0.5}, {20, 0.25}}));

  const auto path = directory.path() / "fitted.csv";
  publish_atomically(path, "stage,case,set,count\nfirst,a,xy,2\nfirst,a,3d,2\nfirst,b,xy,2\nfirst,b,3d,2\n"
                           "last,a,xy,3\nlast,a,3d,1\nlast,b,xy,0\nlast,b,3d,4\n");
  const std::vector<std::string> sets{"xy", "3d"};
  const StageFits fits = last_stage_fits(path, sets);
  CHECK(fits.stage == "last");
  REQUIRE(fits.cases.size() == 2);
  CHECK(fits.cases[0].counts == std::vector<std::size_t>{3, 1});
  CHECK(fits.cases[1].case_name == "b");
  CHECK(fits.cases[1].counts == std::vector<std::size_t>{0, 4});
  CHECK_THROWS_AS(last_stage_fits(path, std::vector<std::string>{"xy"}), DataError);
}

TEST_CASE("features of a run are shown for the pictured cases whose features are there") {
  const LabelledCohort data = test::toy_cohort(2, 0, 10); // 10 x 11 x 12
  const test::TemporaryDirectory directory;
  const RunDirectory run(directory.path() / "run", {}, {});
  CHECK(feature_qualities(run).empty());
  CHECK_FALSE(reconstruction_picture(run).has_value());
  std::filesystem::create_directories(run.path() / "features");
  Array2<float> features = xt::ones<float>({10, 3});
  for (std::size_t i = 0; i < 10; ++i)
    features(i, i % 3) += static_cast<float>(i);
  write_npy(feature_file(run.path() / "features", "training_0", Plane::xy), features);
  AnnotationPlan plan;
  plan.slices = {{.slice = {0, Plane::xy, 7}, .rank = 0},
                 {.slice = {0, Plane::xy, 2}, .rank = 1},
                 {.slice = {0, Plane::xz, 3}, .rank = 0},
                 {.slice = {1, Plane::xy, 3}, .rank = 0}};
  const auto selections = case_selections(plan, data.cohort.training);
  const auto spaces = feature_spaces(run, data.cohort.training, selections, 2, Generator(1));
  REQUIRE(spaces.size() == 1);
  CHECK(spaces[0].case_name == "training_0");
  CHECK(spaces[0].bar.selected == std::vector<std::size_t>{7, 2});
  REQUIRE(spaces[0].maps.size() == 2);
  CHECK(spaces[0].maps[0].points.shape(0) == 10);
  REQUIRE(spaces[0].thumbnails.size() == 2);
  CHECK(spaces[0].thumbnails[0].image(4, 6) == data.cohort.training[0].image.voxels(0, 7, 4, 6));
  CHECK(feature_spaces(run, data.cohort.training, selections, 0, Generator(1)).empty());

  publish_atomically(run.path() / "features" / "diagnostics.csv",
                     diagnostics_csv(std::vector<StackDiagnostics>{
                         {"training_0", Plane::xy, {.slices = 10, .rank_correlation = {}, .effective_rank = 2.5}}}));
  const auto qualities = feature_qualities(run);
  REQUIRE(qualities.size() == 1);
  CHECK(std::isnan(qualities[0].rank_correlation));
  CHECK(qualities[0].effective_rank == 2.5);
  CHECK(qualities[0].warnings.empty());
}

TEST_CASE("reconstructions of a run are read with the mean of their errors") {
  const test::TemporaryDirectory directory;
  const RunDirectory run(directory.path() / "run", {}, {});
  std::filesystem::create_directories(run.path() / "encoder");
  publish_atomically(run.path() / "encoder" / "reconstructions.png", "picture");
  publish_atomically(run.path() / "encoder" / "reconstruction_error.csv",
                     "case,plane,slice,mean_squared_error,unexplained_share,picture_column\n"
                     "a,xy,0,0.5,,\na,xy,1,1.0,0.25,1\na,xz,4,1.5,0.75,0\n");
  const auto picture = reconstruction_picture(run);
  REQUIRE(picture.has_value());
  CHECK(picture->png == "picture");
  CHECK(picture->mean_squared_error == Approx(1));
  CHECK(picture->unexplained_share == Approx(0.5));
  CHECK(picture->captions == std::vector<std::string>{"a, plane xz, slice 4: 75.0 %", "a, plane xy, slice 1: 25.0 %"});
}
