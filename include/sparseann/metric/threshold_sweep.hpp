#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/parallel.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/metric/disjoint_sets.hpp"
#include "sparseann/metric/rand_score.hpp"

namespace sparseann {

/// The thresholds 0.01, 0.02, ... 0.99.
[[nodiscard]] inline std::vector<double> percent_thresholds() {
  std::vector<double> thresholds;
  for (int percent = 1; percent < 100; ++percent)
    thresholds.push_back(percent / 100.0);
  return thresholds;
}

/// What a prediction stores a probability as: a float in 0..1, or 8 or 16 bits, of which the largest value is 1.
template <class T>
concept Probability = std::same_as<T, float> || std::same_as<T, std::uint8_t> || std::same_as<T, std::uint16_t>;

template <Probability T> [[nodiscard]] double probability_of(T value) noexcept {
  if constexpr (std::integral<T>)
    return static_cast<double>(value) / std::numeric_limits<T>::max();
  else
    return static_cast<double>(value);
}

/// The place in memory of the first value that is not in 0..1, NaN among them.
template <Probability T> [[nodiscard]] std::optional<std::size_t> first_improbable(const Array3<T>& probability) {
  if constexpr (std::floating_point<T>) {
    const auto values = elements(probability);
    const auto wrong = std::ranges::find_if_not(values, [](T value) { return value >= 0 && value <= 1; });
    if (wrong != values.end())
      return static_cast<std::size_t>(wrong - values.begin());
  }
  return std::nullopt;
}

namespace detail {

inline void check_thresholds(std::span<const double> thresholds) {
  constexpr std::size_t most = std::numeric_limits<std::uint8_t>::max();
  if (thresholds.empty() || thresholds.size() > most)
    throw InvalidArgument("thresholds", fmt::format("1 to {}", most), std::to_string(thresholds.size()));
  for (std::size_t i = 0; i < thresholds.size(); ++i)
    if (!(thresholds[i] >= 0 && thresholds[i] <= 1) || (i > 0 && thresholds[i] <= thresholds[i - 1]))
      throw InvalidArgument("thresholds", "numbers from 0 to 1, each above the one before",
                            fmt::format("{} at index {}", thresholds[i], i));
}

/// How many of the thresholds a probability is above.
[[nodiscard]] inline std::uint8_t level_of(double probability, std::span<const double> thresholds) noexcept {
  const auto above = std::ranges::lower_bound(thresholds, probability) - thresholds.begin();
  return static_cast<std::uint8_t>(above);
}

} // namespace detail

/// How many of the thresholds, in ascending order, each voxel's probability is above, compared as doubles: the mask
/// `probability > thresholds[i]` is the voxels of a level above i.
///
/// Shapes: (z, y, x). Cost: linear in the voxels, times the logarithm of the thresholds for floats.
/// Throws: InvalidArgument for a probability that is not in 0..1, which names the voxel, and for thresholds that are
/// not.
template <Probability T>
[[nodiscard]] Array3<std::uint8_t> threshold_levels(const Array3<T>& probability, std::span<const double> thresholds,
                                                    const Execution& execution = {}) {
  detail::check_thresholds(thresholds);
  if (const std::optional<std::size_t> wrong = first_improbable(probability))
    throw InvalidArgument(
        "probability", "values from 0 to 1",
        fmt::format("{} at {}", probability.data()[*wrong], voxel_text(shape_of(probability), *wrong)));
  std::vector<std::uint8_t> level_of_value;
  if constexpr (std::integral<T>)
    for (std::size_t value = 0; value <= std::numeric_limits<T>::max(); ++value)
      level_of_value.push_back(detail::level_of(probability_of(static_cast<T>(value)), thresholds));
  Array3<std::uint8_t> levels(probability.shape());
  const Shape3 shape = shape_of(probability);
  constexpr double seconds_per_voxel = 5e-9;
  const std::size_t threads = worthwhile_threads(execution, seconds_per_voxel * static_cast<double>(levels.size()));
  parallel_for(shape[0], threads, [&](std::size_t z) {
    const std::size_t voxels = shape[1] * shape[2];
    std::ranges::transform(elements(probability).subspan(z * voxels, voxels), levels.data() + z * voxels, [&](T value) {
      if constexpr (std::integral<T>)
        return level_of_value[value];
      else
        return detail::level_of(probability_of(value), thresholds);
    });
  });
  return levels;
}

/// One threshold's prediction against the reference.
struct ThresholdSums {
  SegmentSums segments;
  std::uint64_t wrong_voxels = 0; ///< predicted as cell and not so in the reference, or the other way round

  void add(const ThresholdSums& other) noexcept {
    segments.add(other.segments);
    wrong_voxels += other.wrong_voxels;
  }
};

namespace detail {

/// n log2 n of counts up to a slice's voxels, where the table goes so far.
class LogarithmTable {
public:
  explicit LogarithmTable(std::size_t voxels) {
    constexpr std::size_t most = std::size_t{1} << 20U;
    for (std::size_t count = 0; count <= std::min(voxels, most); ++count)
      values_.push_back(times_logarithm(count));
  }
  [[nodiscard]] double operator()(std::uint64_t count) const noexcept {
    return count < values_.size() ? values_[count] : times_logarithm(count);
  }

private:
  std::vector<double> values_;
};

/// The components of one slice while voxels join them, from the highest level down, and the sums that scores need.
class GrowingSlice {
public:
  GrowingSlice(std::size_t rows, std::size_t columns, const LogarithmTable& logarithms)
      : columns_(columns), logarithms_(logarithms), order_(rows * columns), component_of_(rows * columns),
        references_(rows * columns) {}

  /// The sums at every threshold, the lowest first.
  [[nodiscard]] std::vector<ThresholdSums> sums(std::span<const std::uint8_t> levels,
                                                std::span<const std::uint32_t> reference, std::size_t thresholds) {
    begin(levels, reference, thresholds);
    std::vector<ThresholdSums> all(thresholds);
    std::size_t next = 0;
    for (std::size_t threshold = thresholds; threshold-- > 0;) {
      for (; next < level_ends_[threshold + 1]; ++next)
        join(order_[next]);
      all[threshold] = now_;
    }
    return all;
  }

private:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  using Count = std::pair<std::uint32_t, std::uint32_t>; ///< of a reference segment's voxels
  using Histogram = std::vector<Count>;                  ///< by reference segment

  /// What a component has of the reference: `voxels` of `segment` alone, or more segments, in a histogram.
  struct Tally {
    std::uint32_t segment = none;
    std::uint32_t voxels = 0; ///< of the reference's foreground
    std::uint32_t histogram = none;
  };

  void begin(std::span<const std::uint8_t> levels, std::span<const std::uint32_t> reference, std::size_t thresholds) {
    histograms_.clear();
    unused_.clear();
    std::ranges::fill(component_of_, none);
    sets_ = DisjointSets();
    tallies_.clear();
    number_reference(reference);
    now_ = {.segments = {.voxels = levels.size()}, .wrong_voxels = 0};
    for (const std::uint32_t voxels : missed_of_) {
      now_.segments.foreground += voxels;
      now_.segments.reference_squared += std::uint64_t{voxels} * voxels;
      now_.segments.reference_logarithms += logarithms_(voxels);
    }
    now_.segments.missed = now_.wrong_voxels = now_.segments.foreground;
    now_.segments.missed_squared = now_.segments.reference_squared;
    now_.segments.missed_logarithms = now_.segments.reference_logarithms;
    sort_by_level(levels, thresholds);
  }

  /// The slice's segments as small numbers, and their voxels.
  void number_reference(std::span<const std::uint32_t> reference) {
    std::map<std::uint32_t, std::uint32_t> numbers;
    missed_of_.clear();
    for (std::size_t i = 0; i < reference.size(); ++i) {
      if (reference[i] == 0)
        references_[i] = none;
      else if (i > 0 && reference[i] == reference[i - 1])
        references_[i] = references_[i - 1];
      else
        references_[i] = numbers.try_emplace(reference[i], static_cast<std::uint32_t>(numbers.size())).first->second;
      if (references_[i] == none)
        continue;
      missed_of_.resize(numbers.size());
      ++missed_of_[references_[i]];
    }
  }

  void sort_by_level(std::span<const std::uint8_t> levels, std::size_t thresholds) {
    level_ends_.assign(thresholds + 2, 0);
    for (const std::uint8_t level : levels)
      ++level_ends_[level];
    for (std::size_t level = thresholds + 1; level-- > 0;) // places of lower levels follow
      level_ends_[level] += level_ends_[level + 1];
    std::vector<std::size_t> places(level_ends_.begin() + 1, level_ends_.end());
    for (std::size_t i = 0; i < levels.size(); ++i)
      order_[places[levels[i]]++] = static_cast<std::uint32_t>(i);
  }

  void join(std::uint32_t voxel) {
    std::uint32_t component = none;
    std::uint32_t seen = none;
    const auto meet = [&](std::size_t neighbour) {
      const std::uint32_t other = component_of_[neighbour];
      if (other == none || other == seen)
        return;
      seen = other;
      component = component == none ? sets_.find(other) : united(component, sets_.find(other));
    };
    const std::size_t column = voxel % columns_;
    if (column > 0)
      meet(voxel - 1);
    if (column + 1 < columns_)
      meet(voxel + 1);
    if (voxel >= columns_)
      meet(voxel - columns_);
    if (voxel + columns_ < component_of_.size())
      meet(voxel + columns_);
    if (component == none) {
      component = sets_.add();
      tallies_.emplace_back();
    }
    component_of_[voxel] = component;
    add_voxel(references_[voxel], tallies_[component]);
  }

  void add_voxel(std::uint32_t segment, Tally& tally) {
    if (segment == none) {
      ++now_.wrong_voxels;
      return;
    }
    const std::uint64_t before = missed_of_[segment]--;
    --now_.wrong_voxels;
    --now_.segments.missed;
    now_.segments.missed_squared -= 2 * before - 1;
    now_.segments.missed_logarithms += logarithms_(before - 1) - logarithms_(before);
    ++now_.segments.both_squared;
    ++now_.segments.prediction_squared;
    add(tally, {.segment = segment, .voxels = 1, .histogram = none});
  }

  /// The component that two are from now on, the older.
  [[nodiscard]] std::uint32_t united(std::uint32_t a, std::uint32_t b) {
    if (a == b)
      return a;
    sets_.join(a, b);
    const auto [older, younger] = std::minmax(a, b);
    add(tallies_[older], tallies_[younger]);
    return older;
  }

  void add(Tally& tally, const Tally& more) {
    if (more.voxels == 0)
      return;
    if (tally.voxels == 0) {
      tally = more;
      return;
    }
    pool(now_.segments.prediction_squared, now_.segments.prediction_logarithms, tally.voxels, more.voxels);
    if (tally.histogram == none && more.histogram == none && tally.segment == more.segment)
      pool(now_.segments.both_squared, now_.segments.both_logarithms, tally.voxels, more.voxels);
    else
      tally.histogram = merged(histogram_of(tally), histogram_of(more));
    tally.voxels += more.voxels;
  }

  /// What becomes of a sum of squares and one of n log n where two counts become one.
  void pool(std::uint64_t& squared, double& logarithms, std::uint64_t a, std::uint64_t b) const noexcept {
    squared += 2 * a * b;
    logarithms += logarithms_(a + b) - logarithms_(a) - logarithms_(b);
  }

  [[nodiscard]] std::uint32_t histogram_of(const Tally& tally) {
    if (tally.histogram != none)
      return tally.histogram;
    if (unused_.empty()) {
      unused_.push_back(static_cast<std::uint32_t>(histograms_.size()));
      histograms_.emplace_back();
    }
    const std::uint32_t histogram = unused_.back();
    unused_.pop_back();
    histograms_[histogram].assign(1, {tally.segment, tally.voxels});
    return histogram;
  }

  /// The smaller goes into the larger.
  [[nodiscard]] std::uint32_t merged(std::uint32_t a, std::uint32_t b) {
    if (histograms_[a].size() < histograms_[b].size())
      std::swap(a, b);
    Histogram& large = histograms_[a];
    new_counts_.clear();
    for (const Count& count : histograms_[b]) {
      const auto place = std::ranges::lower_bound(large, count.first, {}, &Count::first);
      if (place == large.end() || place->first != count.first) {
        new_counts_.push_back(count);
        continue;
      }
      pool(now_.segments.both_squared, now_.segments.both_logarithms, place->second, count.second);
      place->second += count.second;
    }
    insert_new_counts(large);
    histograms_[b].clear();
    unused_.push_back(b);
    return a;
  }

  /// From the end, so that only what lies behind the first of them moves.
  void insert_new_counts(Histogram& histogram) {
    auto from = histogram.size();
    histogram.resize(from + new_counts_.size());
    for (std::size_t to = histogram.size(); !new_counts_.empty(); --to)
      if (from > 0 && histogram[from - 1].first > new_counts_.back().first) {
        histogram[to - 1] = histogram[from - 1];
        --from;
      } else {
        histogram[to - 1] = new_counts_.back();
        new_counts_.pop_back();
      }
  }

  std::size_t columns_;
  const LogarithmTable& logarithms_;
  std::vector<std::uint32_t> order_; ///< voxels, the highest level first
  std::vector<std::size_t> level_ends_;
  std::vector<std::uint32_t> component_of_; ///< by voxel; maybe one that has become part of another
  DisjointSets sets_;                       ///< of components
  std::vector<Tally> tallies_;              ///< of components
  std::vector<std::uint32_t> references_;
  std::vector<std::uint32_t> missed_of_; ///< voxels of each reference segment that have not joined
  std::vector<Histogram> histograms_;
  std::vector<std::uint32_t> unused_;
  Histogram new_counts_;
  ThresholdSums now_;
};

} // namespace detail

/// Scores the 4-connected components of every slice at all thresholds in one pass: components of `probability > t` are
/// nested, so voxels join from the highest level down, which is Kruskal's way to the maximum spanning tree of each
/// slice, and every join changes the sums by what two histograms over the reference have in common.
///
/// Shapes: levels, as threshold_levels gives them, and reference (z, y, x); the result one per threshold, of which
/// there are `thresholds`, at least as many as the highest level. A reference's number in two slices counts as two
/// segments. Cost: linear in the voxels but for the inverse Ackermann function and the histograms, of which the smaller
/// goes into the larger; some 40 bytes per voxel of a slice for each thread. Throws: InvalidArgument where shapes
/// differ, for a level above `thresholds`, and for slices of 2^32 - 1 voxels or more.
[[nodiscard]] inline std::vector<ThresholdSums> sweep_components(const Array3<std::uint8_t>& levels,
                                                                 const Array3<std::uint32_t>& reference,
                                                                 std::size_t thresholds,
                                                                 const Execution& execution = {}) {
  const Shape3 shape = shape_of(levels);
  const std::size_t voxels = shape[1] * shape[2];
  if (shape_of(reference) != shape)
    throw InvalidArgument("reference", to_string(shape) + " voxels as in the prediction",
                          to_string(shape_of(reference)));
  if (voxels >= std::numeric_limits<std::uint32_t>::max())
    throw InvalidArgument("levels", "slices of fewer than 2^32 - 1 voxels", to_string(shape));
  if (std::ranges::any_of(elements(levels), [&](std::uint8_t level) { return level > thresholds; }))
    throw InvalidArgument("levels", fmt::format("levels up to {}", thresholds), "higher ones");
  constexpr double seconds_per_voxel = 5e-8;
  const std::size_t threads = worthwhile_threads(execution, seconds_per_voxel * static_cast<double>(levels.size()));
  const detail::LogarithmTable logarithms(voxels);
  std::vector<std::vector<ThresholdSums>> of_slices(shape[0]);
  const std::size_t parts = std::min(shape[0], threads * 8);
  parallel_for(parts, threads, [&](std::size_t part) {
    detail::GrowingSlice slice(shape[1], shape[2], logarithms);
    for (std::size_t z = shape[0] * part / parts; z < shape[0] * (part + 1) / parts; ++z)
      of_slices[z] = slice.sums(elements(levels).subspan(z * voxels, voxels),
                                elements(reference).subspan(z * voxels, voxels), thresholds);
  });
  std::vector<ThresholdSums> all(thresholds);
  for (const std::vector<ThresholdSums>& of_slice : of_slices) // in their order, so that threads change no rounding
    for (std::size_t i = 0; i < thresholds; ++i)
      all[i].add(of_slice[i]);
  return all;
}

/// The slice components of one map at every one of percent_thresholds and at `further`, where given, in one pass.
class PercentSweep {
public:
  /// Shapes: (z, y, x). Throws: as threshold_levels and sweep_components.
  template <Probability T>
  PercentSweep(const Array3<T>& probability, const Array3<std::uint32_t>& reference,
               std::optional<double> further = std::nullopt, const Execution& execution = {})
      : thresholds_(percent_thresholds()) {
    if (further && !std::ranges::binary_search(thresholds_, *further))
      thresholds_.insert(std::ranges::lower_bound(thresholds_, *further), *further);
    sums_ = sweep_components(threshold_levels(probability, thresholds_, execution), reference, thresholds_.size(),
                             execution);
  }

  /// Throws: InvalidArgument for a threshold that is not among those swept.
  [[nodiscard]] const ThresholdSums& at(double threshold) const {
    const auto place = std::ranges::lower_bound(thresholds_, threshold);
    if (place == thresholds_.end() || *place != threshold)
      throw InvalidArgument("threshold", "one of those swept", std::to_string(threshold));
    return sums_[static_cast<std::size_t>(place - thresholds_.begin())];
  }

private:
  std::vector<double> thresholds_;
  std::vector<ThresholdSums> sums_;
};

} // namespace sparseann
