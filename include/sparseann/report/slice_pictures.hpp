#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/data/slices.hpp"
#include "sparseann/report/report_data.hpp"

namespace sparseann {

/// The slice among `slices` of `plane` with the most foreground, the middle one of them where there is none; ties go to
/// the earlier one. Throws: InvalidArgument for no slices, or one that is not there.
[[nodiscard]] inline std::size_t fullest_slice(const Array3<std::uint8_t>& labels, Plane plane,
                                               std::span<const std::size_t> slices) {
  if (slices.empty())
    throw InvalidArgument("slices", "at least one", "none");
  std::size_t best = slices[slices.size() / 2];
  std::size_t most = 0;
  for (const std::size_t s : slices) {
    const Array2<std::uint8_t> slice = copy_slice(labels, plane, s);
    const auto foreground =
        static_cast<std::size_t>(std::ranges::count_if(elements(slice), [](auto l) { return l != 0; }));
    if (foreground > most) {
      most = foreground;
      best = s;
    }
  }
  return best;
}

/// The same of all slices of `plane`.
[[nodiscard]] inline std::size_t fullest_slice(const Array3<std::uint8_t>& labels, Plane plane) {
  std::vector<std::size_t> all(slice_count(shape_of(labels), plane));
  std::iota(all.begin(), all.end(), std::size_t{0});
  return fullest_slice(labels, plane, all);
}

/// Pictures of one slice of one case, the image first.
///
/// Shapes: labels and references (z, y, x) as the image. Throws: InvalidArgument for a slice that is not there.
class SlicePictures {
public:
  SlicePictures(const Case& subject, Plane plane, std::size_t slice)
      : plane_(plane), slice_(slice), row_{.case_name = subject.name,
                                           .caption = fmt::format("plane {}, slice {}", name_of(plane), slice),
                                           .panels = {}} {
    const Array3<float> image = copy_slice(subject.image.voxels, plane, slice);
    image_ = xt::view(image, 0, xt::all(), xt::all());
    const auto& spacing = subject.image.geometry.spacing_mm;
    switch (plane) {
    case Plane::xy: spacing_ = {spacing[1], spacing[2]}; break;
    case Plane::xz: spacing_ = {spacing[0], spacing[2]}; break;
    case Plane::yz: spacing_ = {spacing[0], spacing[1]}; break;
    }
    row_.panels.push_back(
        {.caption = "image", .image = image_, .labels = {}, .unlabelled = {}, .spacing_mm = spacing_});
  }

  void add(std::string caption, const Array3<std::uint8_t>& labels, std::optional<std::uint8_t> unlabelled = {}) {
    row_.panels.push_back({.caption = std::move(caption),
                           .image = image_,
                           .labels = copy_slice(labels, plane_, slice_),
                           .unlabelled = unlabelled,
                           .spacing_mm = spacing_});
  }

  /// As above, voxels marked whose label is not the reference's.
  void add_compared(std::string caption, const Array3<std::uint8_t>& labels, const Array3<std::uint8_t>& reference) {
    add(std::move(caption), labels);
    row_.panels.back().reference = copy_slice(reference, plane_, slice_);
  }

  [[nodiscard]] OverlayRow row() const { return row_; }

private:
  Plane plane_;
  std::size_t slice_;
  OverlayRow row_;
  Array2<float> image_;
  std::array<double, 2> spacing_{};
};

} // namespace sparseann
