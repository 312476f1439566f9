#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/parallel.hpp"
#include "sparseann/core/volume.hpp"

namespace sparseann {

/// Voxels per label in a prediction, in its reference, and in both at once.
struct OverlapCounts {
  std::array<std::size_t, 256> prediction{};
  std::array<std::size_t, 256> reference{};
  std::array<std::size_t, 256> both{};

  void add(std::uint8_t predicted, std::uint8_t expected) noexcept {
    ++prediction[predicted];
    ++reference[expected];
    if (predicted == expected)
      ++both[predicted];
  }

  /// As many voxels in which both sides have this label.
  void add_same(std::uint8_t label, std::size_t count) noexcept {
    prediction[label] += count;
    reference[label] += count;
    both[label] += count;
  }

  void add(const OverlapCounts& other) noexcept {
    for (std::size_t label = 0; label < both.size(); ++label) {
      prediction[label] += other.prediction[label];
      reference[label] += other.reference[label];
      both[label] += other.both[label];
    }
  }

  bool operator==(const OverlapCounts&) const = default;
};

namespace detail {

/// Calls same(place, label) for eight voxels from `place` on that all have one label on both sides, and each(place) for
/// every other voxel. Most of a volume is uniform, and eight voxels are one comparison.
void for_voxels_by_eight(std::span<const std::uint8_t> prediction, std::span<const std::uint8_t> reference, auto&& same,
                         auto&& each) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  std::size_t place = 0;
  for (; place + 8 <= prediction.size(); place += 8) {
    std::uint64_t predicted = 0;
    std::uint64_t expected = 0;
    std::memcpy(&predicted, prediction.data() + place, 8);
    std::memcpy(&expected, reference.data() + place, 8);
    const auto label = static_cast<std::uint8_t>(predicted);
    if (predicted == expected && predicted == label * ones) {
      same(place, label);
      continue;
    }
    for (std::size_t i = place; i < place + 8; ++i)
      each(i);
  }
  for (; place < prediction.size(); ++place)
    each(place);
}

inline void check_same_size(std::size_t prediction, std::size_t reference) {
  if (prediction != reference)
    throw InvalidArgument("prediction", fmt::format("{} voxels as in the reference", reference),
                          std::to_string(prediction));
}

} // namespace detail

/// Counts every label of two label arrays in one pass.
///
/// Cost: linear in the voxels.
/// Throws: InvalidArgument where the arrays differ in size.
[[nodiscard]] inline OverlapCounts count_overlap(std::span<const std::uint8_t> prediction,
                                                 std::span<const std::uint8_t> reference) {
  detail::check_same_size(prediction.size(), reference.size());
  OverlapCounts counts;
  detail::for_voxels_by_eight(
      prediction, reference, [&](std::size_t, std::uint8_t label) { counts.add_same(label, 8); },
      [&](std::size_t i) { counts.add(prediction[i], reference[i]); });
  return counts;
}

/// All that one pass over a prediction and its reference finds: counts, and of every label but 0 the smallest box
/// around its voxels on both sides, empty where there are none.
struct LabelScan {
  OverlapCounts counts;
  std::array<VoxelBox, 256> boxes{};
};

namespace detail {

inline void widen(VoxelBox& box, const VoxelBox& by) noexcept {
  if (by.past[2] == 0)
    return;
  const bool was_empty = box.past[2] == 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    box.first[axis] = was_empty ? by.first[axis] : std::min(box.first[axis], by.first[axis]);
    box.past[axis] = std::max(box.past[axis], by.past[axis]);
  }
}

inline void scan_row(std::span<const std::uint8_t> prediction, std::span<const std::uint8_t> reference, std::size_t z,
                     std::size_t y, LabelScan& scan) {
  const auto extend = [&](std::uint8_t label, std::size_t first, std::size_t past) {
    if (label != 0)
      widen(scan.boxes[label], {.first = {z, y, first}, .past = {z + 1, y + 1, past}});
  };
  for_voxels_by_eight(
      prediction, reference,
      [&](std::size_t x, std::uint8_t label) {
        scan.counts.add_same(label, 8);
        extend(label, x, x + 8);
      },
      [&](std::size_t x) {
        scan.counts.add(prediction[x], reference[x]);
        extend(prediction[x], x, x + 1);
        extend(reference[x], x, x + 1);
      });
}

} // namespace detail

/// Scans a prediction and its reference, all labels at once.
///
/// Shapes: both (z, y, x). Cost: linear in the voxels, which are read once.
/// Throws: InvalidArgument where the shapes differ.
[[nodiscard]] inline LabelScan scan_labels(const Array3<std::uint8_t>& prediction,
                                           const Array3<std::uint8_t>& reference, const Execution& execution = {}) {
  const Shape3 shape = shape_of(reference);
  if (shape_of(prediction) != shape)
    throw InvalidArgument("prediction", to_string(shape) + " voxels as in the reference",
                          to_string(shape_of(prediction)));
  constexpr double seconds_per_voxel = 3e-10;
  const std::size_t parts = worthwhile_threads(execution, seconds_per_voxel * static_cast<double>(reference.size()));
  std::vector<LabelScan> scans(parts);
  parallel_for(parts, parts, [&](std::size_t part) {
    for (std::size_t z = shape[0] * part / parts; z < shape[0] * (part + 1) / parts; ++z)
      for (std::size_t y = 0; y < shape[1]; ++y) {
        const std::size_t begin = (z * shape[1] + y) * shape[2];
        detail::scan_row(elements(prediction).subspan(begin, shape[2]), elements(reference).subspan(begin, shape[2]), z,
                         y, scans[part]);
      }
  });
  for (std::size_t part = 1; part < parts; ++part) {
    scans[0].counts.add(scans[part].counts);
    for (std::size_t label = 0; label < scans[0].boxes.size(); ++label)
      detail::widen(scans[0].boxes[label], scans[part].boxes[label]);
  }
  return scans[0];
}

namespace detail {
/// part / whole, and where there is nothing to divide by what `empty` says.
[[nodiscard]] inline double share(std::size_t part, std::size_t whole, double empty) noexcept {
  return whole == 0 ? empty : static_cast<double>(part) / static_cast<double>(whole);
}
} // namespace detail

/// Dice coefficient of one label: 2 |P and R| / (|P| + |R|); 1 where both are empty, 0 where one is.
///
/// Source: L. R. Dice, "Measures of the amount of ecologic association between species", Ecology 26 (1945).
[[nodiscard]] inline double dice(const OverlapCounts& counts, std::uint8_t label) noexcept {
  return detail::share(2 * counts.both[label], counts.prediction[label] + counts.reference[label], 1.0);
}

/// Jaccard index of one label: |P and R| / |P or R|; 1 where both are empty.
[[nodiscard]] inline double jaccard(const OverlapCounts& counts, std::uint8_t label) noexcept {
  return detail::share(counts.both[label], counts.prediction[label] + counts.reference[label] - counts.both[label],
                       1.0);
}

/// Sensitivity (recall) of one label: |P and R| / |R|. Where the reference is empty: 1 if the prediction is, too, else
/// NaN, as there is nothing to find.
[[nodiscard]] inline double sensitivity(const OverlapCounts& counts, std::uint8_t label) noexcept {
  return detail::share(counts.both[label], counts.reference[label],
                       counts.prediction[label] == 0 ? 1.0 : std::numeric_limits<double>::quiet_NaN());
}

/// Precision of one label: |P and R| / |P|. Where the prediction is empty: 1 if the reference is, too, else NaN.
[[nodiscard]] inline double precision(const OverlapCounts& counts, std::uint8_t label) noexcept {
  return detail::share(counts.both[label], counts.prediction[label],
                       counts.reference[label] == 0 ? 1.0 : std::numeric_limits<double>::quiet_NaN());
}

/// How much larger a label is in the prediction than in the reference. Units: mm^3 per voxel to ml.
[[nodiscard]] inline double volume_difference_ml(const OverlapCounts& counts, std::uint8_t label,
                                                 double voxel_mm3) noexcept {
  return (static_cast<double>(counts.prediction[label]) - static_cast<double>(counts.reference[label])) * voxel_mm3 /
         1000.0;
}

/// Dice coefficient of every class, background (class 0) included.
///
/// Shapes: `classes` values.
/// Throws: InvalidArgument where the arrays differ in size or `classes` is not in 1..256.
[[nodiscard]] inline std::vector<double> dice_per_class(std::span<const std::uint8_t> prediction,
                                                        std::span<const std::uint8_t> reference, std::size_t classes) {
  if (classes == 0 || classes > 256)
    throw InvalidArgument("classes", "a number from 1 to 256", std::to_string(classes));
  const OverlapCounts counts = count_overlap(prediction, reference);
  std::vector<double> values(classes);
  for (std::size_t label = 0; label < classes; ++label)
    values[label] = dice(counts, static_cast<std::uint8_t>(label));
  return values;
}

} // namespace sparseann
