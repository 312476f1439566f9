#include "sparseann/experiment/experiment.hpp"

#include "support/catch.hpp"
#include "support/toy_experiment.hpp"

using namespace sparseann;

TEST_CASE("some arms are chosen by their names") {
  ArmSettings settings;
  const std::vector<Arm> arms = test::toy_experiment().arms(settings);
  CHECK(chosen_arms(arms, {}).size() == 3);
  const std::vector<Arm> two = chosen_arms(arms, {"full", "features"});
  REQUIRE(two.size() == 2);
  CHECK(two[0].name == "features");
  CHECK_THROWS_WITH(chosen_arms(arms, {"ful"}), "--arms: expected some of features, intervals, full, got 'ful'");
}

TEST_CASE("an experiment whose rows and contrasts are not there is refused") {
  ArmSettings settings;
  Experiment experiment = test::toy_experiment();
  const std::vector<Arm> arms = experiment.arms(settings);
  CHECK_NOTHROW(check(experiment, arms));
  CHECK(row_by_title(experiment, "shell alone").prediction == "shell");
  experiment.contrasts.push_back({"features", "nothing"});
  CHECK_THROWS_WITH(check(experiment, arms), "contrasts: expected rows of the experiment, got 'nothing'");
  experiment.rows.push_back({"one more", "no_arm", "both"});
  CHECK_THROWS_WITH(check(experiment, arms), "rows: expected arms of the experiment, got 'no_arm'");
  experiment.rows.back() = {"full", "full", "both"};
  CHECK_THROWS_WITH(check(experiment, arms), "rows: expected titles that differ, got 'full' twice");
  experiment.rows.clear();
  CHECK_THROWS_WITH(check(experiment, arms), "rows: expected at least one, got none");
}
