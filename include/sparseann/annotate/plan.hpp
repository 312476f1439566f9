#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/select/selection_problem.hpp"

namespace sparseann {

/// A slice to annotate. Rank counts from 0 within its case and plane; the gain is what the selector's objective gave.
struct PlannedSlice {
  SliceIndex slice;
  std::size_t rank = 0;
  std::optional<double> gain;

  bool operator==(const PlannedSlice&) const = default;
};

/// What a person is asked to annotate. Case indices count into the cohort's training cases.
struct AnnotationPlan {
  std::vector<PlannedSlice> slices;

  bool operator==(const AnnotationPlan&) const = default;
};

namespace detail {
inline void check_selection(const SliceStack& stack, const RankedSelection& selection) {
  const std::string source = "selection of " + to_string(stack);
  if (!selection.gains.empty() && selection.gains.size() != selection.indices.size())
    throw InvalidArgument(source, fmt::format("{} gains or none", selection.indices.size()),
                          fmt::format("{}", selection.gains.size()));
  std::set<std::size_t> seen;
  for (const std::size_t slice : selection.indices) {
    if (slice >= stack.slices)
      throw InvalidArgument(source, fmt::format("slices below {}", stack.slices), fmt::format("{}", slice));
    if (!seen.insert(slice).second)
      throw InvalidArgument(source, "each slice once", fmt::format("slice {} twice", slice));
    if (std::ranges::binary_search(stack.labelled, slice))
      throw InvalidArgument(source, "slices that are not labelled yet", fmt::format("{}", slice));
  }
}
} // namespace detail

/// The selected slices, stack by stack, by rank. A stack may have any number of them, none included.
///
/// Throws: InvalidArgument where plan and problem differ in length, or a selection repeats or exceeds its stack's
/// slices or has a slice that is labelled already.
[[nodiscard]] inline AnnotationPlan plan_from(const SelectionProblem& problem, const SelectionPlan& selected) {
  if (problem.stacks.size() != selected.selections.size())
    throw InvalidArgument("selected", fmt::format("{} selections, one per stack", problem.stacks.size()),
                          fmt::format("{}", selected.selections.size()));
  AnnotationPlan plan;
  for (std::size_t i = 0; i < problem.stacks.size(); ++i) {
    const SliceStack& stack = problem.stacks[i];
    const RankedSelection& selection = selected.selections[i];
    detail::check_selection(stack, selection);
    for (std::size_t rank = 0; rank < selection.indices.size(); ++rank)
      plan.slices.push_back({.slice = {stack.case_index, stack.plane, selection.indices[rank]},
                             .rank = rank,
                             .gain = selection.gains.empty() ? std::nullopt : std::optional(selection.gains[rank])});
  }
  return plan;
}

/// Slice indices of one case, ascending, by plane in the order xy, xz, yz.
using PlannedCase = std::array<std::vector<std::size_t>, 3>;

/// The slices that a plan asks for in one case of a given shape.
///
/// Throws: DataError where the plan asks for a slice that the volume does not have, or for one twice.
[[nodiscard]] inline PlannedCase planned_case(const AnnotationPlan& plan, std::size_t case_index, const Shape3& shape) {
  PlannedCase planned;
  for (const auto& [slice, rank, gain] : plan.slices) {
    if (slice.case_index != case_index)
      continue;
    if (slice.slice >= slice_count(shape, slice.plane))
      throw DataError(fmt::format("plan, case {}, plane {}", case_index, name_of(slice.plane)),
                      fmt::format("slices below {}", slice_count(shape, slice.plane)), fmt::format("{}", slice.slice));
    planned[stacking_axis(slice.plane)].push_back(slice.slice);
  }
  for (const Plane plane : all_planes) {
    std::vector<std::size_t>& slices = planned[stacking_axis(plane)];
    std::ranges::sort(slices);
    const auto repeated = std::ranges::adjacent_find(slices);
    if (repeated != slices.end())
      throw DataError(fmt::format("plan, case {}, plane {}", case_index, name_of(plane)), "each slice once",
                      fmt::format("slice {} twice", *repeated));
  }
  return planned;
}

/// The plan as CSV text with the columns case, plane, rank, slice, gain. `case_names` are those of the training cases.
///
/// Throws: InvalidArgument where the plan has a case that has no name.
[[nodiscard]] inline std::string to_csv(const AnnotationPlan& plan, std::span<const std::string> case_names) {
  CsvWriter table({"case", "plane", "rank", "slice", "gain"});
  for (const auto& [slice, rank, gain] : plan.slices) {
    if (slice.case_index >= case_names.size())
      throw InvalidArgument("case_names", fmt::format("a name for case {}", slice.case_index),
                            fmt::format("{} names", case_names.size()));
    table.add_row(case_names[slice.case_index], name_of(slice.plane), rank, slice.slice, gain);
  }
  return table.text();
}

namespace detail {

/// The plane that a line speaks of. Throws: DataError naming the line.
[[nodiscard]] inline Plane plane_in(const CsvTable& table, std::size_t row) {
  const std::string& name = table.cell(row, "plane");
  const auto found = std::ranges::find(all_planes, std::string_view(name), name_of);
  if (found == all_planes.end())
    throw DataError(table.place(row), "xy, xz or yz in column 'plane'", fmt::format("'{}'", name));
  return *found;
}

class PlanReader {
public:
  PlanReader(const CsvTable& table, std::span<const std::string> case_names) : table_(table) {
    for (std::size_t i = 0; i < case_names.size(); ++i)
      cases_.emplace(case_names[i], i);
  }

  [[nodiscard]] PlannedSlice read(std::size_t row) const {
    const PlannedSlice planned{.slice = {case_of(row), plane_in(table_, row), table_.number<std::size_t>(row, "slice")},
                               .rank = table_.number<std::size_t>(row, "rank"),
                               .gain = table_.optional<double>(row, "gain")};
    if (planned.gain && !std::isfinite(*planned.gain))
      throw DataError(table_.place(row), "a finite gain or none", fmt::format("{}", *planned.gain));
    return planned;
  }

private:
  [[nodiscard]] std::size_t case_of(std::size_t row) const {
    const std::string& name = table_.cell(row, "case");
    const auto found = cases_.find(name);
    if (found == cases_.end())
      throw DataError(table_.place(row), "a training case in column 'case'", fmt::format("'{}'", name));
    return found->second;
  }

  const CsvTable& table_;
  std::map<std::string_view, std::size_t> cases_;
};
} // namespace detail

/// The plan that a CSV table holds, see to_csv.
///
/// Throws: DataError naming file and line for an unknown case or plane, a number that is none, or a slice that is
/// there twice.
[[nodiscard]] inline AnnotationPlan plan_from_csv(const CsvTable& table, std::span<const std::string> case_names) {
  const detail::PlanReader reader(table, case_names);
  AnnotationPlan plan;
  std::set<SliceIndex> seen;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    plan.slices.push_back(reader.read(row));
    if (!seen.insert(plan.slices.back().slice).second)
      throw DataError(table.place(row), "each slice once", "a slice for the second time");
  }
  return plan;
}

/// Reads a plan from a CSV file. Throws: IoError; DataError as plan_from_csv.
[[nodiscard]] inline AnnotationPlan read_plan(const std::filesystem::path& path,
                                              std::span<const std::string> case_names) {
  return plan_from_csv(read_csv(path), case_names);
}

} // namespace sparseann
