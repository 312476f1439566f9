#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"

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
};

/// Counts every label of two label arrays in one pass.
///
/// Cost: linear in the voxels.
/// Throws: InvalidArgument where the arrays differ in size.
[[nodiscard]] inline OverlapCounts count_overlap(std::span<const std::uint8_t> prediction,
                                                 std::span<const std::uint8_t> reference) {
  if (prediction.size() != reference.size())
    throw InvalidArgument("prediction", fmt::format("{} voxels as in the reference", reference.size()),
                          std::to_string(prediction.size()));
  OverlapCounts counts;
  for (std::size_t i = 0; i < prediction.size(); ++i)
    counts.add(prediction[i], reference[i]);
  return counts;
}

/// Dice coefficient of one label: 2 |P and R| / (|P| + |R|); 1 where both are empty, 0 where one is.
///
/// Source: L. R. Dice, "Measures of the amount of ecologic association between species", Ecology 26 (1945).
[[nodiscard]] inline double dice(const OverlapCounts& counts, std::uint8_t label) noexcept {
  const std::size_t sum = counts.prediction[label] + counts.reference[label];
  return sum == 0 ? 1.0 : 2.0 * static_cast<double>(counts.both[label]) / static_cast<double>(sum);
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
