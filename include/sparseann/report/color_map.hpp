#pragma once

#include <array>
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

/// As CSS and SVG write it: "#56b4e9".
[[nodiscard]] inline std::string to_hex(const Rgb& color) {
  return fmt::format("#{:02x}{:02x}{:02x}", color[0], color[1], color[2]);
}

} // namespace sparseann
