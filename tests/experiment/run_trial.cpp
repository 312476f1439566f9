#include "sparseann/experiment/run_trial.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_cohort.hpp"
#include "support/toy_experiment.hpp"

using namespace sparseann;

namespace {

const Trial pixels_of_seed_2{
    .kind = Trial::Kind::preparation, .name = "pixels", .every = {}, .seed = 2, .training_cases = {}};
const Trial features_of_seed_2{.name = "features", .every = 8, .seed = 2, .training_cases = {}};

Arm features_arm() {
  ArmSettings settings;
  return arm_of<test::ToyFeatures>("features", settings);
}

} // namespace

TEST_CASE("a trial leaves scores, costs and trainings, and is done") {
  const test::TemporaryDirectory directory;
  const auto& out = directory.path();
  const LabelledCohort data = test::toy_cohort(3, 2);
  ExperimentCall call;
  call.training_cases = 2;
  CHECK_FALSE(is_done(out, pixels_of_seed_2));
  run_trial(pixels_of_seed_2, features_arm(), data, call, {}, out);
  CHECK(is_done(out, pixels_of_seed_2));
  run_trial(features_of_seed_2, features_arm(), data, call, {}, out);
  CHECK(is_done(out, features_of_seed_2));
  const CsvTable scores = read_csv(out / features_of_seed_2.id() / "scores.csv");
  CHECK(scores.rows() == 4 * 2 * (2 * 4 + 1)); // predictions, cases, classes' metrics and the overall score
  CHECK(read_csv(out / features_of_seed_2.id() / "costs.csv").cell(0, "training_cases") == "2");
  CHECK(read_csv(out / features_of_seed_2.id() / "trainings.csv").rows() == 0);
  const Json run = read_json_file(out / features_of_seed_2.id() / "run.json");
  CHECK(run["options"]["training_cases"] == Json{"training_0", "training_1"});
  CHECK(run["options"]["seed"] == 2);
  run_trial(features_of_seed_2, features_arm(), data, call, {}, out); // done, and done again
  call.training_cases = 1;
  CHECK_THROWS_AS(run_trial(features_of_seed_2, features_arm(), data, call, {}, out),
                  InvalidArgument); // another trial's folder
}

TEST_CASE("a trial without what it needs fails, and its message is kept until it succeeds") {
  const test::TemporaryDirectory directory;
  const auto& out = directory.path();
  const LabelledCohort data = test::toy_cohort(2, 1);
  const std::string message = "trials/features/s8/seed_2: needs shared/pixels/seed_2, which is not done";
  CHECK_THROWS_WITH(run_trial(features_of_seed_2, features_arm(), data, {}, {}, out), message);
  CHECK(read_file(failure_file(out, features_of_seed_2)) == message + "\n");
  run_trial(pixels_of_seed_2, features_arm(), data, {}, {}, out);
  run_trial(features_of_seed_2, features_arm(), data, {}, {}, out);
  CHECK_FALSE(std::filesystem::exists(failure_file(out, features_of_seed_2)));
}
