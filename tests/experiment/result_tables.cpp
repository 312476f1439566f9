#include "sparseann/experiment/result_tables.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/toy_experiment.hpp"

using namespace sparseann;

namespace {

/// Dice of the toy experiment's arms on three cases and two seeds; features are 0.10 to 0.12 above intervals.
ResultValues toy_results() {
  std::string rows = "arm,budget,seed,prediction,case,class,metric,value\n";
  for (int seed = 0; seed < 2; ++seed)
    for (int c = 0; c < 3; ++c) {
      const double base = 0.5 + 0.1 * c + 0.02 * seed;
      const auto add = [&](const char* arm, const char* budget, const char* prediction, double dice) {
        rows += fmt::format("{},{},{},{},c{},shell,dice,{}\n", arm, budget, seed, prediction, c, dice);
        rows += fmt::format("{},{},{},{},c{},shell,adb_mm,2\n", arm, budget, seed, prediction, c);
        rows += fmt::format("{},{},{},{},c{},all,overall_score,{}\n", arm, budget, seed, prediction, c, dice / 2);
      };
      for (const char* const budget : {"s4", "s8"}) {
        add("features", budget, "both", base + 0.1 + 0.01 * c);
        add("intervals", budget, "both", base);
        add("intervals", budget, "shell", base - 0.2 - 0.01 * c);
      }
      add("full", "full", "both", 0.95);
    }
  return ResultValues(CsvTable("results", rows));
}

} // namespace

TEST_CASE("the table has a row per method and budget with means over seeds and cases") {
  const CsvTable table("table", result_table(test::toy_experiment(), toy_results()).csv());
  REQUIRE(table.rows() == 7);
  CHECK(table.cell(0, "method") == "features");
  CHECK(table.cell(0, "budget") == "s4");
  CHECK(table.cell(6, "budget") == "full");
  CHECK(table.number<double>(0, "dice") == Approx(0.72));
  CHECK(table.number<double>(0, "sd_of_seeds") == Approx(0.02 / std::sqrt(2.0)));
  CHECK(table.number<double>(0, "shell adb_mm") == 2);
  CHECK(table.cell(0, "shell hausdorff_mm").empty());
  CHECK(table.number<double>(0, "overall_score") == Approx(0.36));
  CHECK(table.number<double>(0, "ci_low") < 0.72);
  CHECK(table.number<double>(0, "ci_high") > 0.72);
  CHECK(table.number<double>(6, "ci_low") == Approx(0.95));
}

TEST_CASE("contrasts are paired at each budget, and one without budgets is compared at all of the other's") {
  const auto contrasts = measured_contrasts(test::toy_experiment(), toy_results());
  REQUIRE(contrasts.size() == 6);
  CHECK(contrasts[0].budget == "s4");
  CHECK(contrasts[1].budget == "s8");
  CHECK(contrasts[0].difference == Approx(0.11));
  CHECK(contrasts[0].cases == 3);
  CHECK(contrasts[0].p_value == Approx(0.25));         // the smallest that three cases can have
  CHECK(contrasts[0].adjusted_p_value == Approx(0.5)); // primary: over its own two budgets
  CHECK(contrasts[2].difference == Approx(-0.21));
  CHECK(contrasts[2].adjusted_p_value == Approx(1.0)); // 4 x 0.25 of the four that are not primary
  CHECK(contrasts[4].contrast.baseline == "full");
  CHECK(contrasts[4].budget == "s4");
  CHECK(contrasts[5].budget == "s8");
  const CsvTable table("contrasts", contrast_table(contrasts).csv());
  CHECK(table.cell(0, "primary") == "yes");
  CHECK(table.cell(2, "primary") == "no");
}

TEST_CASE("a single case has no interval and no contrast") {
  const ResultValues results(CsvTable("results", "arm,budget,seed,prediction,case,class,metric,value\n"
                                                 "features,s4,0,both,c0,shell,dice,0.5\n"
                                                 "intervals,s4,0,both,c0,shell,dice,0.4\n"));
  const CsvTable table("table", result_table(test::toy_experiment(), results).csv());
  REQUIRE(table.rows() == 2);
  CHECK(table.cell(0, "ci_low").empty());
  CHECK(table.cell(0, "sd_of_seeds").empty());
  CHECK(measured_contrasts(test::toy_experiment(), results).empty());
}

TEST_CASE("a row of a prediction that its arm does not give is named with those that it gives") {
  Experiment experiment = test::toy_experiment();
  CHECK_NOTHROW(check_predictions(experiment, toy_results()));
  experiment.rows.push_back({"wrong", "intervals", "bothh"});
  CHECK_THROWS_WITH(check_predictions(experiment, toy_results()),
                    "row 'wrong': expected a prediction of the arm intervals: both, shell, got 'bothh'");
}
