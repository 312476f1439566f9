#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/io/base64.hpp"
#include "sparseann/io/png.hpp"
#include "sparseann/report/color_map.hpp"
#include "sparseann/report/overlay.hpp"
#include "sparseann/report/report_data.hpp"
#include "sparseann/report/slice_bar.hpp"

namespace sparseann {

namespace detail {

/// A place in the drawing, in px from its upper left corner.
struct Place {
  double x = 0;
  double y = 0;
};

struct Frame {
  double left = 0;
  double top = 0;
  double width = 0;
  double height = 0;

  [[nodiscard]] double right() const noexcept { return left + width; }
  [[nodiscard]] double bottom() const noexcept { return top + height; }
  /// The point of the box that is nearest to a place.
  [[nodiscard]] Place nearest(const Place& place) const noexcept {
    return {std::clamp(place.x, left, right()), std::clamp(place.y, top, bottom())};
  }
};

[[nodiscard]] inline Frame inset(const Frame& box, double margin) noexcept {
  return {box.left + margin, box.top + margin, box.width - 2 * margin, box.height - 2 * margin};
}

[[nodiscard]] inline double common_area(const Frame& a, const Frame& b) noexcept {
  const double width = std::min(a.right(), b.right()) - std::max(a.left, b.left);
  const double height = std::min(a.bottom(), b.bottom()) - std::max(a.top, b.top);
  return std::max(width, 0.0) * std::max(height, 0.0);
}

[[nodiscard]] inline double distance(const Place& a, const Place& b) noexcept {
  return std::hypot(a.x - b.x, a.y - b.y);
}

/// Whether two lines cross, each from the first to the second of its places.
[[nodiscard]] inline bool cross(const std::array<Place, 2>& a, const std::array<Place, 2>& b) noexcept {
  const auto side = [](const std::array<Place, 2>& line, const Place& place) {
    return (line[1].x - line[0].x) * (place.y - line[0].y) - (line[1].y - line[0].y) * (place.x - line[0].x);
  };
  return side(a, b[0]) * side(a, b[1]) < 0 && side(b, a[0]) * side(b, a[1]) < 0;
}

/// Fits points into `area`, with one scale for both axes, so that distances keep their proportions.
[[nodiscard]] inline std::vector<Place> fitted(const Array2<double>& points, const Frame& area) {
  std::array<double, 2> low;
  std::array<double, 2> extent;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    double high = -std::numeric_limits<double>::infinity();
    low[axis] = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < points.shape(0); ++i) {
      low[axis] = std::min(low[axis], points(i, axis));
      high = std::max(high, points(i, axis));
    }
    extent[axis] = high - low[axis];
  }
  const double tiny = std::numeric_limits<double>::min();
  const double scale = std::min(area.width / std::max(extent[0], tiny), area.height / std::max(extent[1], tiny));
  const double used = std::isfinite(scale) ? scale : 0.0; // all points in one place
  std::vector<Place> places;
  for (std::size_t i = 0; i < points.shape(0); ++i)
    places.push_back({area.left + area.width / 2 + used * (points(i, 0) - low[0] - extent[0] / 2),
                      area.top + area.height / 2 - used * (points(i, 1) - low[1] - extent[1] / 2)});
  return places;
}

/// Finds room for thumbnails beside the points that they belong to.
class ThumbnailLayout {
public:
  ThumbnailLayout(const Frame& area, std::span<const Place> points) : area_(area), points_(points) {}

  /// The place of the next thumbnail, that of point `point`: of all places on a grid the one that costs least. It costs
  /// to cover other thumbnails, most of all, then points and lines, then distance.
  [[nodiscard]] Frame place(std::size_t point, double width, double height) {
    constexpr double grid = 8;
    Frame best;
    double least = std::numeric_limits<double>::infinity();
    for (double top = area_.top; top + height <= area_.bottom(); top += grid)
      for (double left = area_.left; left + width <= area_.right(); left += grid) {
        const Frame box{left, top, width, height};
        const double found = cost(box, points_[point], least);
        if (found < least) {
          least = found;
          best = box;
        }
      }
    placed_.push_back(best);
    leaders_.push_back({points_[point], best.nearest(points_[point])});
    return best;
  }

private:
  [[nodiscard]] double cost(const Frame& box, const Place& point, double enough) const {
    constexpr double margin = 3;
    constexpr double clearance = 9; // of marks, which have 6 px and a rim
    const std::array<Place, 2> leader{point, box.nearest(point)};
    const Frame around = inset(box, -margin);
    double sum = distance(leader[0], leader[1]);
    for (std::size_t i = 0; i < placed_.size() && sum < enough; ++i) {
      sum += 1e4 * common_area(around, placed_[i]) / (box.width * box.height);
      sum += cross(leader, leaders_[i]) ? 60.0 : 0.0;
      sum += crosses(leaders_[i], box) ? 60.0 : 0.0;
    }
    for (std::size_t i = 0; i < points_.size() && sum < enough; ++i)
      if (distance(box.nearest(points_[i]), points_[i]) < clearance)
        sum += 40;
    return sum;
  }

  [[nodiscard]] static bool crosses(const std::array<Place, 2>& line, const Frame& box) noexcept {
    return cross(line, {Place{box.left, box.top}, Place{box.right(), box.bottom()}}) ||
           cross(line, {Place{box.right(), box.top}, Place{box.left, box.bottom()}});
  }

  Frame area_;
  std::span<const Place> points_;
  std::vector<Frame> placed_;
  std::vector<std::array<Place, 2>> leaders_;
};

/// A slice as a small picture: how large it is drawn, and its PNG as a URI.
struct Thumbnail {
  double width = 0;
  double height = 0;
  std::string uri;
};

/// Means over square blocks, so that no extent is above `most`.
[[nodiscard]] inline Array2<float> shrunk(const Array2<float>& image, std::size_t most) {
  const std::size_t block = (std::max(image.shape(0), image.shape(1)) + most - 1) / most;
  if (block <= 1)
    return image;
  Array2<float> small = xt::zeros<float>({(image.shape(0) + block - 1) / block, (image.shape(1) + block - 1) / block});
  Array2<float> counts = xt::zeros_like(small);
  for (std::size_t y = 0; y < image.shape(0); ++y)
    for (std::size_t x = 0; x < image.shape(1); ++x) {
      small(y / block, x / block) += image(y, x);
      counts(y / block, x / block) += 1;
    }
  return small / counts;
}

/// Thumbnails get smaller where there are many.
[[nodiscard]] inline Thumbnail thumbnail(OverlayPanel panel, std::size_t count) {
  const double longest = count <= 6 ? 72 : count <= 10 ? 60 : 48;
  constexpr std::size_t pixels = 64;
  panel.image = shrunk(panel.image, pixels);
  const Array3<std::uint8_t> picture = overlay(panel, {.longest_side_px = pixels});
  const auto height = static_cast<double>(picture.shape(0));
  const auto width = static_cast<double>(picture.shape(1));
  const double scale = longest / std::max(height, width);
  return {.width = scale * width, .height = scale * height, .uri = data_uri("image/png", encode_png(picture))};
}

/// Extents of the drawing, in px.
struct FigureLayout {
  static constexpr double panel_width = 470;
  static constexpr double panel_height = 440;
  static constexpr double gap = 20;
  static constexpr double title = 26;
  static constexpr double axis = 84;

  [[nodiscard]] static double width(std::size_t maps) noexcept {
    return static_cast<double>(maps) * (panel_width + gap) - gap;
  }
  [[nodiscard]] static double height() noexcept { return title + panel_height + axis; }
  [[nodiscard]] static Frame panel(std::size_t map) noexcept {
    return {static_cast<double>(map) * (panel_width + gap), title, panel_width, panel_height};
  }
};

/// The colour of a slice: how far it is along the axis.
[[nodiscard]] inline std::string slice_color(std::size_t slice, std::size_t slices) {
  return to_hex(axis_color(slice_position_percent(slice, slices) / 100));
}

/// The curve through all slices, and a point for each.
[[nodiscard]] inline std::string curve_of(std::span<const Place> places) {
  std::string text;
  for (std::size_t i = 1; i < places.size(); ++i)
    fmt::format_to(std::back_inserter(text),
                   "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\" stroke-width=\"1.6\" "
                   "stroke-opacity=\"0.65\"/>",
                   places[i - 1].x, places[i - 1].y, places[i].x, places[i].y, slice_color(i, places.size()));
  for (std::size_t i = 0; i < places.size(); ++i)
    fmt::format_to(std::back_inserter(text),
                   "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"{}\"><title>slice {}</title></circle>",
                   places[i].x, places[i].y, slice_color(i, places.size()), i);
  return text;
}

/// A thumbnail with its line to the point, its frame and the slice's number below it.
[[nodiscard]] inline std::string drawn(const Thumbnail& thumbnail, const Frame& box, const Place& point,
                                       const std::string& color, std::size_t slice) {
  const Place end = box.nearest(point);
  return fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"currentColor\" stroke-width=\"0.8\" "
      "stroke-opacity=\"0.6\"/><image x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" href=\"{}\"/>"
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"none\" stroke=\"{}\" "
      "stroke-width=\"2\"/><text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"11\" text-anchor=\"middle\" "
      "fill=\"currentColor\">{}</text>",
      point.x, point.y, end.x, end.y, box.left, box.top, thumbnail.width, thumbnail.height, thumbnail.uri, box.left,
      box.top, thumbnail.width, thumbnail.height, color, box.left + thumbnail.width / 2,
      box.top + thumbnail.height + 11.5, slice);
}

/// One embedding: title, panel, curve, selected slices, thumbnails.
[[nodiscard]] inline std::string panel_of(const FeatureSpace& space, std::size_t map,
                                          std::span<const Thumbnail> thumbnails) {
  constexpr double number = 14; // room for a thumbnail's number
  const Frame panel = FigureLayout::panel(map);
  const std::vector<Place> places = fitted(space.maps[map].points, inset(panel, 60));
  ThumbnailLayout layout(inset(panel, 8), places);
  std::string text = fmt::format(
      "<text x=\"{:.1f}\" y=\"17\" font-size=\"14\" font-weight=\"600\" fill=\"currentColor\">{}</text><rect "
      "class=\"panel\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"8\" fill=\"#f4f6f8\"/>",
      panel.left + 2, space.maps[map].method, panel.left, panel.top, panel.width, panel.height);
  text += curve_of(places);
  std::string above;
  for (std::size_t rank = 0; rank < space.bar.selected.size(); ++rank) {
    const std::size_t slice = space.bar.selected[rank];
    const std::string color = slice_color(slice, space.bar.slices);
    fmt::format_to(std::back_inserter(above),
                   "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"6\" fill=\"{}\" stroke=\"currentColor\" "
                   "stroke-width=\"1.8\"><title>slice {}, rank {}</title></circle>",
                   places[slice].x, places[slice].y, color, slice, rank);
    if (rank < thumbnails.size())
      text += drawn(thumbnails[rank], layout.place(slice, thumbnails[rank].width, thumbnails[rank].height + number),
                    places[slice], color, slice);
  }
  return text + above;
}

/// The axis in the colours of the slices, a tick at each selected one, the earlier its rank the taller, and its number.
[[nodiscard]] inline std::string colored_axis(const SliceBar& bar, double width, double top) {
  const auto x_of = [&](std::size_t slice) { return width * slice_position_percent(slice, bar.slices) / 100; };
  const double step = width / static_cast<double>(bar.slices);
  std::string text;
  for (std::size_t slice = 0; slice < bar.slices; ++slice) // a little wider, so that no line shows between two
    fmt::format_to(std::back_inserter(text),
                   "<rect x=\"{:.2f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"9\" fill=\"{}\"/>",
                   step * static_cast<double>(slice), top + 32, slice + 1 < bar.slices ? step + 0.4 : step,
                   slice_color(slice, bar.slices));
  for (std::size_t rank = 0; rank < bar.selected.size(); ++rank)
    fmt::format_to(std::back_inserter(text),
                   "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\" stroke=\"currentColor\" "
                   "stroke-width=\"2.5\"><title>slice {3}, rank {4}</title></line>",
                   x_of(bar.selected[rank]), top + 26 - 16 * rank_weight(rank, bar.selected.size()), top + 41,
                   bar.selected[rank], rank);
  std::vector<std::size_t> ascending = bar.selected;
  std::ranges::sort(ascending);
  double free_from = -1;
  for (const std::size_t slice : ascending) {
    const double half = 3.5 * static_cast<double>(std::to_string(slice).size());
    const double x = std::clamp(x_of(slice), half, width - half);
    if (x - half < free_from)
      continue;
    fmt::format_to(std::back_inserter(text),
                   "<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"11\" text-anchor=\"middle\" "
                   "fill=\"currentColor\">{}</text>",
                   x, top + 54, slice);
    free_from = x + half + 4;
  }
  return text + fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"12\" text-anchor=\"middle\" "
                            "fill=\"currentColor\" fill-opacity=\"0.75\">slices 0 to {} of plane {} along their axis, "
                            "those to label marked; taller ticks were chosen earlier</text>",
                            width / 2, top + 76, bar.slices - 1, name_of(bar.plane));
}

} // namespace detail

/// The slices of one stack in feature space, after the paper's Fig. 6(c), as an inline SVG element for HTML: each
/// embedding as a curve through all slices in their order, the selected ones marked and with a thumbnail, and below it
/// the axis with the selected positions. Colours say how far along the axis a slice is.
///
/// Thumbnails lie where they cover least, in the order of the ranks. It needs nothing outside itself, and its text
/// takes the page's colour. Cost: 25 ms for 183 slices, two maps and 12 thumbnails. Throws: InvalidArgument for slices
/// outside the axis, an embedding without a finite point for each slice, more thumbnails than selected slices or no
/// embedding; as `overlay`.
[[nodiscard]] inline std::string feature_space_svg(const FeatureSpace& space) {
  detail::check_feature_space(space);
  std::vector<detail::Thumbnail> thumbnails;
  for (const OverlayPanel& panel : space.thumbnails)
    thumbnails.push_back(detail::thumbnail(panel, space.thumbnails.size()));
  const double width = detail::FigureLayout::width(space.maps.size());
  std::string text = fmt::format("<svg class=\"feature-space\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
                                 "font-family=\"system-ui, sans-serif\" role=\"img\" aria-label=\"{2}\">",
                                 width, detail::FigureLayout::height(), describe(space.bar));
  for (std::size_t map = 0; map < space.maps.size(); ++map)
    text += detail::panel_of(space, map, thumbnails);
  text += detail::colored_axis(space.bar, width, detail::FigureLayout::title + detail::FigureLayout::panel_height);
  return text + "</svg>";
}

/// An inline SVG element as a file of its own.
[[nodiscard]] inline std::string svg_file(std::string element) {
  return element.replace(0, 4, "<svg xmlns=\"http://www.w3.org/2000/svg\"") + "\n";
}

} // namespace sparseann
