#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sparseann/report/report_data.hpp"

namespace sparseann {

/// One number of the results table, as it is shown.
struct TableCell {
  double value = 0.0;
  std::optional<double> deviation;
  int digits = 3;
  bool higher_is_better = true;
  bool compared = true; ///< the best of the column is marked
};

/// A number with `digits` decimals, with a true minus sign; "n/a" for what is no finite number.
[[nodiscard]] inline std::string shown_number(double value, int digits) {
  if (!std::isfinite(value))
    return "n/a";
  const std::string text = fmt::format("{:.{}f}", std::abs(value), digits);
  const bool zero = text.find_first_of("123456789") == std::string::npos;
  return value < 0.0 && !zero ? "\u2212" + text : text;
}

/// A row's numbers from left to right: mean Dice, overall score, empty predictions (a warning, not a contest); Dice,
/// ADB and Hausdorff of every class.
[[nodiscard]] inline std::vector<TableCell> table_cells(const MethodRow& row) {
  std::vector<TableCell> cells{{row.mean_dice, std::nullopt, 3, true, true},
                               {row.overall_score, std::nullopt, 3, true, true},
                               {static_cast<double>(row.empty_predictions), std::nullopt, 0, false, false}};
  const auto add = [&](const MeanAndDeviation& value, int digits, bool higher_is_better) {
    cells.push_back({value.mean, value.deviation, digits, higher_is_better, true});
  };
  for (const ClassSummary& summary : row.classes) {
    add(summary.dice, 3, true);
    add(summary.average_boundary_distance_mm, 2, false);
    add(summary.hausdorff_mm, 2, false);
  }
  return cells;
}

namespace detail {
/// What a reader sees of a value, so that numbers that look alike are equally good. Larger is better.
inline double merit(const TableCell& cell) {
  const double scale = std::pow(10.0, cell.digits);
  const double rounded = std::round(cell.value * scale);
  return cell.higher_is_better ? rounded : -rounded;
}
} // namespace detail

/// Which cells to mark, [row][column]: the best of each column among the rows that compete, ties included. A column in
/// which all that compete look alike has no best.
[[nodiscard]] inline std::vector<std::vector<bool>> best_cells(const std::vector<MethodRow>& methods) {
  std::vector<std::vector<bool>> best;
  for (const MethodRow& row : methods)
    best.emplace_back(table_cells(row).size(), false);
  for (std::size_t column = 0; !best.empty() && column < best.front().size(); ++column) {
    std::vector<std::pair<double, std::size_t>> merits;
    for (std::size_t row = 0; row < methods.size(); ++row)
      if (const TableCell cell = table_cells(methods[row])[column];
          cell.compared && !methods[row].reference_only && std::isfinite(cell.value))
        merits.emplace_back(detail::merit(cell), row);
    const auto [lowest, highest] = std::ranges::minmax(merits.empty() ? decltype(merits){{0.0, 0}} : merits);
    for (const auto& [merit, row] : merits)
      best[row][column] = merit == highest.first && lowest.first < highest.first;
  }
  return best;
}

/// The competing method of largest mean Dice, the first of equals; none where no method competes.
[[nodiscard]] inline std::optional<std::size_t> best_method(const std::vector<MethodRow>& methods) {
  std::optional<std::size_t> best;
  for (std::size_t row = 0; row < methods.size(); ++row)
    if (!methods[row].reference_only && std::isfinite(methods[row].mean_dice) &&
        (!best || methods[row].mean_dice > methods[*best].mean_dice))
      best = row;
  return best;
}

/// Groups in the order of their first row, each with its rows' indices in the given order.
struct MethodGroup {
  std::string name;
  std::vector<std::size_t> rows;
};
[[nodiscard]] inline std::vector<MethodGroup> grouped(const std::vector<MethodRow>& methods) {
  std::vector<MethodGroup> groups;
  for (std::size_t row = 0; row < methods.size(); ++row) {
    auto group = std::ranges::find(groups, methods[row].group, &MethodGroup::name);
    if (group == groups.end())
      group = groups.insert(groups.end(), MethodGroup{methods[row].group, {}});
    group->rows.push_back(row);
  }
  return groups;
}

/// "0.4 s", "12 s", "4 min 05 s", "2 h 03 min".
[[nodiscard]] inline std::string shown_duration(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0.0)
    return "n/a";
  if (seconds < 9.95)
    return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 60)
    return fmt::format("{} s", whole);
  if (whole < 3600)
    return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

} // namespace sparseann
