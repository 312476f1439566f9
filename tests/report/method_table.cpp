#include "sparseann/report/method_table.hpp"

#include <limits>

#include "support/catch.hpp"

using namespace sparseann;

namespace {
MethodRow row(double mean_dice, double class_dice, double hausdorff_mm) {
  return {.method = "m",
          .classes = {{.class_name = "c", .dice = {class_dice, 0.1}, .hausdorff_mm = {hausdorff_mm, 1.0}}},
          .mean_dice = mean_dice};
}
constexpr std::size_t mean_dice = 0, empty = 2, class_dice = 3, hausdorff = 5;
} // namespace

TEST_CASE("numbers are shown with a true minus sign, and what is none as n/a") {
  CHECK(shown_number(0.12345, 3) == "0.123");
  CHECK(shown_number(-1.5, 1) == "\u22121.5");
  CHECK(shown_number(-0.0001, 2) == "0.00");
  CHECK(shown_number(2.0, 0) == "2");
  CHECK(shown_number(std::numeric_limits<double>::quiet_NaN(), 2) == "n/a");
}

TEST_CASE("durations are shown in the units that one would say") {
  CHECK(shown_duration(0.36) == "0.4 s");
  CHECK(shown_duration(9.96) == "10 s");
  CHECK(shown_duration(59.4) == "59 s");
  CHECK(shown_duration(59.6) == "1 min 00 s");
  CHECK(shown_duration(245.0) == "4 min 05 s");
  CHECK(shown_duration(7385.0) == "2 h 03 min");
  CHECK(shown_duration(-1.0) == "n/a");
}

TEST_CASE("the best of a column is the largest Dice and the smallest distance") {
  const auto best = best_cells({row(0.5, 0.9, 3.0), row(0.7, 0.8, 2.0)});
  REQUIRE(best[0].size() == 6);
  CHECK(!best[0][mean_dice]);
  CHECK(best[1][mean_dice]);
  CHECK(best[0][class_dice]);
  CHECK(!best[1][class_dice]);
  CHECK(!best[0][hausdorff]);
  CHECK(best[1][hausdorff]);
}

TEST_CASE("numbers that look alike are equally good; a column of equals has no best") {
  const auto best = best_cells({row(0.70001, 0.5, 1.0), row(0.70002, 0.5, 1.0), row(0.6, 0.5, 1.0)});
  CHECK(best[0][mean_dice]);
  CHECK(best[1][mean_dice]);
  CHECK(!best[2][mean_dice]);
  for (const auto& cells : best)
    CHECK(!cells[class_dice]);
}

TEST_CASE("methods for orientation, missing values and empty predictions are never the best") {
  MethodRow full = row(0.9, 0.95, 1.0);
  full.reference_only = true;
  MethodRow missing = row(std::numeric_limits<double>::quiet_NaN(), 0.2, 9.0);
  missing.empty_predictions = 1;
  const std::vector<MethodRow> methods{full, missing, row(0.3, 0.3, 8.0), row(0.2, 0.1, 9.0)};
  const auto best = best_cells(methods);
  CHECK(!best[0][mean_dice]);
  CHECK(!best[1][mean_dice]);
  CHECK(best[2][mean_dice]);
  for (const auto& cells : best)
    CHECK(!cells[empty]);
  CHECK(best_method(methods) == 2);
  CHECK(best_method({full}) == std::nullopt);
  CHECK(best_method({row(0.4, 0, 0), row(0.4, 0, 0)}) == 0);
  CHECK(best_cells({}).empty());
  CHECK(best_cells({full}) == std::vector<std::vector<bool>>{{false, false, false, false, false, false}});
}

TEST_CASE("groups keep the order in which they first appear") {
  std::vector<MethodRow> methods(4, row(0, 0, 0));
  methods[0].group = "votes";
  methods[1].group = "ours";
  methods[2].group = "votes";
  methods[3].group = "ours";
  const auto groups = grouped(methods);
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].name == "votes");
  CHECK(groups[0].rows == std::vector<std::size_t>{0, 2});
  CHECK(groups[1].rows == std::vector<std::size_t>{1, 3});
}
