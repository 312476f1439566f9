#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/plane.hpp"
#include "sparseann/report/report_data.hpp"

namespace sparseann {

namespace detail {

/// Place of a slice's centre along the axis, in percent.
inline double slice_position_percent(std::size_t slice, std::size_t slices) noexcept {
  return 100.0 * (static_cast<double>(slice) + 0.5) / static_cast<double>(slices);
}

/// 1 for the first rank, down to 0 for the last.
inline double rank_weight(std::size_t rank, std::size_t count) noexcept {
  return count < 2 ? 1.0 : 1.0 - static_cast<double>(rank) / static_cast<double>(count - 1);
}

/// A tick from the axis upwards: the earlier the rank, the taller and the stronger.
inline std::string slice_tick(const SliceBar& bar, std::size_t rank) {
  const double weight = rank_weight(rank, bar.selected.size());
  const double x = slice_position_percent(bar.selected[rank], bar.slices);
  return fmt::format(
      "<line class=\"tick\" x1=\"{0:.2f}%\" x2=\"{0:.2f}%\" y1=\"{1:.1f}\" y2=\"34\" opacity=\"{2:.2f}\">"
      "<title>slice {3}, rank {4}</title></line>",
      x, 22.0 - 18.0 * weight, 0.4 + 0.6 * weight, bar.selected[rank], rank);
}

/// The selected slices' numbers under the axis, from the left, leaving out those that would touch the one before.
inline std::string slice_numbers(const SliceBar& bar) {
  std::vector<std::size_t> ascending = bar.selected;
  std::ranges::sort(ascending);
  std::string text;
  double free_from = 0.0;
  for (const std::size_t slice : ascending) {
    const double x = slice_position_percent(slice, bar.slices);
    if (x < free_from)
      continue;
    text += fmt::format("<text x=\"{:.2f}%\" y=\"48\" text-anchor=\"middle\">{}</text>", x, slice);
    free_from = x + 2.2 + 2.0 * static_cast<double>(std::to_string(slice).size()); // room on a telephone
  }
  return text;
}

} // namespace detail

/// Which slices of a plane are to be labelled, as one sentence: "5 of 50 slices of plane xy, by rank: 24, 7, …".
[[nodiscard]] inline std::string describe(const SliceBar& bar) {
  return fmt::format("{} of {} slices of plane {}{}{}", bar.selected.size(), bar.slices, name_of(bar.plane),
                     bar.selected.empty() ? "" : ", by rank: ", fmt::join(bar.selected, ", "));
}

/// A bar along the plane's axis with a tick at each selected slice, as an inline SVG element for HTML.
///
/// Formula: slice i of D stands at (i + 1/2) / D of the width, which the page chooses; the tick of rank r of K is
/// 12 + 18 (1 - r / (K - 1)) px tall. Colours come from the page's style sheet (classes `axis`, `tick`).
/// Throws: InvalidArgument for slices outside the axis.
[[nodiscard]] inline std::string slice_bar_svg(const SliceBar& bar) {
  detail::check_slices("slice bar", bar);
  std::string ticks;
  for (std::size_t rank = 0; rank < bar.selected.size(); ++rank)
    ticks += detail::slice_tick(bar, rank);
  return fmt::format("<svg class=\"slice-bar\" width=\"100%\" height=\"52\" role=\"img\" aria-label=\"{}\">"
                     "<rect class=\"axis\" x=\"0\" y=\"26\" width=\"100%\" height=\"8\" rx=\"2\"/>{}{}</svg>",
                     describe(bar), ticks, detail::slice_numbers(bar));
}

} // namespace sparseann
