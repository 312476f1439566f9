#include "sparseann/annotate/plan.hpp"

#include "support/catch.hpp"

using namespace sparseann;

namespace {

const std::vector<std::string> names{"heart", "a,b", "third"};

SelectionProblem problem() {
  return {{{.case_index = 0, .plane = Plane::xy, .slices = 10, .budget = 2},
           {.case_index = 2, .plane = Plane::yz, .slices = 5, .budget = 1}}};
}

AnnotationPlan plan_of(std::vector<SliceIndex> slices) {
  AnnotationPlan plan;
  for (const SliceIndex& slice : slices)
    plan.slices.push_back({.slice = slice});
  return plan;
}

AnnotationPlan read(std::string_view text) { return plan_from_csv(CsvTable("plan.csv", text), names); }

} // namespace

TEST_CASE("a plan holds the selections stack by stack, by rank") {
  const SelectionPlan selected{{{.indices = {7, 2}, .gains = {3.5, 0.25}}, {.indices = {4}, .gains = {}}}};
  const AnnotationPlan plan = plan_from(problem(), selected);
  const AnnotationPlan expected{{{.slice = {0, Plane::xy, 7}, .rank = 0, .gain = 3.5},
                                 {.slice = {0, Plane::xy, 2}, .rank = 1, .gain = 0.25},
                                 {.slice = {2, Plane::yz, 4}, .rank = 0, .gain = std::nullopt}}};
  CHECK(plan == expected);
}

TEST_CASE("a plan is not made from selections that do not fit") {
  CHECK_THROWS_WITH(plan_from(problem(), {{{.indices = {1}}}}),
                    "selected: expected 2 selections, one per stack, got 1");
  CHECK_THROWS_WITH(plan_from(problem(), {{{.indices = {1}}, {.indices = {5}}}}),
                    "selection of case 2, plane yz: expected slices below 5, got 5");
  CHECK_THROWS_WITH(plan_from(problem(), {{{.indices = {1, 1}}, {.indices = {2}}}}),
                    "selection of case 0, plane xy: expected each slice once, got slice 1 twice");
  CHECK_THROWS_WITH(plan_from(problem(), {{{.indices = {1, 3}, .gains = {2}}, {.indices = {2}}}}),
                    "selection of case 0, plane xy: expected 2 gains or none, got 1");
}

TEST_CASE(
    "where stacks share their budgets, a plan has stacks without a slice and stacks with more than their budget") {
  const AnnotationPlan plan = plan_from(problem(), {{{}, {.indices = {4, 0, 2}, .gains = {3, 2, 1}}}});
  REQUIRE(plan.slices.size() == 3);
  CHECK(plan.slices[1] == PlannedSlice{.slice = {2, Plane::yz, 0}, .rank = 1, .gain = 2});
  CHECK(planned_case(plan, 0, {10, 4, 5}) == PlannedCase{});
  CHECK(planned_case(plan, 2, {10, 4, 5}) == PlannedCase{{{}, {}, {0, 2, 4}}});
  CHECK(read(to_csv(plan, names)) == plan);
}

TEST_CASE("a plan has no slice that is labelled already") {
  SelectionProblem continued = problem();
  continued.stacks[0].labelled = {3, 7};
  CHECK_NOTHROW(plan_from(continued, {{{.indices = {1, 2}}, {.indices = {3}}}}));
  CHECK_THROWS_WITH(plan_from(continued, {{{.indices = {1, 7}}, {.indices = {3}}}}),
                    "selection of case 0, plane xy: expected slices that are not labelled yet, got 7");
}

TEST_CASE("planned_case sorts one case's slices by plane") {
  const AnnotationPlan plan = plan_of({{1, Plane::yz, 5}, {0, Plane::xy, 3}, {1, Plane::yz, 2}, {1, Plane::xy, 0}});
  CHECK(planned_case(plan, 1, {4, 5, 6}) == PlannedCase{{{0}, {}, {2, 5}}});
  CHECK(planned_case(plan, 2, {4, 5, 6}) == PlannedCase{});
  CHECK_THROWS_WITH(planned_case(plan, 1, {4, 5, 5}), "plan, case 1, plane yz: expected slices below 5, got 5");
  CHECK_THROWS_WITH(planned_case(plan_of({{0, Plane::xz, 1}, {0, Plane::xz, 1}}), 0, {4, 5, 6}),
                    "plan, case 0, plane xz: expected each slice once, got slice 1 twice");
}

TEST_CASE("a plan's CSV by hand") {
  const AnnotationPlan plan{{{.slice = {0, Plane::xy, 7}, .rank = 0, .gain = 0.1},
                             {.slice = {1, Plane::xz, 0}, .rank = 3, .gain = std::nullopt}}};
  const std::string text = to_csv(plan, names);
  CHECK(text == "case,plane,rank,slice,gain\nheart,xy,0,7,0.1\n\"a,b\",xz,3,0,\n");
  CHECK(read(text) == plan);
  CHECK_THROWS_WITH(to_csv(plan, std::span(names).first(1)), "case_names: expected a name for case 1, got 1 names");
}

TEST_CASE("gains survive the CSV bit for bit") {
  const AnnotationPlan plan{{{.slice = {2, Plane::yz, 1}, .rank = 0, .gain = 1.0 / 3},
                             {.slice = {2, Plane::yz, 2}, .rank = 1, .gain = 5e-324}}};
  CHECK(read(to_csv(plan, names)) == plan);
}

TEST_CASE("a broken plan file is named with its line") {
  const std::string header = "case,plane,rank,slice,gain\n";
  const std::string good = "heart,xy,0,7,0.1\n";
  CHECK(read(header).slices.empty());
  CHECK_THROWS_WITH(read(header + good + "liver,xy,0,7,\n"),
                    "plan.csv, line 3: expected a training case in column 'case', got 'liver'");
  CHECK_THROWS_WITH(read(header + "heart,zx,0,7,\n"),
                    "plan.csv, line 2: expected xy, xz or yz in column 'plane', got 'zx'");
  CHECK_THROWS_WITH(read(header + good + good),
                    "plan.csv, line 3: expected each slice once, got a slice for the second time");
  CHECK_THROWS_WITH(read(header + "heart,xy,0,7,inf\n"), "plan.csv, line 2: expected a finite gain or none, got inf");
  CHECK_THROWS_AS(read(header + "heart,xy,0,-7,\n"), DataError);
  CHECK_THROWS_AS(read("case,plane,rank,gain\nheart,xy,0,\n"), DataError);
}
