#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/experiment/experiment.hpp"
#include "sparseann/experiment/result_tables.hpp"
#include "sparseann/experiment/result_values.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/metric/bootstrap.hpp"
#include "sparseann/metric/statistics.hpp"
#include "sparseann/report/gnuplot.hpp"

namespace sparseann {

/// What a figure has along x: what annotation costs, one of costs.csv's columns.
enum class CostAxis { nominal, plain_sum, union_of_voxels, foreground_voxels, contour_mm };
constexpr std::array<std::string_view, 5> names_of(CostAxis) {
  return {"nominal", "plain_sum", "union", "foreground_voxels", "contour_mm"};
}

/// What the axis says of it.
[[nodiscard]] constexpr std::string_view title_of(CostAxis axis) noexcept {
  switch (axis) {
  case CostAxis::nominal: return "annotated share, planes / k";
  case CostAxis::plain_sum: return "annotated slices, share of the voxels";
  case CostAxis::union_of_voxels: return "annotated voxels, share of all";
  case CostAxis::foreground_voxels: return "annotated foreground voxels";
  case CostAxis::contour_mm: break;
  }
  return "drawn contours (mm)";
}

/// A row's primary measure at one cost.
struct FigurePoint {
  std::string budget;
  double cost = 0.0;
  double value = 0.0;
  Interval interval;
};

/// A line of the figure: points by increasing cost, or one point that holds for every cost.
struct FigureLine {
  std::string title;
  bool full = false; ///< everything is annotated
  std::vector<FigurePoint> points;
};

/// What the arms' trials cost: the mean over the seeds of one column of costs.csv, by arm and budget.
[[nodiscard]] inline std::map<std::pair<std::string, std::string>, double> mean_costs(const CsvTable& costs,
                                                                                      std::string_view column) {
  std::map<std::pair<std::string, std::string>, std::pair<double, double>> sums;
  for (std::size_t row = 0; row < costs.rows(); ++row) {
    auto& [sum, count] = sums[{costs.cell(row, "arm"), costs.cell(row, "budget")}];
    sum += costs.number<double>(row, column);
    count += 1;
  }
  std::map<std::pair<std::string, std::string>, double> means;
  for (const auto& [key, sum] : sums)
    means[key] = sum.first / sum.second;
  return means;
}

/// Lines of all rows that were measured. Budgets that chose as many slices as another one are the same experiment: the
/// dearer one's point stands for both.
[[nodiscard]] inline std::vector<FigureLine> figure_lines(const Experiment& experiment, const ResultValues& results,
                                                          const CsvTable& costs, CostAxis axis) {
  const auto cost_of = mean_costs(costs, name_of_value(axis));
  const auto slices_of = mean_costs(costs, "slices");
  const std::string& measure = experiment.measures.primary;
  std::vector<FigureLine> lines;
  for (const ExperimentRow& row : experiment.rows) {
    FigureLine line{.title = row.title, .full = false, .points = {}};
    std::optional<double> slices;
    for (const ResultKey& key : measured_keys(row, measure, results)) {
      const std::pair of{key.arm, key.budget};
      if (slices == slices_of.at(of))
        continue;
      slices = slices_of.at(of);
      const SeedValues values = results.values(key, measure).value();
      const double value = mean(seed_means(values));
      FigurePoint point{.budget = key.budget, .cost = cost_of.at(of), .value = value, .interval = {value, value}};
      if (values.shape(1) > 1)
        point.interval = two_way_interval(values, detail::bootstrap_of(fmt::format("{} {}", row.title, key.budget)));
      line.full = key.budget == "full";
      line.points.push_back(point);
    }
    std::ranges::sort(line.points, {}, &FigurePoint::cost);
    if (!line.points.empty())
      lines.push_back(std::move(line));
  }
  return lines;
}

namespace detail {

/// Of the eight colours that people of all colour vision tell apart (Okabe and Ito), those that show on white.
constexpr std::array<std::string_view, 7> line_colours{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                       "#E69F00", "#56B4E9", "#000000"};

[[nodiscard]] inline std::string gnuplot_text(std::string_view text) {
  std::string escaped;
  for (const char c : text)
    escaped += c == '\'' ? "''" : std::string(1, c);
  return "'" + escaped + "'";
}

/// Marks on the axis: the first line's budgets where they lie.
[[nodiscard]] inline std::string budget_marks(const std::vector<FigureLine>& lines) {
  const auto line = std::ranges::find(lines, false, &FigureLine::full);
  if (line == lines.end())
    return "unset xtics\n";
  std::string marks;
  for (const FigurePoint& point : line->points)
    marks += fmt::format("{}\"{}\\n{:.3g}\" {:.6g}", marks.empty() ? "" : ", ", point.budget, point.cost, point.cost);
  return fmt::format("set xtics ({})\n", marks);
}

[[nodiscard]] inline std::string figure_script(const std::vector<FigureLine>& lines, CostAxis axis,
                                               std::string_view measure) {
  std::string script;
  double low = 0;
  double high = 0;
  for (const FigureLine& line : lines)
    if (!line.full)
      for (const FigurePoint& point : line.points) {
        low = high == 0 ? point.cost : std::min(low, point.cost);
        high = std::max(high, point.cost);
      }
  if (high == 0)
    std::tie(low, high) = std::pair(0.5, 1.0);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    script += fmt::format("$line{} << END_OF_DATA\n", i);
    for (const FigurePoint& point : lines[i].points) {
      const auto add = [&](double cost) {
        fmt::format_to(std::back_inserter(script), "{:.6g} {:.6g} {:.6g} {:.6g}\n", cost, point.value,
                       point.interval.low, point.interval.high);
      };
      if (lines[i].full) {
        add(low / 1.1);
        add(high * 1.1);
      } else {
        add(point.cost);
      }
    }
    script += "END_OF_DATA\n";
  }
  fmt::format_to(std::back_inserter(script),
                 "set terminal svg size 760,{} font 'sans-serif,12' noenhanced\n"
                 "set key at screen 0.5, screen 0.01 bottom center maxcols 1 Left reverse samplen 2 spacing 1.2\nset "
                 "border 3 linewidth 0.5\n"
                 "set tics out nomirror scale 0.5\nset grid ytics linewidth 0.5 dashtype 1\n"
                 "set logscale x\nset xrange [{:.6g}:{:.6g}]\n{}"
                 "set bmargin {:.4g}\nset xlabel {} offset 0,-0.8\nset ylabel {}\nplot ",
                 std::max<std::size_t>(340, 24 * lines.size()) + 90 + 23 * lines.size(), low / 1.1, high * 1.1,
                 budget_marks(lines),
                 5.5 + 1.25 * static_cast<double>(lines.size()), // in lines of text: the axis, and the key below it
                 gnuplot_text(title_of(axis)), gnuplot_text(measure));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view colour = line_colours[i % line_colours.size()];
    const int dash = static_cast<int>(i / line_colours.size()) + (lines[i].full ? 2 : 1);
    fmt::format_to(std::back_inserter(script),
                   "$line{0} using 1:3:4 with filledcurves fillstyle transparent solid 0.08 noborder linecolor rgb "
                   "'{1}' notitle, $line{0} using 1:2 with {2} linecolor rgb '{1}' linewidth 2 dashtype {3} pointtype "
                   "7 pointsize 0.5 title {4}{5}",
                   i, colour, lines[i].full ? "lines" : "linespoints", dash, gnuplot_text(lines[i].title),
                   i + 1 < lines.size() ? ", " : "\n");
  }
  return script;
}

} // namespace detail

/// A measure against what annotation costs, a line per row with its 95 % interval: an SVG file's text, drawn by
/// gnuplot. What annotates everything is a level line. `measure`: what the axis says of it.
///
/// Cost: one gnuplot process. Throws: InvalidArgument for no line; IoError where gnuplot is missing.
[[nodiscard]] inline std::string budget_figure(const std::vector<FigureLine>& lines, CostAxis axis,
                                               std::string_view measure) {
  if (lines.empty())
    throw InvalidArgument("lines", "at least one", "none");
  return run_gnuplot(detail::figure_script(lines, axis, measure));
}

} // namespace sparseann
