#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "sparseann/core/error.hpp"
#include "sparseann/metric/contingency.hpp"

namespace sparseann {

/// What a voxel of the reference's foreground counts that was predicted as background: `counted`, a segment of one
/// voxel; `divided`, only that by the number of all voxels, as the script does that scores components.
enum class SingletonRule { counted, divided };

[[nodiscard]] constexpr std::array<std::string_view, 2> names_of(SingletonRule) noexcept {
  return {"counted", "divided"};
}

/// Sums over a contingency table that all scores of segments are made of. n_ij are the voxels of reference segment
/// i > 0 and predicted segment j, with j = 0 the predicted background; a_i = sum_j n_ij, b_j = sum_i n_ij. Those of
/// parts without a segment in common add up.
struct SegmentSums {
  std::uint64_t voxels = 0;             ///< of the volume
  std::uint64_t foreground = 0;         ///< sum_i a_i
  std::uint64_t missed = 0;             ///< b_0
  std::uint64_t both_squared = 0;       ///< sum_{i, j > 0} n_ij^2
  std::uint64_t prediction_squared = 0; ///< sum_{j > 0} b_j^2
  std::uint64_t reference_squared = 0;  ///< sum_i a_i^2
  std::uint64_t missed_squared = 0;     ///< sum_i n_i0^2
  double both_logarithms = 0.0;         ///< sum_{i, j > 0} n_ij log2 n_ij
  double prediction_logarithms = 0.0;   ///< sum_{j > 0} b_j log2 b_j
  double reference_logarithms = 0.0;    ///< sum_i a_i log2 a_i
  double missed_logarithms = 0.0;       ///< sum_i n_i0 log2 n_i0

  void add(const SegmentSums& other) noexcept {
    voxels += other.voxels;
    foreground += other.foreground;
    missed += other.missed;
    both_squared += other.both_squared;
    prediction_squared += other.prediction_squared;
    reference_squared += other.reference_squared;
    missed_squared += other.missed_squared;
    both_logarithms += other.both_logarithms;
    prediction_logarithms += other.prediction_logarithms;
    reference_logarithms += other.reference_logarithms;
    missed_logarithms += other.missed_logarithms;
  }
};

namespace detail {

/// n log2 n, which goes to 0 with n.
[[nodiscard]] inline double times_logarithm(std::uint64_t count) noexcept {
  const auto value = static_cast<double>(count);
  return count < 2 ? 0.0 : value * std::log2(value);
}

} // namespace detail

/// Cost: linear in the cells.
[[nodiscard]] inline SegmentSums segment_sums(const ContingencyTable& table) {
  SegmentSums sums{.voxels = table.voxels};
  std::unordered_map<std::uint32_t, std::uint64_t> predictions;
  std::uint64_t of_reference = 0;
  for (std::size_t i = 0; i < table.cells.size(); ++i) {
    const auto& [reference, prediction, voxels] = table.cells[i];
    sums.foreground += voxels;
    (prediction == 0 ? sums.missed_squared : sums.both_squared) += voxels * voxels;
    (prediction == 0 ? sums.missed_logarithms : sums.both_logarithms) += detail::times_logarithm(voxels);
    if (prediction == 0)
      sums.missed += voxels;
    else
      predictions[prediction] += voxels;
    of_reference += voxels;
    if (i + 1 < table.cells.size() && table.cells[i + 1].reference == reference)
      continue;
    sums.reference_squared += of_reference * of_reference;
    sums.reference_logarithms += detail::times_logarithm(of_reference);
    of_reference = 0;
  }
  for (const auto& [prediction, voxels] : predictions) {
    sums.prediction_squared += voxels * voxels;
    sums.prediction_logarithms += detail::times_logarithm(voxels);
  }
  return sums;
}

/// V^Rand: of all pairs of voxels that one side has in one segment, how many the other has, too.
struct RandScore {
  double merge = 0.0; ///< precision: of pairs together in the prediction; low where segments were merged
  double split = 0.0; ///< recall: of pairs together in the reference; low where segments were split
  double f = 0.0;     ///< their harmonic mean
};

namespace detail {
inline void check_foreground(const SegmentSums& sums) {
  if (sums.foreground == 0)
    throw InvalidArgument("reference", "voxels above 0", "none");
}
} // namespace detail

/// Foreground-restricted Rand score.
///
/// Formula: merge = (sum_ij n_ij^2 + s) / (sum_j b_j^2 + s), split = (sum_ij n_ij^2 + s) / sum_i a_i^2 over i, j > 0,
/// f = 2 merge split / (merge + split); s = b_0 where missed voxels are `counted`, b_0 / n, n all voxels of the volume,
/// where they are `divided`.
/// Throws: InvalidArgument for a reference without foreground.
/// Source: Arganda-Carreras et al., "Crowdsourcing the creation of image segmentation algorithms for connectomics",
/// Front. Neuroanat. 9 (2015); both rules as the scripts of the mouse piriform cortex data have them (torms3/EM-data).
[[nodiscard]] inline RandScore rand_score(const SegmentSums& sums, SingletonRule rule = SingletonRule::divided) {
  detail::check_foreground(sums);
  const auto missed = static_cast<double>(sums.missed);
  const double singletons = rule == SingletonRule::counted ? missed : missed / static_cast<double>(sums.voxels);
  const double both = static_cast<double>(sums.both_squared) + singletons;
  const double prediction = static_cast<double>(sums.prediction_squared) + singletons;
  const auto reference = static_cast<double>(sums.reference_squared);
  return {.merge = both / prediction, .split = both / reference, .f = 2 * both / (prediction + reference)};
}

/// Variation of information, in bits.
struct VariationOfInformation {
  double split = 0.0; ///< what the reference leaves open about the prediction; high where segments were split
  double merge = 0.0; ///< what the prediction leaves open about the reference; high where segments were merged

  [[nodiscard]] double sum() const noexcept { return split + merge; }
};

/// Variation of information over the reference's foreground, the predicted background as one segment.
///
/// Formula: split = H(prediction | reference) = (sum_i a_i log a_i - sum_ij n_ij log n_ij) / sum_i a_i, merge with b_j
/// in a_i's place; j = 0 as well; logarithms to base 2.
/// Throws: InvalidArgument for a reference without foreground.
/// Source: Meilă, "Comparing clusterings, an information based distance", J. Multivariate Analysis 98 (2007); as
/// scikit-image's variation_of_information(reference, prediction, ignore_labels=(0,)), in the same order.
[[nodiscard]] inline VariationOfInformation variation_of_information(const SegmentSums& sums) {
  detail::check_foreground(sums);
  const double both = sums.both_logarithms + sums.missed_logarithms;
  const double prediction = sums.prediction_logarithms + detail::times_logarithm(sums.missed);
  const auto foreground = static_cast<double>(sums.foreground);
  // What rounding leaves of nothing may be below it.
  return {.split = std::max(0.0, (sums.reference_logarithms - both) / foreground),
          .merge = std::max(0.0, (prediction - both) / foreground)};
}

/// The Rand error of SNEMI3D, of pairs of two different voxels, the predicted background as one segment.
struct AdaptedRandError {
  double error = 0.0;     ///< 1 - 2 precision recall / (precision + recall)
  double precision = 0.0; ///< of the pairs together in the prediction, those in the reference, too
  double recall = 0.0;    ///< of the pairs together in the reference, those in the prediction, too
};

/// Formula: as rand_score with n (n - 1) in the place of n^2 and j = 0 a segment as others.
/// Throws: InvalidArgument for a reference without foreground. NaN where a side has no two voxels together.
/// Source: scikit-image's adapted_rand_error. Deviates: up to 0.26 its precision is what it says of recall and the
/// other way round (its issue #6485); ours are as named.
[[nodiscard]] inline AdaptedRandError adapted_rand_error(const SegmentSums& sums) {
  detail::check_foreground(sums);
  const std::uint64_t both = sums.both_squared + sums.missed_squared - sums.foreground;
  const std::uint64_t prediction = sums.prediction_squared + sums.missed * sums.missed - sums.foreground;
  const std::uint64_t reference = sums.reference_squared - sums.foreground;
  const auto pairs = static_cast<double>(both);
  return {.error = 1 - 2 * pairs / static_cast<double>(prediction + reference),
          .precision = pairs / static_cast<double>(prediction),
          .recall = pairs / static_cast<double>(reference)};
}

} // namespace sparseann
