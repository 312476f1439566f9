#include "sparseann/select/selection_problem.hpp"

#include "support/catch.hpp"

using sparseann::Array2;
using sparseann::Plane;
using sparseann::SelectionProblem;
using sparseann::SliceStack;

TEST_CASE("a stack's errors name case and plane") {
  const SliceStack good{.case_index = 3, .plane = Plane::xz, .slices = 2, .budget = 1, .features = {{{1, 2}, {3, 4}}}};
  CHECK_NOTHROW(sparseann::check_stack(good));
  CHECK(sparseann::features_of(good)(1, 0) == 3);

  SliceStack bad = good;
  bad.budget = 3;
  CHECK_THROWS_WITH(sparseann::check_stack(bad),
                    "budget of case 3, plane xz: expected a count of at least 1 and at most "
                    "2 (all there are), got 3");
  bad = good;
  bad.slices = 5;
  CHECK_THROWS_WITH(sparseann::check_stack(bad), "features of case 3, plane xz: expected 5 rows, one per slice, got 2");
  bad = good;
  bad.features = Array2<float>{{1, 2}, {0, 0}};
  CHECK_THROWS_WITH(sparseann::check_stack(bad),
                    "features of case 3, plane xz: expected a number other than zero in each "
                    "row, got zeros alone in row 1");
  bad.features.reset();
  CHECK_NOTHROW(sparseann::check_stack(bad));
  CHECK_THROWS_WITH(sparseann::features_of(bad), "features of case 3, plane xz: expected a feature table, which this "
                                                 "selector needs, got none");
}

TEST_CASE("a problem has each stack once") {
  const SliceStack stack{.case_index = 1, .plane = Plane::yz, .slices = 4, .budget = 2};
  SliceStack other = stack;
  other.plane = Plane::xy;
  CHECK_NOTHROW(sparseann::check_problem(SelectionProblem{{stack, other}}));
  CHECK_THROWS_WITH(sparseann::check_problem(SelectionProblem{{stack, other, stack}}),
                    "stacks: expected each case and plane once, got case 1, plane yz twice");
}
