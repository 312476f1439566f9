#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sparseann/report/color_map.hpp"

namespace sparseann {

/// A label as a viewer shows it.
struct ViewedLabel {
  std::string name;
  Rgb color{};
  double opacity = 1.0;
};

/// Labels 0, 1 and so on of annotators' files: background invisible, classes in their colours, `ignore` a grey veil,
/// so that the planned slices stand out as clear windows.
[[nodiscard]] inline std::vector<ViewedLabel> viewed_labels(const std::vector<std::string>& class_names) {
  std::vector<ViewedLabel> labels;
  for (std::size_t label = 0; label < class_names.size(); ++label)
    labels.push_back({.name = class_names[label],
                      .color = label == 0 ? Rgb{0, 0, 0} : class_color(static_cast<std::uint8_t>(label)),
                      .opacity = label == 0 ? 0.0 : 1.0});
  labels.push_back({.name = "ignore", .color = {128, 128, 128}, .opacity = 0.4});
  return labels;
}

/// Labels of a guide volume, see GuideMark.
[[nodiscard]] inline std::vector<ViewedLabel> viewed_guide_marks() {
  return {{.name = "elsewhere", .color = {0, 0, 0}, .opacity = 0.0},
          {.name = "draw in plane xy", .color = class_color(1)},
          {.name = "draw in plane xz", .color = class_color(2)},
          {.name = "draw in plane yz", .color = class_color(3)},
          {.name = "planned slices cross", .color = class_color(4)},
          {.name = "annotated earlier", .color = class_color(5)}};
}

/// ITK-SNAP's label descriptions: a line per label of index, red, green, blue, opacity, visibility, mesh visibility and
/// the name in quotes. Source: the file that ITK-SNAP 4 itself saves (Segmentation > Label Editor > Actions).
[[nodiscard]] inline std::string itk_snap_labels(const std::vector<ViewedLabel>& labels) {
  std::string text = "################################################\n"
                     "# ITK-SnAP Label Description File\n"
                     "# File format:\n"
                     "# IDX   -R-  -G-  -B-  -A--  VIS MSH  LABEL\n"
                     "################################################\n";
  for (std::size_t index = 0; index < labels.size(); ++index) {
    const auto& [name, color, opacity] = labels[index];
    std::string quoted = name;
    std::ranges::replace(quoted, '"', '\'');
    const int visible = opacity > 0 ? 1 : 0;
    text += fmt::format("{:5} {:5} {:4} {:4} {:8.2f} {:2} {:2}    \"{}\"\n", index, color[0], color[1], color[2],
                        opacity, visible, visible, quoted);
  }
  return text;
}

/// 3D Slicer's colour table: a line per label of index, name, red, green, blue and opacity, where a blank in a name is
/// an underscore. Source: Slicer's documentation, "Color table file (.ctbl, .txt)".
[[nodiscard]] inline std::string slicer_color_table(const std::vector<ViewedLabel>& labels) {
  std::string text = fmt::format("# Color table file\n# {} values\n", labels.size());
  for (std::size_t index = 0; index < labels.size(); ++index) {
    const auto& [name, color, opacity] = labels[index];
    std::string word = name;
    std::ranges::replace_if(word, [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }, '_');
    text += fmt::format("{} {} {} {} {} {}\n", index, word, color[0], color[1], color[2],
                        static_cast<int>(255 * opacity + 0.5));
  }
  return text;
}

} // namespace sparseann
