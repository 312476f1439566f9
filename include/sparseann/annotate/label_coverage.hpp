#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/data/slices.hpp"
#include "sparseann/select/facility_location.hpp"
#include "sparseann/select/lazy_greedy.hpp"
#include "sparseann/select/ranked_selection.hpp"
#include "sparseann/select/similarity_matrix.hpp"

namespace sparseann {

/// How alike the labels of every two slices of one stack are.
///
/// Shapes: dice (slices, slices), symmetric; foreground ascending.
struct LabelSimilarities {
  Array2<float> dice;
  std::vector<std::size_t> foreground; ///< slices with a label other than background
};

namespace detail {

/// Where a class stands in a slice: one bit per voxel, and how many.
struct ClassMask {
  std::vector<std::uint64_t> words;
  std::size_t voxels = 0;
};

/// The classes of one slice, without background, each with its mask.
using SliceMasks = std::map<std::uint8_t, ClassMask>;

[[nodiscard]] inline SliceMasks slice_masks(const Array2<std::uint8_t>& labels) {
  constexpr std::size_t bits = 64;
  SliceMasks masks;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::uint8_t label = labels.data()[i];
    if (label == 0)
      continue;
    ClassMask& mask = masks[label];
    mask.words.resize((labels.size() + bits - 1) / bits);
    mask.words[i / bits] |= std::uint64_t{1} << i % bits;
    ++mask.voxels;
  }
  return masks;
}

[[nodiscard]] inline double dice(const ClassMask& a, const ClassMask& b) noexcept {
  std::size_t both = 0;
  for (std::size_t i = 0; i < a.words.size(); ++i)
    both += static_cast<std::size_t>(std::popcount(a.words[i] & b.words[i]));
  return 2.0 * static_cast<double>(both) / static_cast<double>(a.voxels + b.voxels);
}

/// Mean Dice over the classes that either slice has; 1 where neither has any.
[[nodiscard]] inline double mean_dice(const SliceMasks& a, const SliceMasks& b) {
  double sum = 0;
  std::size_t common = 0;
  for (const auto& [label, mask] : a)
    if (const auto other = b.find(label); other != b.end()) {
      sum += dice(mask, other->second);
      ++common;
    }
  const std::size_t classes = a.size() + b.size() - common;
  return classes == 0 ? 1.0 : sum / static_cast<double>(classes);
}

inline void check_foreground(const LabelSimilarities& similarities) {
  if (similarities.foreground.empty())
    throw InvalidArgument("labels", "at least one slice with foreground", "background alone");
}

} // namespace detail

/// Compares the dense labels of every two slices of a stack.
///
/// Formula: the mean of Dice over the classes, background left out, that at least one of the two slices has: a class
/// that one of them lacks counts 0. Two slices of background alone have 1.
/// Shapes: labels (z, y, x). Cost: slices^2 / 2 comparisons of slice voxels / 64 words per class, and a bit per voxel
/// and class. For reports only: nothing that selects for a training may see it.
/// Throws: InvalidArgument for a volume without slices.
[[nodiscard]] inline LabelSimilarities label_similarities(const Array3<std::uint8_t>& labels, Plane plane) {
  const std::size_t slices = slice_count(shape_of(labels), plane);
  if (slices == 0)
    throw InvalidArgument("labels", fmt::format("at least one slice of plane {}", name_of(plane)), "none");
  LabelSimilarities result{.dice = Array2<float>::from_shape({slices, slices}), .foreground = {}};
  std::vector<detail::SliceMasks> masks;
  for (std::size_t i = 0; i < slices; ++i) {
    masks.push_back(detail::slice_masks(copy_slice(labels, plane, i)));
    if (!masks[i].empty())
      result.foreground.push_back(i);
    for (std::size_t j = 0; j <= i; ++j)
      result.dice(i, j) = result.dice(j, i) = static_cast<float>(detail::mean_dice(masks[i], masks[j]));
  }
  return result;
}

/// How well the labels of the selected slices represent those of the stack: for every slice with foreground the largest
/// similarity to a selected one, averaged.
///
/// Slices of background alone are not counted: what represents them is of no use to a training on foreground.
/// Cost: slices with foreground times selected ones.
/// Throws: InvalidArgument where no slice has foreground, or a selected slice is not there, or none is selected.
[[nodiscard]] inline double label_coverage(const LabelSimilarities& similarities,
                                           std::span<const std::size_t> selected) {
  detail::check_foreground(similarities);
  const std::size_t slices = similarities.dice.shape(0);
  if (selected.empty())
    throw InvalidArgument("selected", "at least one slice", "none");
  for (const std::size_t slice : selected)
    if (slice >= slices)
      throw InvalidArgument("selected", fmt::format("slices below {}", slices), fmt::format("{}", slice));
  double sum = 0;
  for (const std::size_t slice : similarities.foreground) {
    float best = 0;
    for (const std::size_t other : selected)
      best = std::max(best, similarities.dice(slice, other));
    sum += static_cast<double>(best);
  }
  return sum / static_cast<double>(similarities.foreground.size());
}

/// The slices whose labels represent the stack's best, found greedily on the labels themselves: the ceiling of any
/// selector of `budget` slices, which sees no label.
///
/// The gains sum to label_coverage times the slices with foreground. Greedy may miss the best selection; none has more
/// than the certificate's upper bound, divided by the slices with foreground.
/// Cost: as LazyGreedy on FacilityLocation; a second matrix of similarities.
/// Throws: InvalidArgument for a budget of zero or above the slices, or where no slice has foreground.
[[nodiscard]] inline RankedSelection select_by_labels(const LabelSimilarities& similarities, std::size_t budget) {
  detail::check_foreground(similarities);
  const std::size_t slices = similarities.dice.shape(0);
  check_selection_budget(budget, slices);
  Array2<float> offers = xt::zeros<float>({slices, slices});
  for (std::size_t i = 0; i < slices; ++i)
    for (const std::size_t represented : similarities.foreground)
      offers(i, represented) = similarities.dice(i, represented);
  return LazyGreedy{}(FacilityLocation(SimilarityMatrix(std::move(offers)), {.baseline = 0}), budget);
}

} // namespace sparseann
