#include "sparseann/annotate/drawing_order.hpp"

#include <array>
#include <cstddef>
#include <vector>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

/// Two cases with two slices of each of two planes.
AnnotationPlan small_plan() {
  AnnotationPlan plan;
  for (std::size_t c = 0; c < 2; ++c)
    for (const Plane plane : {Plane::xy, Plane::yz})
      for (std::size_t rank = 0; rank < 2; ++rank)
        plan.slices.push_back({.slice = {c, plane, 5 - rank}, .rank = rank, .gain = {}});
  return plan;
}

} // namespace

TEST_CASE("slices are drawn rank by rank, with another plane of each case first") {
  // Positions: case 0 xy 0, 1; yz 2, 3; case 1 xy 4, 5; yz 6, 7.
  CHECK(drawing_order(small_plan()) == std::vector<std::size_t>{0, 6, 2, 4, 1, 7, 3, 5});
  CHECK(drawing_order({}).empty());
}

TEST_CASE("a plan that is cut keeps the slices that come first") {
  const AnnotationPlan plan = small_plan();
  const AnnotationPlan cut = first_to_draw(plan, 3);
  CHECK(cut.slices == std::vector<PlannedSlice>{plan.slices[0], plan.slices[2], plan.slices[6]});
  CHECK(first_to_draw(plan, 100) == plan);
  CHECK(first_to_draw(plan, 0).slices.empty());
}

TEST_CASE("time buys whole slices") {
  CHECK(DrawingTime{.budget_minutes = 120, .minutes_per_slice = 2.5}.slices() == 48);
  CHECK(DrawingTime{.budget_minutes = 5, .minutes_per_slice = 2}.slices() == 2);
  CHECK_THROWS_WITH((DrawingTime{.budget_minutes = 1, .minutes_per_slice = 2}.slices()),
                    "--budget-minutes: expected at least 2, which one slice takes, got 1");
}

TEST_CASE("the sparsest one in so many that has enough slices") {
  const std::array<std::size_t, 3> depths{30, 20, 5};
  for (std::size_t slices = 1; slices <= 60; ++slices) {
    const Budget budget = budget_with(slices, depths);
    const auto count = [&](std::size_t every) {
      std::size_t sum = 0;
      for (const std::size_t depth : depths)
        sum += Budget{.every = every, .count = {}}.slices_of(depth);
      return sum;
    };
    CAPTURE(slices);
    CHECK((*budget.every == 1 || count(*budget.every) >= slices));
    for (std::size_t sparser = *budget.every + 1; sparser <= 30; ++sparser)
      CHECK(count(sparser) < slices);
  }
  CHECK_THROWS_AS(budget_with(3, {}), InvalidArgument);
}
