#include "sparseann/experiment/experiment_data.hpp"

#include <cstddef>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

TEST_CASE("training cases are the first, or drawn by the seed, and an arm's own number of them") {
  ExperimentCall call;
  CHECK(training_cases_of(4, call, {}, 0) == std::vector<std::size_t>{0, 1, 2, 3});
  CHECK(training_cases_of(4, call, 2, 0) == std::vector<std::size_t>{0, 1});
  call.training_cases = 3;
  CHECK(training_cases_of(40, call, {}, 7) == std::vector<std::size_t>{0, 1, 2});
  call.redraw_training_cases = true;
  const auto drawn = training_cases_of(40, call, {}, 7);
  CHECK(drawn.size() == 3);
  CHECK(std::ranges::is_sorted(drawn));
  CHECK(drawn == training_cases_of(40, call, {}, 7));
  CHECK(drawn != training_cases_of(40, call, {}, 8));
  const auto fewer = training_cases_of(40, call, 2, 7);
  CHECK(std::ranges::includes(drawn, fewer));
  CHECK_THROWS_WITH(training_cases_of(2, call, {}, 0), "--training-cases: expected at most 2, as there are, got 3");
}

TEST_CASE("a cohort with some of its training cases keeps their labels and all test cases") {
  const LabelledCohort data = test::toy_cohort(4, 2);
  const LabelledCohort part = with_training_cases(data, std::vector<std::size_t>{3, 1});
  REQUIRE(part.cohort.training.size() == 2);
  CHECK(part.cohort.training[0].name == data.cohort.training[3].name);
  CHECK((part.training_labels[1].voxels == data.training_labels[1].voxels));
  CHECK(part.cohort.test.size() == 2);
  CHECK(part.test_labels.size() == 2);
  CHECK_THROWS_WITH(with_training_cases(data, std::vector<std::size_t>{4}), "kept: expected cases below 4, got 4");
}

TEST_CASE("an nnU-Net folder is read with as many test cases as asked for") {
  const test::TemporaryDirectory directory;
  write_nnunet_folder(directory.path() / "toy", test::toy_cohort(3, 2));
  ExperimentCall call;
  call.data = (directory.path() / "toy").string();
  call.test_cases = 1;
  const LabelledCohort data = read_experiment_data(call);
  CHECK(data.cohort.training.size() == 3);
  CHECK(data.cohort.test.size() == 1);
  CHECK(data.test_labels.size() == 1);
  call.layout = Layout::hearts;
  CHECK_THROWS_WITH(read_experiment_data(call), "--layout: expected nnunet or hvsmr, as there is --data, got hearts");
  call.data.reset();
  call.layout = Layout::hvsmr;
  CHECK_THROWS_WITH(read_experiment_data(call), "--layout: expected hearts, as there is no --data, got hvsmr");
}

TEST_CASE("data without test labels need training cases that are held out") {
  const test::TemporaryDirectory directory;
  LabelledCohort toy = test::toy_cohort(3, 0);
  write_nnunet_folder(directory.path() / "toy", toy);
  ExperimentCall call;
  call.data = (directory.path() / "toy").string();
  CHECK_THROWS_AS(read_experiment_data(call), DataError);
  call.validation_cases = 1;
  CHECK(read_experiment_data(call).cohort.test.size() == 1);
}
