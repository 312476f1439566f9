#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/report/color_map.hpp"
#include "sparseann/report/report_data.hpp"

namespace sparseann {

struct OverlayOptions {
  double opacity = 0.5;              ///< of a class's colour over the grey image
  std::size_t longest_side_px = 224; ///< slices are enlarged by the largest whole factor that stays within it
  double low_quantile = 0.01;        ///< of the slice's values, shown black
  double high_quantile = 0.99;       ///< shown white

  friend void visit(OverlayOptions& options, auto&& visitor) {
    constexpr Affects execution = Affects::execution;
    visitor(field("opacity", options.opacity, "of a class's colour over the image", between(0, 1), execution));
    visitor(field("longest_side_px", options.longest_side_px, "size of a picture", at_least(1), execution));
    visitor(field("low_quantile", options.low_quantile, "of values, shown black", between(0, 1), execution));
    visitor(field("high_quantile", options.high_quantile, "of values, shown white", between(0, 1), execution));
  }
};

namespace detail {

/// The grey window of a slice, so that a few bright voxels do not darken the rest.
struct GreyWindow {
  float low = 0.0F;
  float high = 1.0F;

  [[nodiscard]] double operator()(float value) const noexcept {
    if (high <= low) // a slice outside the body: nothing to see
      return 0.0;
    return 255.0 * std::clamp((static_cast<double>(value) - low) / (static_cast<double>(high) - low), 0.0, 1.0);
  }
};

inline GreyWindow grey_window(const OverlayPanel& panel, const OverlayOptions& options) {
  const auto values = elements(panel.image);
  std::vector<float> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const auto at = [&](double quantile) {
    return sorted[static_cast<std::size_t>(std::lround(quantile * static_cast<double>(sorted.size() - 1)))];
  };
  return {at(options.low_quantile), at(options.high_quantile)};
}

/// Extents (height, width) in pixels: square millimetres become square pixels.
inline std::array<std::size_t, 2> picture_size(const OverlayPanel& panel, std::size_t longest_side_px) {
  const double unit = std::min(panel.spacing_mm[0], panel.spacing_mm[1]);
  const double height = static_cast<double>(panel.image.shape(0)) * panel.spacing_mm[0] / unit;
  const double width = static_cast<double>(panel.image.shape(1)) * panel.spacing_mm[1] / unit;
  const double factor = std::max(1.0, std::floor(static_cast<double>(longest_side_px) / std::max(height, width)));
  return {static_cast<std::size_t>(std::lround(height * factor)),
          static_cast<std::size_t>(std::lround(width * factor))};
}

/// Unlabelled voxels: dimmed, under diagonal stripes 2 px wide every 8 px.
inline double hatched(double grey, std::size_t row, std::size_t column) {
  return (row + column) % 8 < 2 ? 0.35 * grey + 56.0 : 0.35 * grey;
}

inline void check_panel(const OverlayPanel& panel) {
  if (panel.image.size() == 0)
    throw InvalidArgument("overlay panel '" + panel.caption + "'", "an image slice", "an empty array");
  if (panel.labels && panel.labels->shape() != panel.image.shape())
    throw InvalidArgument("overlay panel '" + panel.caption + "'",
                          fmt::format("labels of the image's {} x {}", panel.image.shape(0), panel.image.shape(1)),
                          fmt::format("{} x {}", panel.labels->shape(0), panel.labels->shape(1)));
  if (panel.reference && (!panel.labels || panel.reference->shape() != panel.image.shape()))
    throw InvalidArgument("overlay panel '" + panel.caption + "'", "labels, and a reference of the image's extents",
                          panel.labels ? "another reference" : "a reference alone");
  for (const float value : elements(panel.image))
    if (!std::isfinite(value))
      throw InvalidArgument("overlay panel '" + panel.caption + "'", "finite values", fmt::format("{}", value));
  for (const double spacing : panel.spacing_mm)
    if (!std::isfinite(spacing) || spacing <= 0.0)
      throw InvalidArgument("overlay panel '" + panel.caption + "'", "a spacing above 0 mm",
                            fmt::format("{}", spacing));
}

} // namespace detail

/// A slice as a picture, its labels blended over it.
///
/// Formula: grey g = 255 (v - low) / (high - low), clamped; background g; class c (1 - opacity) g + opacity colour(c);
/// where the label is not the reference's, error_color; unlabelled 0.35 g under stripes. Enlarged
/// by nearest neighbour.
/// Shapes: panel (rows, columns) -> (height, width, 3), 8-bit RGB. Cost: O(pixels + voxels log voxels).
/// Throws: InvalidArgument for an empty image, labels of another shape, values or spacings that are no numbers.
[[nodiscard]] inline Array3<std::uint8_t> overlay(const OverlayPanel& panel, const OverlayOptions& options = {}) {
  validate(options, "overlay");
  detail::check_panel(panel);
  const detail::GreyWindow window = detail::grey_window(panel, options);
  const auto [height, width] = detail::picture_size(panel, options.longest_side_px);
  Array3<std::uint8_t> picture = Array3<std::uint8_t>::from_shape({height, width, 3});
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x) {
      // Pixel y shows the voxel under its centre: floor((y + 1/2) rows / height), in whole numbers.
      const std::size_t row = (2 * y + 1) * panel.image.shape(0) / (2 * height);
      const std::size_t column = (2 * x + 1) * panel.image.shape(1) / (2 * width);
      const double grey = window(panel.image(row, column));
      const std::uint8_t label = panel.labels ? (*panel.labels)(row, column) : std::uint8_t{0};
      const bool unlabelled = panel.labels && panel.unlabelled == label;
      const bool wrong = panel.reference && (*panel.reference)(row, column) != label;
      const Rgb color = wrong ? error_color : class_color(label);
      const double opacity = wrong ? 1.0 : options.opacity;
      for (std::size_t channel = 0; channel < 3; ++channel) {
        double value = grey;
        if (unlabelled)
          value = detail::hatched(grey, y, x);
        else if (label != 0 || wrong)
          value = (1.0 - opacity) * grey + opacity * color[channel];
        picture(y, x, channel) = static_cast<std::uint8_t>(std::lround(value));
      }
    }
  return picture;
}

} // namespace sparseann
