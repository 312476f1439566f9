#include "sparseann/select/joint_slices.hpp"

#include <array>

#include "support/catch.hpp"

using namespace sparseann;

namespace {
SelectionProblem three_stacks() {
  return {{{.case_index = 4, .plane = Plane::xz, .slices = 3, .budget = 1, .labelled = {1}},
           {.case_index = 1, .plane = Plane::xy, .slices = 9, .budget = 8},
           {.case_index = 4, .plane = Plane::xy, .slices = 2, .budget = 2}}};
}
} // namespace

TEST_CASE("joint slices are the stacks' slices in the order asked for") {
  const SelectionProblem problem = three_stacks();
  const JointSlices slices(problem, std::array<std::size_t, 2>{2, 0});
  CHECK(slices.size() == 5);
  CHECK(slices.budget() == 3);
  CHECK(slices.place(1) == JointSlices::Place{2, 1});
  CHECK(slices.place(2) == JointSlices::Place{0, 0});
  CHECK(&slices.stack_of(4) == &problem.stacks[0]);
  CHECK(slices.labelled() == std::vector<std::size_t>{3});
  CHECK(slices.unlabelled() == std::vector<std::size_t>{0, 1, 2, 4});
}

TEST_CASE("a joint selection is handed to its stacks in the order of its ranks") {
  const SelectionProblem problem = three_stacks();
  const JointSlices slices(problem, std::array<std::size_t, 2>{2, 0});
  SelectionPlan plan{.selections = std::vector<RankedSelection>(3)};
  slices.distribute({.indices = {4, 1, 2}, .gains = {3, 2, 1}}, plan);
  const SelectionPlan expected{{{.indices = {2, 0}, .gains = {3, 1}}, {}, {.indices = {1}, .gains = {2}}}};
  CHECK(plan == expected);
  SelectionPlan without_gains{.selections = std::vector<RankedSelection>(3)};
  slices.distribute({.indices = {0}}, without_gains);
  CHECK(without_gains == SelectionPlan{{{}, {}, {.indices = {0}}}});
}
