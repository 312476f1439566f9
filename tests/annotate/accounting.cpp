#include "sparseann/annotate/accounting.hpp"

#include <cmath>

#include "sparseann/annotate/budget.hpp"
#include "sparseann/annotate/oracle.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/equal_interval.hpp"
#include "sparseann/select/per_stack.hpp"
#include "sparseann/select/random_slices.hpp"
#include "support/catch.hpp"

using namespace sparseann;

namespace {

template <CohortSelector S>
AnnotationPlan plan_for(const S& selector, std::span<const Shape3> shapes, const Budget& budget) {
  SelectionProblem problem;
  for (std::size_t i = 0; i < shapes.size(); ++i)
    for (const Plane plane : all_planes) {
      const std::size_t slices = slice_count(shapes[i], plane);
      problem.stacks.push_back({.case_index = i, .plane = plane, .slices = slices, .budget = budget.slices_of(slices)});
    }
  return plan_from(problem, selector(problem, Generator(1)));
}

} // namespace

TEST_CASE("one slice in k of each plane is 3 / k as a plain sum and 1 - (1 - 1/k)^3 as a union") {
  const std::vector<Shape3> shapes{{40, 40, 40}, {20, 80, 40}};
  for (const std::size_t every : {1U, 2U, 4U, 5U, 10U, 20U}) {
    const double k = static_cast<double>(every);
    const AnnotationPlan plan = plan_for(PerStack<EqualInterval>{}, shapes, {.every = every});
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      const AnnotationAmount amount = annotation_amount(plan, i, shapes[i]);
      CHECK(amount.plain_sum() == Approx(3 / k));
      CHECK(amount.union_of_voxels() == Approx(1 - std::pow(1 - 1 / k, 3)));
    }
    CHECK(annotation_amount(plan, shapes).plain_sum() == Approx(3 / k));
  }
}

TEST_CASE("annotated voxels are those that the oracle labels, slice voxels those it looks at") {
  const std::vector<Shape3> shapes{{7, 9, 11}, {5, 4, 3}};
  const AnnotationPlan plan = plan_for(PerStack<RandomSlices>{}, shapes, {.count = 3});
  const Oracle oracle(
      {zeros_on<std::uint8_t>(isotropic_geometry(shapes[0])), zeros_on<std::uint8_t>(isotropic_geometry(shapes[1]))},
      2);
  AnnotationAmount total;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    std::size_t looked_at = 0;
    for (const PlannedSlice& planned : plan.slices)
      if (planned.slice.case_index == i)
        looked_at += copy_slice(oracle.label_everything(i).voxels(), planned.slice.plane, planned.slice.slice).size();
    const AnnotationAmount amount = annotation_amount(plan, i, shapes[i]);
    CHECK(amount.voxels == voxel_count(shapes[i]));
    CHECK(amount.slice_voxels == looked_at);
    CHECK(amount.annotated_voxels == oracle.label(i, plan).annotated_voxels());
    total += amount;
  }
  CHECK(annotation_amount(plan, shapes) == total);
  CHECK(total.voxels == 693 + 60);
}

TEST_CASE("a plan of one plane counts the same both ways, an empty one nothing") {
  const std::vector<Shape3> shapes{{10, 6, 6}};
  const AnnotationPlan plan{{{.slice = {0, Plane::xy, 2}}, {.slice = {0, Plane::xy, 7}}}};
  CHECK(annotation_amount(plan, shapes).plain_sum() == Approx(0.2));
  CHECK(annotation_amount(plan, shapes).union_of_voxels() == Approx(0.2));
  CHECK(annotation_amount({}, shapes).plain_sum() == 0);
  CHECK(annotation_amount({}, shapes).union_of_voxels() == 0);
  CHECK(annotation_amount({}, {}).plain_sum() == 0);
}

TEST_CASE("cases and planes without a planned slice count as voxels alone") {
  const std::vector<Shape3> shapes{{10, 6, 6}, {5, 4, 6}};
  const AnnotationPlan plan{{{.slice = {1, Plane::xz, 0}}, {.slice = {1, Plane::xz, 3}}}};
  CHECK(annotation_amount(plan, 0, shapes[0]) == AnnotationAmount{.voxels = 360});
  CHECK(annotation_amount(plan, shapes) == AnnotationAmount{.voxels = 480, .slice_voxels = 60, .annotated_voxels = 60});
  const Oracle oracle(
      {zeros_on<std::uint8_t>(isotropic_geometry(shapes[0])), zeros_on<std::uint8_t>(isotropic_geometry(shapes[1]))},
      2);
  CHECK(oracle.label(0, plan).annotated_voxels() == 0);
  CHECK(oracle.label(1, plan).annotated_voxels() == 60);
}

TEST_CASE("plans that do not fit the cohort are not counted") {
  const std::vector<Shape3> shapes{{10, 6, 6}};
  CHECK_THROWS_WITH(annotation_amount({{{.slice = {1, Plane::xy, 2}}}}, shapes), "plan: expected cases below 1, got 1");
  CHECK_THROWS_AS(annotation_amount({{{.slice = {0, Plane::xy, 10}}}}, shapes), DataError);
  CHECK_THROWS_AS(annotation_amount({{{.slice = {0, Plane::xy, 1}}, {.slice = {0, Plane::xy, 1}}}}, shapes), DataError);
}
