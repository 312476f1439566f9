#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include <fmt/format.h>

namespace sparseann {

/// Red, green, blue.
using Rgb = std::array<std::uint8_t, 3>;

/// The colour of a class: seven colours that people with any colour vision tell apart, then the same again.
/// Label 0, background, has none: callers leave it grey.
///
/// Source: Okabe and Ito, Color Universal Design (2008); black is left out, as it is the background of scans.
[[nodiscard]] constexpr Rgb class_color(std::uint8_t label) noexcept {
  constexpr std::array<Rgb, 7> colors{
      {{86, 180, 233}, {213, 94, 0}, {0, 158, 115}, {240, 228, 66}, {204, 121, 167}, {0, 114, 178}, {230, 159, 0}}};
  return colors[(label + colors.size() - 1) % colors.size()];
}

/// The colour of voxels whose label is wrong: none of the classes', and drawn over the image without a blend.
inline constexpr Rgb error_color{255, 0, 255};

/// The colour of a place along an axis, from 0 to 1: equal steps look equally far apart, with any colour vision and in
/// grey. The ends of the map are left out, which vanish on a dark or a white page.
///
/// Source: the map viridis, van der Walt and Smith, SciPy 2015; between nine of its colours straight lines.
[[nodiscard]] inline Rgb axis_color(double share) noexcept {
  constexpr std::array<Rgb, 9> colors{{{68, 1, 84},
                                       {71, 44, 122},
                                       {59, 81, 139},
                                       {44, 113, 142},
                                       {33, 144, 141},
                                       {39, 173, 129},
                                       {92, 200, 99},
                                       {170, 220, 50},
                                       {253, 231, 37}}};
  const double place = 8 * (0.1 + 0.8 * std::clamp(share, 0.0, 1.0));
  const auto below = static_cast<std::size_t>(place);
  const double part = place - static_cast<double>(below);
  Rgb color{};
  for (std::size_t i = 0; i < 3; ++i)
    color[i] = static_cast<std::uint8_t>(std::lround((1 - part) * colors[below][i] + part * colors[below + 1][i]));
  return color;
}

/// As CSS and SVG write it: "#56b4e9".
[[nodiscard]] inline std::string to_hex(const Rgb& color) {
  return fmt::format("#{:02x}{:02x}{:02x}", color[0], color[1], color[2]);
}

} // namespace sparseann
