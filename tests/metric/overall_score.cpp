#include "sparseann/metric/overall_score.hpp"

#include "support/catch.hpp"

#include <array>

using namespace sparseann;

namespace {

double score_of_row(const std::array<double, 3>& myocardium, const std::array<double, 3>& blood_pool) {
  const std::array<ClassScore, 2> scores{ClassScore{.label = 1,
                                                    .dice = myocardium[0],
                                                    .average_boundary_distance_mm = myocardium[1],
                                                    .hausdorff_mm = myocardium[2]},
                                         ClassScore{.label = 2,
                                                    .dice = blood_pool[0],
                                                    .average_boundary_distance_mm = blood_pool[1],
                                                    .hausdorff_mm = blood_pool[2]}};
  return overall_score(scores);
}

} // namespace

TEST_CASE("the overall score reproduces rows of the paper's Table 1") {
  // The table rounds to three digits: 0.0008 from the six numbers of a row and 0.0005 from their score.
  constexpr double rounding = 0.0013;
  CHECK(std::abs(score_of_row({0.694, 1.461, 10.221}, {0.926, 0.940, 8.628}) + 0.419) < rounding);
  CHECK(std::abs(score_of_row({0.774, 1.026, 6.572}, {0.929, 0.981, 9.966}) + 0.202) < rounding);
  CHECK(std::abs(score_of_row({0.802, 0.957, 6.126}, {0.926, 0.885, 7.069}) + 0.036) < rounding);
  CHECK(std::abs(score_of_row({0.830, 0.678, 3.614}, {0.937, 0.770, 7.034}) - 0.166) < rounding);
}

TEST_CASE("a perfect class adds one half") {
  CHECK(score_of_row({1.0, 0.0, 0.0}, {1.0, 0.0, 0.0}) == Approx(1.0));
  CHECK(score_of_row({1.0, 4.0, 0.0}, {1.0, 0.0, 30.0}) == Approx(-1.0));
}

TEST_CASE("the overall score needs a class") { CHECK_THROWS_AS(overall_score({}), InvalidArgument); }
