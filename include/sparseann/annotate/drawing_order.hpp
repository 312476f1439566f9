#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "sparseann/annotate/budget.hpp"
#include "sparseann/annotate/plan.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/plane.hpp"

namespace sparseann {

/// The order in which to draw a plan's slices, so that it can be cut anywhere: positions in `plan.slices`.
///
/// First every stack's rank 0, then every rank 1 and so on; within a rank first one plane of every case, another of the
/// planes for the next case, so that not even the first pass sees all cases from one side alone.
/// Cost: a sort.
[[nodiscard]] inline std::vector<std::size_t> drawing_order(const AnnotationPlan& plan) {
  std::set<Plane> planes;
  for (const PlannedSlice& planned : plan.slices)
    planes.insert(planned.slice.plane);
  const auto key = [&](std::size_t position) {
    const auto& [slice, rank, gain] = plan.slices[position];
    const auto place = static_cast<std::size_t>(std::distance(planes.begin(), planes.find(slice.plane)));
    const std::size_t turn = (place + slice.case_index) % planes.size();
    return std::tuple(rank, turn, slice.case_index, slice.plane);
  };
  std::vector<std::size_t> order(plan.slices.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, key);
  return order;
}

/// The first `count` slices to draw; all where there are fewer. They stay in the plan's order.
[[nodiscard]] inline AnnotationPlan first_to_draw(const AnnotationPlan& plan, std::size_t count) {
  std::vector<std::size_t> kept = drawing_order(plan);
  kept.resize(std::min(count, kept.size()));
  std::ranges::sort(kept);
  AnnotationPlan first;
  for (const std::size_t position : kept)
    first.slices.push_back(plan.slices[position]);
  return first;
}

/// How long people draw, and how long a slice takes them.
struct DrawingTime {
  std::optional<double> budget_minutes;
  double minutes_per_slice = 2.0;

  /// Slices that can be drawn in the time. Throws InvalidArgument where there is no time for one.
  [[nodiscard]] std::size_t slices() const {
    const double count = std::floor(budget_minutes.value_or(0) / minutes_per_slice);
    if (!(count >= 1))
      throw InvalidArgument("--budget-minutes", fmt::format("at least {}, which one slice takes", minutes_per_slice),
                            fmt::format("{}", budget_minutes.value_or(0)));
    return static_cast<std::size_t>(std::min(count, 1e9));
  }

  friend void visit(DrawingTime& time, auto&& visitor) {
    visitor(field("budget-minutes", time.budget_minutes,
                  "annotate for so many minutes: the densest one slice in so many that takes at least that long, cut "
                  "in the order of drawing",
                  above(0)));
    visitor(field("minutes-per-slice", time.minutes_per_slice,
                  "what drawing a slice takes; an assumption until you have measured it", above(0)));
  }
};

/// The sparsest one slice in `every` that has at least `slices` slices; one in 1 where not all slices are so many.
///
/// Formula: the largest k with sum over stacks of max(1, floor(D / k)) >= slices. `depths` are those of the stacks.
/// Throws: InvalidArgument for no stacks.
[[nodiscard]] inline Budget budget_with(std::size_t slices, std::span<const std::size_t> depths) {
  if (depths.empty())
    throw InvalidArgument("depths", "at least one stack", "none");
  const auto count = [&](std::size_t every) {
    return std::accumulate(depths.begin(), depths.end(), std::size_t{0}, [every](std::size_t sum, std::size_t depth) {
      return sum + Budget{.every = every, .count = {}}.slices_of(depth);
    });
  };
  std::size_t every = std::ranges::max(depths);
  while (every > 1 && count(every) < slices)
    --every;
  return {.every = every, .count = {}};
}

} // namespace sparseann
