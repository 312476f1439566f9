#include "sparseann/experiment/searched_learning_rate.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "sparseann/experiment/arm_settings.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

namespace {

struct PickyOptions {
  double learning_rate = 1.0;
  double other = 1.0;

  friend void visit(PickyOptions& options, auto&& visitor) {
    visitor(field("learning_rate", options.learning_rate, "", above(0)));
    visitor(field("other", options.other, ""));
  }
};

/// Calls the fewer voxels class 1 by mistake the nearer its learning rate is to 3, and diverges above 5.
struct Picky {
  static constexpr bool needs_budget = false;

  PickyOptions options;

  [[nodiscard]] TrialResult run(const TrialTask& task, RunDirectory&, const StageContext&) const {
    if (options.learning_rate > 5)
      throw NumericalError("picky", 1, "diverged");
    Predictions predictions{.method = fmt::format("rate {} on {}, {} other", options.learning_rate,
                                                  task.data.cohort.training.size(), options.other),
                            .test = {}};
    for (const LabelVolume& labels : task.data.test_labels) {
      predictions.test.push_back(labels.voxels);
      const double missed = std::abs(options.learning_rate - 3.0) / 10;
      const auto voxels = elements(predictions.test.back());
      std::fill_n(voxels.begin(), static_cast<std::size_t>(missed * static_cast<double>(voxels.size())), 1);
    }
    return {.methods = {predictions}, .plan = {}};
  }
};

std::string method_after(std::vector<double> factors, const std::filesystem::path& path) {
  SearchedLearningRate<Picky> searched;
  searched.options.search = {.factors = std::move(factors), .validation_cases = 1};
  const LabelledCohort data = test::toy_cohort(3, 1);
  RunDirectory run(path, {}, {});
  return searched.run({.data = data, .planes = {}, .budget = {}, .features = {}}, run, {}).methods.front().method;
}

} // namespace

TEST_CASE("the learning rate that does best on held-out cases is used on all cases") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "run";
  CHECK(method_after({1.0, 0.3, 2.5, 4.5, 9.0}, path) == "rate 2.5 on 3, 1 other");
  const CsvTable table = read_csv(path / "learning_rates.csv");
  REQUIRE(table.rows() == 5);
  CHECK(table.number<double>(2, "dice") > table.number<double>(3, "dice"));
  CHECK(table.cell(4, "dice").empty()); // diverged
  publish_atomically(path / "learning_rates.csv", "factor,dice\n0.3,0.9\n2.5,0.8\n");
  CHECK(method_after({1.0, 0.3, 2.5, 4.5, 9.0}, path) == "rate 0.3 on 3, 1 other"); // what is kept decides
}

TEST_CASE("equal learning rates are decided by their order, and one alone is not searched") {
  const test::TemporaryDirectory directory;
  CHECK(method_after({4.0, 2.0}, directory.path() / "equal") == "rate 4 on 3, 1 other");
  CHECK(method_after({2.0}, directory.path() / "single") == "rate 2 on 3, 1 other");
  CHECK_FALSE(std::filesystem::exists(directory.path() / "single" / "learning_rates.csv"));
}

TEST_CASE("the prediction that is scored may be named") {
  const test::TemporaryDirectory directory;
  SearchedLearningRate<Picky> searched;
  searched.options.search = {.factors = {1.0, 2.0}, .validation_cases = 1, .prediction = "other"};
  const LabelledCohort data = test::toy_cohort(3, 1);
  RunDirectory run(directory.path() / "run", {}, {});
  CHECK_THROWS_WITH((void)searched.run({.data = data, .planes = {}, .budget = {}, .features = {}}, run, {}),
                    "search.prediction: expected one of the procedure's, got 'other'");
}

TEST_CASE("a search without a finite loss, or with too few cases, is refused") {
  const test::TemporaryDirectory directory;
  CHECK_THROWS_WITH(method_after({6.0, 7.0}, directory.path() / "diverged"),
                    "search.factors: expected one with which the losses stay finite, got none");
  SearchedLearningRate<Picky> searched;
  const LabelledCohort data = test::toy_cohort(2, 1);
  RunDirectory run(directory.path() / "few", {}, {});
  CHECK_THROWS_WITH((void)searched.run({.data = data, .planes = {}, .budget = {}, .features = {}}, run, {}),
                    "search.validation_cases: expected fewer than 2, the number of training cases, got 2");
  ArmSettings settings;
  CHECK_THROWS_WITH(arm_of<SearchedLearningRate<Picky>>("picky", settings, {"factors=,"}),
                    ContainsSubstring("factors"));
}
