#include "sparseann/experiment/finished_trials.hpp"

#include <string>
#include <vector>

#include "sparseann/experiment/arm_settings.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_cohort.hpp"
#include "support/toy_experiment.hpp"

using namespace sparseann;

namespace {

/// The toy experiment's arms, one of whose trials is finished, on two of three training cases.
struct OneFinished {
  test::TemporaryDirectory directory;
  std::filesystem::path out = directory.path() / "out";
  LabelledCohort data = test::toy_cohort(3, 2);
  std::vector<Arm> arms;
  std::vector<Trial> trials;

  OneFinished() {
    ArmSettings settings;
    arms = test::toy_experiment().arms(settings);
    trials = trials_of(arms, std::vector<std::size_t>{4}, std::vector<std::uint64_t>{0});
    ExperimentCall call;
    call.training_cases = 2;
    call.redraw_training_cases = true;
    for (const Trial& trial : trials)
      if (trial.kind == Trial::Kind::preparation || trial.name == "features")
        run_trial(trial, arms[0], data, call, {}, out);
  }

  [[nodiscard]] FinishedTrials finished() const { return {data, arms, trials, out}; }
};

} // namespace

TEST_CASE("pictures are drawn of what is finished") {
  const OneFinished toy;
  const FinishedTrials trials = toy.finished();
  REQUIRE(trials.done().size() == 1);
  CHECK(trials.done()[0].id() == "trials/features/s4/seed_0");
  CHECK_FALSE(trials.first_of("intervals").has_value());
  const Trial trial = trials.first_of("features").value();
  ExperimentCall call;
  call.training_cases = 2;
  call.redraw_training_cases = true;
  CHECK(trials.training_cases(trial) == training_cases_of(3, call, {}, 0));

  const std::vector<ShownPrediction> shown{{"by features", "features", "both"}, {"by intervals", "intervals", "both"}};
  const OverlayRow row = trials.test_row(1, Plane::xz, shown);
  CHECK(row.case_name == "test_1");
  CHECK(captions_of(row) == "image; reference; by features"); // intervals are not finished
  REQUIRE(row.panels[2].reference.has_value());
  CHECK((*row.panels[2].reference == *row.panels[1].labels));
}

TEST_CASE("a picture of pseudo-labels shows the annotation and the sets that there are") {
  const OneFinished toy;
  const FinishedTrials trials = toy.finished();
  const OverlayRow row =
      trials.pseudo_label_row(trials.done()[0], 1, Plane::yz, std::vector<std::string>{"both", "no"});
  CHECK(row.case_name == toy.data.cohort.training[trials.training_cases(trials.done()[0])[1]].name);
  CHECK(captions_of(row) == "image; reference; annotation; pseudo-labels both");
  CHECK(row.panels[2].unlabelled == 3);
}

TEST_CASE("a picture of the feature space is of a finished trial that chose slices by features") {
  const OneFinished toy;
  const FinishedTrials trials = toy.finished();
  CHECK_THAT(trials.feature_space_of(trials.done()[0], 0, Plane::xy), ContainsSubstring("<svg"));
  Trial without = trials.done()[0];
  without.name = "intervals";
  CHECK_THROWS_WITH(trials.feature_space_of(without, 0, Plane::xy),
                    "trial: expected of an arm that chooses slices by features, got trials/intervals/s4/seed_0");
}
