#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/io_error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/report/gnuplot.hpp"
#include "sparseann/report/report_data.hpp"

namespace sparseann {

struct LearningCurveOptions {
  std::size_t width_px = 340;
  std::size_t height_px = 210;
  std::size_t most_points = 300; ///< more losses than this are averaged in runs of neighbours
  double smoothed_share = 0.08;  ///< of the drawn points, averaged for the bold line

  friend void visit(LearningCurveOptions& options, auto&& visitor) {
    constexpr Affects execution = Affects::execution;
    visitor(field("width_px", options.width_px, "width of a plot", at_least(100), execution));
    visitor(field("height_px", options.height_px, "height of a plot", at_least(100), execution));
    visitor(field("most_points", options.most_points, "points drawn per curve", at_least(2), execution));
    visitor(field("smoothed_share", options.smoothed_share, "of the points, averaged", between(0, 1), execution));
  }
};

using CurvePoints = std::vector<std::pair<std::int64_t, double>>;

/// Means of runs of neighbouring points, at most `most` of them, each at its run's middle point.
[[nodiscard]] inline CurvePoints thinned(const CurvePoints& points, std::size_t most) {
  const std::size_t run = (points.size() + most - 1) / most;
  if (run <= 1)
    return points;
  CurvePoints means;
  for (std::size_t begin = 0; begin < points.size(); begin += run) {
    const std::size_t end = std::min(begin + run, points.size());
    double sum = 0.0;
    for (std::size_t i = begin; i < end; ++i)
      sum += points[i].second;
    means.emplace_back(points[begin + (end - begin) / 2].first, sum / static_cast<double>(end - begin));
  }
  return means;
}

/// Centred moving average over `reach` points on either side, fewer at the ends but as many left as right.
[[nodiscard]] inline CurvePoints moving_average(const CurvePoints& points, std::size_t reach) {
  CurvePoints smooth = points;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::size_t here = std::min({reach, i, points.size() - 1 - i});
    double sum = 0.0;
    for (std::size_t j = i - here; j <= i + here; ++j)
      sum += points[j].second;
    smooth[i].second = sum / static_cast<double>(2 * here + 1);
  }
  return smooth;
}

namespace detail {

inline std::string gnuplot_block(std::string_view name, const CurvePoints& points) {
  std::string block = fmt::format("${} << END_OF_DATA\n", name);
  for (const auto& [iteration, loss] : points)
    fmt::format_to(std::back_inserter(block), "{} {:.6g}\n", iteration, loss);
  return block + "END_OF_DATA\n";
}

inline std::string gnuplot_script(const CurvePoints& raw, const CurvePoints& smooth,
                                  const LearningCurveOptions& options) {
  return gnuplot_block("raw", raw) + gnuplot_block("smooth", smooth) +
         fmt::format("set terminal svg size {},{} font 'sans-serif,11' noenhanced\n", options.width_px,
                     options.height_px) +
         "set key off\n"
         "set border 3 linewidth 0.5\n"
         "set tics out nomirror scale 0.5\n"
         "set grid ytics linewidth 0.5 dashtype 1\n"
         "set xlabel 'iteration'\n"
         "set ylabel 'loss'\n"
         "set autoscale xfixmax\n"
         "set autoscale xfixmin\n"
         "plot $raw with lines linecolor rgb '#56B4E9' linewidth 0.8,"
         " $smooth with lines linecolor rgb '#0072B2' linewidth 2.2\n";
}

/// `text` without every stretch from `begin` to the next `end`, both included.
inline std::string without(std::string text, std::string_view begin, std::string_view end) {
  for (std::size_t from = text.find(begin); from != std::string::npos; from = text.find(begin, from)) {
    const std::size_t to = text.find(end, from + begin.size());
    if (to == std::string::npos)
      break;
    text.erase(from, to + end.size() - from);
  }
  return text;
}

/// gnuplot's drawing as an element of an HTML page: without the XML prologue, and without the definitions, names and
/// titles that every plot repeats (an id may stand only once on a page).
inline std::string as_inline_svg(const std::string& svg, const std::string& label,
                                 const LearningCurveOptions& options) {
  const std::size_t head_begin = svg.find("<svg");
  const std::size_t head_end = head_begin == std::string::npos ? head_begin : svg.find('>', head_begin);
  const std::size_t tail = svg.rfind("</svg>");
  if (head_end == std::string::npos || tail == std::string::npos || tail < head_end)
    throw IoError("gnuplot", fmt::format("expected an SVG drawing, got {} bytes without one", svg.size()));
  std::string body = svg.substr(head_end + 1, tail - head_end - 1);
  body = without(std::move(body), "<defs>", "</defs>");
  body = without(std::move(body), "<title>", "</title>");
  body = without(std::move(body), "<desc>", "</desc>");
  body = without(std::move(body), " id=\"", "\"");
  return fmt::format("<svg class=\"curve\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">{}</svg>",
                     options.width_px, options.height_px, label, body);
}

inline void check_curve(const LearningCurve& curve) {
  if (curve.points.empty())
    throw InvalidArgument("learning curve '" + curve.model + "'", "at least one point", "none");
  for (const auto& [iteration, loss] : curve.points)
    if (!std::isfinite(loss))
      throw InvalidArgument("learning curve '" + curve.model + "'", "finite losses",
                            fmt::format("{} at iteration {}", loss, iteration));
}

} // namespace detail

/// One sentence for those who do not see the plot.
[[nodiscard]] inline std::string describe(const LearningCurve& curve) {
  if (curve.points.empty())
    return "no losses";
  const auto lowest = std::ranges::min_element(curve.points, {}, &std::pair<std::int64_t, double>::second);
  return fmt::format("loss {:.4g} at iteration {}, {:.4g} at iteration {}, lowest {:.4g} at iteration {}",
                     curve.points.front().second, curve.points.front().first, curve.points.back().second,
                     curve.points.back().first, lowest->second, lowest->first);
}

/// Loss against iteration, as it was (thin) and smoothed (bold): an inline SVG element for HTML, drawn by gnuplot.
///
/// Cost: one gnuplot process, about 50 ms. Colours adapt to the page through its style sheet (class `curve`).
/// Throws: InvalidArgument for an empty curve or a loss that is no finite number; IoError where gnuplot is missing.
[[nodiscard]] inline std::string learning_curve_svg(const LearningCurve& curve,
                                                    const LearningCurveOptions& options = {},
                                                    const std::string& gnuplot = "gnuplot") {
  validate(options, "learning_curve");
  detail::check_curve(curve);
  const CurvePoints raw = thinned(curve.points, options.most_points);
  const auto reach = static_cast<std::size_t>(options.smoothed_share * static_cast<double>(raw.size()) / 2.0);
  const std::string script = detail::gnuplot_script(raw, moving_average(raw, reach), options);
  return detail::as_inline_svg(run_gnuplot(script, gnuplot), describe(curve), options);
}

} // namespace sparseann
