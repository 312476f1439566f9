#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "sparseann/annotate/slice_places.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/io/base64.hpp"
#include "sparseann/io/png.hpp"
#include "sparseann/report/overlay.hpp"
#include "sparseann/report/report_data.hpp"
#include "sparseann/report/run_report.hpp"
#include "sparseann/report/slice_bar.hpp"

namespace sparseann {

namespace detail {

[[nodiscard]] inline std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text)
    escaped += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : std::string(1, c);
  return escaped;
}

/// The picture of a plan for one case, from the top down.
class PlanPicture {
public:
  explicit PlanPicture(const Case& subject) : subject_(subject) {
    add_text(margin_px, "title", subject.name);
    y_ += 12;
  }

  void add_plane(const SliceBar& bar) {
    check_slices("plan picture", bar);
    y_ += 24;
    add_text(margin_px, "plane", heading(bar));
    body_ += fmt::format("<svg x=\"{}\" y=\"{}\" width=\"{}\" height=\"52\">{}</svg>\n", margin_px, y_,
                         width_px - 2 * margin_px, slice_bar_svg(bar));
    y_ += 60;
    for (std::size_t first = 0; first < bar.selected.size(); first += columns)
      add_row(bar, first, std::min(first + columns, bar.selected.size()));
  }

  [[nodiscard]] std::string svg() const {
    return fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\">"
                       "\n<style>text{{font:13px sans-serif;fill:#1b2430}}.title{{font-size:18px;font-weight:bold}}"
                       ".plane{{font-size:15px;font-weight:bold}}.axis{{fill:#dde2e8}}.tick{{stroke:#0072b2;"
                       "stroke-width:2}}image{{image-rendering:pixelated}}</style>\n"
                       "<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n{2}</svg>\n",
                       width_px, y_ + margin_px, body_);
  }

private:
  static constexpr std::size_t columns = 6;
  static constexpr std::size_t cell_px = 150;
  static constexpr std::size_t gap_px = 10;
  static constexpr std::size_t margin_px = 20;
  static constexpr std::size_t width_px = 2 * margin_px + columns * (cell_px + gap_px) - gap_px;

  void add_text(std::size_t x, std::string_view style, const std::string& text) {
    y_ += 18;
    body_ += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\">{}</text>\n", style, x, y_, xml_escaped(text));
  }

  [[nodiscard]] std::string heading(const SliceBar& bar) const {
    std::string text = fmt::format("plane {}", name_of(bar.plane));
    if (const auto place = place_of_slice(subject_.image.geometry, bar.plane, 0)) {
      const AnatomicalView view = view_along(place->step_mm);
      text += fmt::format(" ({}, slice 0 to {} goes toward {})", view.name, bar.slices - 1, view.toward);
    }
    return text + fmt::format(": {} of {} slices, by rank", bar.selected.size(), bar.slices);
  }

  void add_row(const SliceBar& bar, std::size_t first, std::size_t end) {
    std::size_t height = 0;
    std::size_t x = margin_px;
    for (std::size_t rank = first; rank < end; ++rank, x += cell_px + gap_px)
      height = std::max(height, add_thumbnail(bar, rank, x));
    y_ += height + 50 + gap_px;
  }

  /// Returns the picture's height. Under it lie the slice's place on the axis, and rank, number and place in words.
  std::size_t add_thumbnail(const SliceBar& bar, std::size_t rank, std::size_t x) {
    const std::size_t slice = bar.selected[rank];
    const OverlayRow row = SlicePictures(subject_, bar.plane, slice).row();
    const Array3<std::uint8_t> picture = overlay(row.panels.front(), {.longest_side_px = cell_px});
    const double scale =
        std::min(1.0, static_cast<double>(cell_px) / static_cast<double>(std::max(picture.shape(0), picture.shape(1))));
    const auto scaled = [scale](std::size_t pixels) {
      return std::max<std::size_t>(1, static_cast<std::size_t>(scale * static_cast<double>(pixels)));
    };
    const std::size_t height = scaled(picture.shape(0));
    body_ += fmt::format("<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" href=\"{}\"/>\n", x, y_,
                         scaled(picture.shape(1)), height, data_uri("image/png", encode_png(picture)));
    add_caption(bar, rank, x, y_ + height);
    return height;
  }

  void add_caption(const SliceBar& bar, std::size_t rank, std::size_t x, std::size_t y) {
    const std::size_t slice = bar.selected[rank];
    const double tick = static_cast<double>(x) + slice_position_percent(slice, bar.slices) / 100 * cell_px;
    body_ += fmt::format("<rect class=\"axis\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"4\"/>"
                         "<line class=\"tick\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{}\" y2=\"{}\"/>\n",
                         x, y + 6, cell_px, tick, tick, y + 3, y + 13);
    body_ += fmt::format("<text x=\"{}\" y=\"{}\">rank {}: slice {}</text>\n", x, y + 28, rank, slice);
    if (const auto place = place_of_slice(subject_.image.geometry, bar.plane, slice))
      body_ += fmt::format("<text x=\"{}\" y=\"{}\">{:.1f}, {:.1f}, {:.1f} mm</text>\n", x, y + 44,
                           rounded_mm(place->centre_mm[0]), rounded_mm(place->centre_mm[1]),
                           rounded_mm(place->centre_mm[2]));
  }

  const Case& subject_;
  std::string body_;
  std::size_t y_ = 10;
};

} // namespace detail

/// The slices of one case to label, as an SVG file that a browser opens: for each plane its axis with the selected
/// slices (see slice_bar_svg), and every one as a thumbnail by rank, with its place on the axis, its number and where
/// in the scanner its middle lies (x, y, z, see place_of_slice), where the image states that.
///
/// Thumbnails show the first channel with row 0 on top, as overlay does: not necessarily with the head up.
/// Throws: InvalidArgument for slices outside their axis.
[[nodiscard]] inline std::string plan_picture_svg(const Case& subject, const CaseSelection& selection) {
  detail::PlanPicture picture(subject);
  for (const SliceBar& bar : selection.planes)
    if (!bar.selected.empty())
      picture.add_plane(bar);
  return picture.svg();
}

} // namespace sparseann
