#include "sparseann/select/selection_problem.hpp"

#include <limits>

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

TEST_CASE("a stack's labelled slices are distinct, ascending and in range") {
  SliceStack stack{.case_index = 3, .plane = Plane::xz, .slices = 6, .budget = 1, .labelled = {0, 2, 5}};
  CHECK_NOTHROW(sparseann::check_stack(stack));
  stack.labelled = {0, 2, 6};
  CHECK_THROWS_WITH(sparseann::check_stack(stack),
                    "labelled slices of case 3, plane xz: expected slices below 6, got 6");
  stack.labelled = {0, 4, 2};
  CHECK_THROWS_WITH(sparseann::check_stack(stack),
                    "labelled slices of case 3, plane xz: expected each slice once, ascending, got 4 before 2");
  stack.labelled = {1, 1};
  CHECK_THROWS_WITH(sparseann::check_stack(stack),
                    "labelled slices of case 3, plane xz: expected each slice once, ascending, got 1 before 1");
}

TEST_CASE("a budget counts slices that are not labelled") {
  SliceStack stack{.case_index = 3, .plane = Plane::xz, .slices = 4, .budget = 2, .labelled = {1, 3}};
  CHECK_NOTHROW(sparseann::check_stack(stack));
  stack.budget = 3;
  CHECK_THROWS_WITH(sparseann::check_stack(stack),
                    "budget of case 3, plane xz: expected a count of at least 1 and at most 2 (all that are not "
                    "labelled), got 3");
  stack.budget = 0;
  CHECK_THROWS_WITH(sparseann::check_stack(stack),
                    "budget of case 3, plane xz: expected a count of at least 1 and at most 2 (all that are not "
                    "labelled), got 0");
  stack.labelled = {0, 1, 2, 3};
  CHECK_NOTHROW(sparseann::check_stack(stack));
  stack.budget = 1;
  CHECK_THROWS_WITH(sparseann::check_stack(stack),
                    "budget of case 3, plane xz: expected a count of at least 0 and at most 0 (all that are not "
                    "labelled), got 1");
}

TEST_CASE("costs are above 0, scores at least 0, one for each slice") {
  const SliceStack good{
      .case_index = 3, .plane = Plane::xz, .slices = 3, .budget = 1, .costs = {{0.5, 1, 2}}, .scores = {{0, 0.25, 7}}};
  CHECK_NOTHROW(sparseann::check_stack(good));
  CHECK(sparseann::scores_of(good)[2] == 7);
  const auto with = [&](auto member, std::vector<double> numbers) {
    SliceStack stack = good;
    stack.*member = std::move(numbers);
    return stack;
  };
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH(sparseann::check_stack(with(&SliceStack::costs, {1, 2})),
                    "costs of case 3, plane xz: expected 3 numbers, one per slice, got 2");
  CHECK_THROWS_WITH(sparseann::check_stack(with(&SliceStack::costs, {1, 0, 1})),
                    "costs of case 3, plane xz: expected a number above 0, got 0 for slice 1");
  CHECK_THROWS_WITH(sparseann::check_stack(with(&SliceStack::costs, {1, 1, infinity})),
                    "costs of case 3, plane xz: expected a number above 0, got inf for slice 2");
  CHECK_THROWS_WITH(sparseann::check_stack(with(&SliceStack::scores, {1, 2, 3, 4})),
                    "scores of case 3, plane xz: expected 3 numbers, one per slice, got 4");
  CHECK_THROWS_WITH(sparseann::check_stack(with(&SliceStack::scores, {-0.5, 2, 3})),
                    "scores of case 3, plane xz: expected a number of at least 0, got -0.5 for slice 0");
  CHECK_THROWS_WITH(sparseann::check_stack(with(&SliceStack::scores, {1, nan, 3})),
                    "scores of case 3, plane xz: expected a number of at least 0, got nan for slice 1");
  SliceStack without = good;
  without.scores.reset();
  CHECK_THROWS_WITH(sparseann::scores_of(without),
                    "scores of case 3, plane xz: expected a score per slice, which this selector needs, got none");
}

TEST_CASE("a plan costs what its slices cost") {
  SelectionProblem problem{{{.slices = 3, .budget = 1, .costs = {{1, 2, 4}}},
                            {.case_index = 1, .slices = 2, .budget = 1, .costs = {{8, 16}}},
                            {.case_index = 2, .slices = 2, .budget = 1}}};
  CHECK(sparseann::cost_of(problem, {{{.indices = {2, 0}}, {.indices = {1}}, {}}}) == 21);
  CHECK(sparseann::cost_of(problem, {{{}, {}, {}}}) == 0);
  CHECK_THROWS_WITH(sparseann::cost_of(problem, {{{}, {}, {.indices = {1}}}}),
                    "costs of case 2, plane xy: expected a cost per slice, got none");
  CHECK_THROWS_WITH(sparseann::cost_of(problem, {}), "plan: expected 3 selections, one per stack, got 0");
}
