#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/core/random.hpp"

namespace sparseann {

/// Which random flips and turns training patches get. None by default: where position tells the classes apart (the
/// anterior from the posterior hippocampus, say) they do harm.
struct AugmentationOptions {
  bool flip_z = false;
  bool flip_y = false;
  bool flip_x = false;
  bool quarter_turns_axial = false;

  friend void visit(AugmentationOptions& options, auto&& visitor) {
    visitor(field("flip_z", options.flip_z, "mirror half of the patches along z"));
    visitor(field("flip_y", options.flip_y, "mirror half of the patches along y"));
    visitor(field("flip_x", options.flip_x, "mirror half of the patches along x"));
    visitor(field("quarter_turns_axial", options.quarter_turns_axial,
                  "turn patches by 0, 90, 180 or 270 degrees in the xy plane, which must be square"));
  }
};

/// The paper's setting: flips and quarter turns in the axial plane, all eight symmetries of the square alike.
[[nodiscard]] constexpr AugmentationOptions paper_augmentation() noexcept {
  return {.flip_y = true, .flip_x = true, .quarter_turns_axial = true};
}

/// One drawn symmetry of space: flips first, then quarter turns in the xy plane, each as numpy's
/// rot90: (y, x) becomes what was at (x, n - 1 - y).
struct Augmentation {
  std::array<bool, 3> flips{};   ///< along z, y, x
  std::size_t quarter_turns = 0; ///< 0..3

  bool operator==(const Augmentation&) const = default;
};

/// Draws one symmetry, uniform over those that the options allow. One draw serves an image and its labels.
[[nodiscard]] inline Augmentation draw_augmentation(const AugmentationOptions& options, Generator& generator) {
  Augmentation augmentation;
  augmentation.flips[0] = options.flip_z && generator.coin();
  augmentation.flips[1] = options.flip_y && generator.coin();
  augmentation.flips[2] = options.flip_x && generator.coin();
  if (options.quarter_turns_axial)
    augmentation.quarter_turns = generator.uniform_index(4);
  return augmentation;
}

/// Refuses options that the patches of a training run cannot take, before it starts.
///
/// Throws: InvalidArgument for quarter turns of patches (z, y, x) that are not square in the xy plane.
inline void check_augmentation(const AugmentationOptions& options, const Shape3& extent) {
  if (options.quarter_turns_axial && extent[1] != extent[2])
    throw InvalidArgument("quarter_turns_axial", "patches that are square in the xy plane",
                          fmt::format("{} x {}", extent[1], extent[2]));
}

namespace detail {

/// A row-major array seen through flips and turns: element (i, j, k) is at first + the sum of index times stride.
struct SymmetryView {
  std::ptrdiff_t first = 0;
  std::array<std::ptrdiff_t, 3> extent;
  std::array<std::ptrdiff_t, 3> stride;

  explicit SymmetryView(const Shape3& shape)
      : extent{static_cast<std::ptrdiff_t>(shape[0]), static_cast<std::ptrdiff_t>(shape[1]),
               static_cast<std::ptrdiff_t>(shape[2])},
        stride{extent[1] * extent[2], extent[2], 1} {}

  void flip(std::size_t axis) noexcept {
    first += (extent[axis] - 1) * stride[axis];
    stride[axis] = -stride[axis];
  }

  /// Element (i, j, k) becomes what was at (i, k, n - 1 - j).
  void quarter_turn() noexcept {
    flip(2);
    std::swap(stride[1], stride[2]);
    std::swap(extent[1], extent[2]);
  }
};

[[nodiscard]] inline SymmetryView view_through(const Augmentation& augmentation, const Shape3& shape) {
  if (augmentation.quarter_turns % 2 == 1 && shape[1] != shape[2])
    throw InvalidArgument("quarter_turns", "a patch that is square in the xy plane",
                          fmt::format("{} x {}", shape[1], shape[2]));
  SymmetryView view(shape);
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (augmentation.flips[axis])
      view.flip(axis);
  for (std::size_t turn = 0; turn < augmentation.quarter_turns % 4; ++turn)
    view.quarter_turn();
  return view;
}

template <class T> void copy_through(const SymmetryView& view, const T* from, T* to) {
  for (std::ptrdiff_t i = 0; i < view.extent[0]; ++i)
    for (std::ptrdiff_t j = 0; j < view.extent[1]; ++j) {
      const T* row = from + view.first + i * view.stride[0] + j * view.stride[1];
      for (std::ptrdiff_t k = 0; k < view.extent[2]; ++k)
        *to++ = row[k * view.stride[2]];
    }
}

template <class T, std::size_t Rank>
[[nodiscard]] Array<T, Rank> augmented(const Augmentation& augmentation, const Array<T, Rank>& source,
                                       std::size_t channels, const Shape3& shape) {
  const SymmetryView view = view_through(augmentation, shape);
  Array<T, Rank> result(source.shape());
  for (std::size_t channel = 0; channel < channels; ++channel)
    copy_through(view, source.data() + channel * voxel_count(shape), result.data() + channel * voxel_count(shape));
  return result;
}

/// What an augmentation of space does to a slice of `plane`, as a volume of one such slice.
[[nodiscard]] inline Augmentation within_plane(const Augmentation& augmentation, Plane plane) noexcept {
  const std::size_t row_axis = plane == Plane::xy ? 1 : 0;
  const std::size_t column_axis = plane == Plane::yz ? 1 : 2;
  return {.flips = {false, augmentation.flips[row_axis], augmentation.flips[column_axis]},
          .quarter_turns = plane == Plane::xy ? augmentation.quarter_turns : 0};
}

} // namespace detail

/// An augmented copy of an image patch.
///
/// Shapes: (C, z, y, x) in and out.
/// Throws: InvalidArgument for an odd number of quarter turns of a patch that is not square in the xy plane.
template <class T> [[nodiscard]] Array4<T> augment_volume(const Augmentation& augmentation, const Array4<T>& image) {
  return detail::augmented(augmentation, image, image.shape(0), {image.shape(1), image.shape(2), image.shape(3)});
}

/// An augmented copy of a label patch.
///
/// Shapes: (z, y, x) in and out.
/// Throws: as for images.
template <class T> [[nodiscard]] Array3<T> augment_volume(const Augmentation& augmentation, const Array3<T>& labels) {
  return detail::augmented(augmentation, labels, 1, {labels.shape(0), labels.shape(1), labels.shape(2)});
}

/// An augmented copy of an image patch of a slice: the flips of the plane's own two axes, and turns in plane xy alone.
///
/// Shapes: (C, rows, columns) in and out, rows and columns as in `slice_shape`.
/// Throws: as for volumes.
template <class T>
[[nodiscard]] Array3<T> augment_slice(const Augmentation& augmentation, Plane plane, const Array3<T>& image) {
  return detail::augmented(detail::within_plane(augmentation, plane), image, image.shape(0),
                           {1, image.shape(1), image.shape(2)});
}

/// An augmented copy of a label patch of a slice.
///
/// Shapes: (rows, columns) in and out.
/// Throws: as for volumes.
template <class T>
[[nodiscard]] Array2<T> augment_slice(const Augmentation& augmentation, Plane plane, const Array2<T>& labels) {
  return detail::augmented(detail::within_plane(augmentation, plane), labels, 1, {1, labels.shape(0), labels.shape(1)});
}

} // namespace sparseann
