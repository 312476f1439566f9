#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/instruction_set.hpp"
#include "sparseann/core/parallel.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/metric/connectivity.hpp"
#include "sparseann/metric/disjoint_sets.hpp"

/// The runs of voxels that connected components are made of, as bits.
///
/// Rows that are neighbours of each other, and so are each voxel of one and the next three of the other, are one
/// bundle: two rows of a slice where voxels touch across edges, and those of two slices where they touch across
/// corners. All voxels of a bundle in consecutive columns are connected, so a run is a maximal series of columns that
/// have a voxel. In noise, bundles have a fifth of the runs that rows have.
namespace sparseann::component_runs {

inline constexpr std::size_t word_bits = 64;

/// Of which voxels components are made.
struct Neighbourhood {
  Connectivity connectivity = Connectivity::faces;
  bool within_slices = false; ///< whether slices are apart from each other

  [[nodiscard]] std::size_t rows() const noexcept { return connectivity == Connectivity::faces ? 1 : 2; }
  [[nodiscard]] std::size_t slices() const noexcept {
    return connectivity == Connectivity::corners && !within_slices ? 2 : 1;
  }
};

/// A row of a bundle and one of an earlier bundle of which voxels in the same column touch, and maybe in the next.
struct Contact {
  std::size_t row;
  std::size_t other;
  bool diagonal;
};

/// An earlier bundle, by its place from a bundle's, and how the two touch.
struct EarlierBundle {
  std::ptrdiff_t layers;
  std::ptrdiff_t bundles;
  std::vector<Contact> contacts;
};

[[nodiscard]] inline std::vector<EarlierBundle> earlier_bundles(const Neighbourhood& neighbourhood) {
  const auto rows = static_cast<std::ptrdiff_t>(neighbourhood.rows());
  const auto slices = static_cast<std::ptrdiff_t>(neighbourhood.slices());
  const std::ptrdiff_t most_steps = static_cast<std::ptrdiff_t>(neighbourhood.connectivity) + 1;
  std::vector<EarlierBundle> earlier;
  for (const auto& [layer, bundle] : {std::pair{0, -1}, {-1, -1}, {-1, 0}, {-1, 1}}) {
    EarlierBundle found{.layers = layer, .bundles = bundle, .contacts = {}};
    if (layer != 0 && neighbourhood.within_slices)
      continue;
    for (std::ptrdiff_t row = 0; row < rows * slices; ++row)
      for (std::ptrdiff_t other = 0; other < rows * slices; ++other) {
        const std::ptrdiff_t z = layer * slices + other / rows - row / rows;
        const std::ptrdiff_t y = bundle * rows + other % rows - row % rows;
        const std::ptrdiff_t steps = z * z + y * y;
        if (z * z <= 1 && y * y <= 1 && steps <= most_steps)
          found.contacts.push_back({.row = static_cast<std::size_t>(row),
                                    .other = static_cast<std::size_t>(other),
                                    .diagonal = steps + 1 <= most_steps});
      }
    if (!found.contacts.empty())
      earlier.push_back(std::move(found));
  }
  return earlier;
}

namespace detail {

/// Bit i is whether byte i is not 0.
[[nodiscard, gnu::always_inline]] inline std::uint64_t bits_of(const std::uint8_t* bytes) noexcept {
  constexpr std::uint64_t low_seven = 0x7f7f7f7f7f7f7f7f;
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < word_bits; i += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, bytes + i, sizeof eight);
    const std::uint64_t high = (((eight & low_seven) + low_seven) | eight) & ~low_seven;
    bits |= ((high >> 7U) * 0x0102040810204080U >> 56U) << i;
  }
  return bits;
}

/// The bits moved up by a place within a row: that of column x - 1 at x.
[[nodiscard, gnu::always_inline]] inline std::uint64_t from_left(const std::uint64_t* row, std::size_t word) noexcept {
  return row[word] << 1U | (word == 0 ? 0 : row[word - 1] >> (word_bits - 1));
}

/// That of column x + 1 at x.
[[nodiscard, gnu::always_inline]] inline std::uint64_t from_right(const std::uint64_t* row, std::size_t word,
                                                                  std::size_t words) noexcept {
  return row[word] >> 1U | (word + 1 == words ? 0 : row[word + 1] << (word_bits - 1));
}

/// Calls visitor(bit) for every bit that is set, the lowest first.
template <class Visitor> [[gnu::always_inline]] inline void for_each_bit(std::uint64_t bits, Visitor&& visitor) {
  for (; bits != 0; bits &= bits - 1)
    visitor(static_cast<std::size_t>(std::countr_zero(bits)));
}

} // namespace detail

/// A mask's runs, numbered by layer (the slices of a bundle), bundle and column. Bundles at the end lack rows.
class Runs {
public:
  Runs(const Shape3& shape, const Neighbourhood& neighbourhood)
      : shape_(shape), rows_(neighbourhood.rows()), slices_(neighbourhood.slices()),
        words_((shape[2] + word_bits - 1) / word_bits), bundles_((shape[1] + rows_ - 1) / rows_),
        layers_((shape[0] + slices_ - 1) / slices_), bits_(layers_ * bundles_ * rows_ * slices_ * words_),
        covered_(layers_ * bundles_ * words_), starts_(covered_.size()), before_(covered_.size()),
        first_(layers_ * bundles_ + 1) {}

  [[nodiscard]] const Shape3& shape() const noexcept { return shape_; }
  [[nodiscard]] std::size_t layers() const noexcept { return layers_; }
  [[nodiscard]] std::size_t bundles() const noexcept { return bundles_; } ///< of a layer
  [[nodiscard]] std::size_t words() const noexcept { return words_; }     ///< of a row
  [[nodiscard]] std::size_t rows_per_bundle() const noexcept { return rows_ * slices_; }
  [[nodiscard]] std::uint32_t count() const noexcept { return first_.back(); }
  /// The number of the first run of a bundle, or of all that follow where it has none.
  [[nodiscard]] std::uint32_t first_of(std::size_t layer, std::size_t bundle) const noexcept {
    return first_[layer * bundles_ + bundle];
  }
  [[nodiscard]] std::uint32_t past_of(std::size_t layer, std::size_t bundle) const noexcept {
    return first_[layer * bundles_ + bundle + 1];
  }

  [[nodiscard]] const std::uint64_t* bits(std::size_t layer, std::size_t bundle, std::size_t row) const noexcept {
    return bits_.data() + ((layer * bundles_ + bundle) * rows_per_bundle() + row) * words_;
  }
  [[nodiscard]] const std::uint64_t* covered(std::size_t layer, std::size_t bundle) const noexcept {
    return covered_.data() + (layer * bundles_ + bundle) * words_;
  }
  /// Where a row of a bundle begins in the volume; beyond its end where the bundle lacks the row.
  [[nodiscard]] std::size_t offset_of(std::size_t layer, std::size_t bundle, std::size_t row) const noexcept {
    const std::size_t z = layer * slices_ + row / rows_;
    const std::size_t y = bundle * rows_ + row % rows_;
    return z < shape_[0] && y < shape_[1] ? (z * shape_[1] + y) * shape_[2] : voxel_count(shape_);
  }

  /// The run that a covered column belongs to.
  [[nodiscard, gnu::always_inline]] std::uint32_t run_at(std::size_t layer, std::size_t bundle, std::size_t word,
                                                         std::size_t bit) const noexcept {
    const std::size_t place = (layer * bundles_ + bundle) * words_ + word;
    const std::uint64_t up_to = starts_[place] & ((std::uint64_t{2} << bit) - 1);
    return first_[layer * bundles_ + bundle] + before_[place] + static_cast<std::uint32_t>(std::popcount(up_to)) - 1;
  }

  /// Calls visitor(run, first column, past the last) for the runs of a bundle.
  template <class Visitor>
  [[gnu::always_inline]] void for_each_run(std::size_t layer, std::size_t bundle, Visitor&& visitor) const {
    const std::size_t place = (layer * bundles_ + bundle) * words_;
    std::uint32_t run = first_of(layer, bundle);
    std::size_t end_word = 0;
    std::uint64_t ends = ends_in(place, 0);
    for (std::size_t word = 0; word < words_; ++word)
      detail::for_each_bit(starts_[place + word], [&](std::size_t bit) __attribute__((always_inline)) {
        while (ends == 0)
          ends = ends_in(place, ++end_word);
        const auto end = static_cast<std::size_t>(std::countr_zero(ends));
        ends &= ends - 1;
        visitor(run++, word * word_bits + bit, end_word * word_bits + end + 1);
      });
  }

  /// Finds the bits and runs of one layer, which are numbered from 0 in each bundle until `number` has been called.
  [[gnu::always_inline]] void scan_layer(const std::uint8_t* mask, std::size_t layer) noexcept {
    for (std::size_t bundle = 0; bundle < bundles_; ++bundle) {
      const std::size_t place = (layer * bundles_ + bundle) * words_;
      for (std::size_t row = 0; row < rows_per_bundle(); ++row)
        if (const std::size_t offset = offset_of(layer, bundle, row); offset < voxel_count(shape_))
          scan_row(mask + offset, bits_.data() + place * rows_per_bundle() + row * words_, covered_.data() + place);
      std::uint32_t runs = 0;
      for (std::size_t word = 0; word < words_; ++word) {
        before_[place + word] = runs;
        starts_[place + word] = covered_[place + word] & ~detail::from_left(covered_.data() + place, word);
        runs += static_cast<std::uint32_t>(std::popcount(starts_[place + word]));
      }
      first_[layer * bundles_ + bundle + 1] = runs;
    }
  }

  /// Throws: InvalidArgument for 2^32 - 1 runs or more.
  void number() {
    std::uint64_t runs = 0;
    for (std::uint32_t& first : first_) {
      runs += first;
      if (runs >= std::numeric_limits<std::uint32_t>::max())
        throw InvalidArgument("mask", "fewer than 2^32 - 1 runs along x", "more");
      first = static_cast<std::uint32_t>(runs);
    }
  }

private:
  [[gnu::always_inline]] void scan_row(const std::uint8_t* voxels, std::uint64_t* bits,
                                       std::uint64_t* covered) const noexcept {
    for (std::size_t word = 0; word < words_; ++word) {
      const std::size_t x = word * word_bits;
      if (x + word_bits <= shape_[2]) {
        bits[word] = detail::bits_of(voxels + x);
      } else {
        std::array<std::uint8_t, word_bits> rest{};
        std::memcpy(rest.data(), voxels + x, shape_[2] - x);
        bits[word] = detail::bits_of(rest.data());
      }
      covered[word] |= bits[word];
    }
  }

  [[nodiscard, gnu::always_inline]] std::uint64_t ends_in(std::size_t place, std::size_t word) const noexcept {
    return covered_[place + word] & ~detail::from_right(covered_.data() + place, word, words_);
  }

  Shape3 shape_;
  std::size_t rows_;
  std::size_t slices_;
  std::size_t words_;
  std::size_t bundles_;
  std::size_t layers_;
  std::vector<std::uint64_t> bits_;    ///< of every row of every bundle
  std::vector<std::uint64_t> covered_; ///< columns of bundles that have a voxel
  std::vector<std::uint64_t> starts_;  ///< columns where runs begin
  std::vector<std::uint32_t> before_;  ///< runs of the bundle that begin in words before this one
  std::vector<std::uint32_t> first_;
};

namespace detail {

/// Joins the runs of a bundle with those of an earlier one that they touch.
[[gnu::always_inline]] inline void join_bundles(const Runs& runs, std::size_t layer, std::size_t bundle,
                                                const EarlierBundle& earlier, DisjointSets& sets) noexcept {
  const std::size_t other_layer = layer + static_cast<std::size_t>(earlier.layers); // below 0 wraps around and back
  const std::size_t other_bundle = bundle + static_cast<std::size_t>(earlier.bundles);
  const auto join = [&](std::size_t word, std::size_t bit, std::size_t other_word,
                        std::size_t other_bit) __attribute__((always_inline)) {
    sets.join(runs.run_at(layer, bundle, word, bit), runs.run_at(other_layer, other_bundle, other_word, other_bit));
  };
  for (std::size_t word = 0; word < runs.words(); ++word) {
    std::uint64_t same = 0;
    std::uint64_t left = 0;
    std::uint64_t right = 0;
    for (const Contact& contact : earlier.contacts) {
      const std::uint64_t own = runs.bits(layer, bundle, contact.row)[word];
      const std::uint64_t* const other = runs.bits(other_layer, other_bundle, contact.other);
      same |= own & other[word];
      if (!contact.diagonal)
        continue;
      left |= own & from_left(other, word);
      right |= own & from_right(other, word, runs.words());
    }
    // Columns in a row that both cover are of one run each, so that their first contact is enough. Added to what lies
    // before it, the first column's bit is carried there.
    const std::uint64_t both = runs.covered(layer, bundle)[word] & runs.covered(other_layer, other_bundle)[word];
    const std::uint64_t contacts = same | ((left | right) & both);
    const std::uint64_t first = ((both & ~contacts) + (both & ~(both << 1U))) & contacts;
    for_each_bit(first, [&](std::size_t bit) __attribute__((always_inline)) { join(word, bit, word, bit); });
    for_each_bit(left & ~both, [&](std::size_t bit) __attribute__((always_inline)) {
      bit == 0 ? join(word, bit, word - 1, word_bits - 1) : join(word, bit, word, bit - 1);
    });
    for_each_bit(right & ~both, [&](std::size_t bit) __attribute__((always_inline)) {
      bit + 1 == word_bits ? join(word, bit, word + 1, 0) : join(word, bit, word, bit + 1);
    });
  }
}

/// Joins the runs of a layer with those of earlier bundles, of the layer itself or of the one before.
[[gnu::always_inline]] inline void join_layer(const Runs& runs, std::size_t layer, bool with_layer_before,
                                              std::span<const EarlierBundle> earlier_bundles, DisjointSets& sets) {
  for (const EarlierBundle& earlier : earlier_bundles) {
    if ((earlier.layers != 0) != with_layer_before)
      continue;
    for (std::size_t bundle = 0; bundle < runs.bundles(); ++bundle)
      if (bundle + static_cast<std::size_t>(earlier.bundles) < runs.bundles()) // below 0 wraps around
        join_bundles(runs, layer, bundle, earlier, sets);
  }
}

/// Counts the voxels of each run of a layer.
[[gnu::always_inline]] inline void count_layer(const Runs& runs, std::size_t layer, std::uint32_t* voxels) noexcept {
  for (std::size_t bundle = 0; bundle < runs.bundles(); ++bundle)
    runs.for_each_run(
        layer, bundle, [&](std::uint32_t run, std::size_t begin, std::size_t end) __attribute__((always_inline)) {
          std::uint32_t count = 0;
          for (std::size_t word = begin / word_bits; word * word_bits < end; ++word) {
            std::uint64_t within = ~std::uint64_t{0};
            if (word == begin / word_bits)
              within <<= begin % word_bits;
            if ((word + 1) * word_bits > end)
              within &= (std::uint64_t{1} << end % word_bits) - 1;
            for (std::size_t row = 0; row < runs.rows_per_bundle(); ++row)
              count += static_cast<std::uint32_t>(std::popcount(runs.bits(layer, bundle, row)[word] & within));
          }
          voxels[run] = count;
        });
}

/// The compiler's vectors; g++ 12 vectorises no loop of unknown length at -O2.
struct Eight {
  using Bytes = std::int8_t __attribute__((vector_size(8)));
  using Words = std::uint32_t __attribute__((vector_size(32)));
  using SignedWords = std::int32_t __attribute__((vector_size(32)));
  static constexpr std::size_t count = 8;
};

/// to[x] = mask[x] != 0 ? from[x] : 0 for x in 0..count-1; `from` is there for seven more.
[[gnu::always_inline]] inline void select(const std::uint8_t* mask, const std::uint32_t* from, std::size_t count,
                                          std::uint32_t* to) noexcept {
  std::size_t x = 0;
  for (; x + Eight::count <= count; x += Eight::count) {
    Eight::Bytes set{};
    Eight::Words words{};
    std::memcpy(&set, mask + x, sizeof set);
    std::memcpy(&words, from + x, sizeof words);
    words &= reinterpret_cast<Eight::Words>(__builtin_convertvector(set != 0, Eight::SignedWords));
    std::memcpy(to + x, &words, sizeof words);
  }
  for (; x < count; ++x)
    to[x] = mask[x] != 0 ? from[x] : 0;
}

/// Writes the label of its run to each voxel of a layer, and 0 outside the mask.
[[gnu::always_inline]] inline void paint_layer(const Runs& runs, std::size_t layer, const std::uint8_t* mask,
                                               const std::uint32_t* label_of_run, std::uint32_t* labels) {
  std::vector<std::uint32_t> columns(runs.shape()[2] + Eight::count);
  for (std::size_t bundle = 0; bundle < runs.bundles(); ++bundle) {
    runs.for_each_run(layer, bundle,
                      [&](std::uint32_t run, std::size_t begin, std::size_t end) __attribute__((always_inline)) {
                        const Eight::Words label = Eight::Words{} + label_of_run[run];
                        // What is written beyond the run is outside, or the next run's.
                        for (std::size_t x = begin; x < end; x += Eight::count)
                          std::memcpy(columns.data() + x, &label, sizeof label);
                      });
    for (std::size_t row = 0; row < runs.rows_per_bundle(); ++row)
      if (const std::size_t offset = runs.offset_of(layer, bundle, row); offset < voxel_count(runs.shape()))
        select(mask + offset, columns.data(), runs.shape()[2], labels + offset);
  }
}

#if defined(__x86_64__)
template <auto work, class... Arguments> [[gnu::target("avx2,bmi,popcnt")]] void with_avx2(Arguments&&... arguments) {
  work(std::forward<Arguments>(arguments)...);
}
#endif

/// Calls work, compiled for the instructions wanted.
template <auto work, class... Arguments> void with_instructions(InstructionSet set, Arguments&&... arguments) {
#if defined(__x86_64__)
  if (set == InstructionSet::avx2 || set == InstructionSet::avx512)
    return with_avx2<work>(std::forward<Arguments>(arguments)...);
#endif
  work(std::forward<Arguments>(arguments)...);
}

[[gnu::always_inline]] inline void scan_layer(Runs& runs, const std::uint8_t* mask, std::size_t layer) noexcept {
  runs.scan_layer(mask, layer);
}

/// Layers first..past-1 of each of `parts` parts.
[[nodiscard]] inline std::pair<std::size_t, std::size_t> layers_of(const Runs& runs, std::size_t part,
                                                                   std::size_t parts) noexcept {
  return {runs.layers() * part / parts, runs.layers() * (part + 1) / parts};
}

} // namespace detail

/// How layers are worked on: in `threads` parts, with instructions that there are.
struct Work {
  std::size_t threads;
  InstructionSet instructions;
};

[[nodiscard]] inline Runs runs_of(const Array3<std::uint8_t>& mask, const Neighbourhood& neighbourhood,
                                  const Work& work) {
  Runs runs(shape_of(mask), neighbourhood);
  parallel_for(runs.layers(), work.threads, [&](std::size_t layer) {
    detail::with_instructions<&detail::scan_layer>(work.instructions, runs, mask.data(), layer);
  });
  runs.number();
  return runs;
}

/// The runs as sets, joined where they touch.
[[nodiscard]] inline DisjointSets joined(const Runs& runs, const Neighbourhood& neighbourhood, const Work& work) {
  DisjointSets sets(runs.count());
  const std::vector<EarlierBundle> earlier = earlier_bundles(neighbourhood);
  const auto join = [&](std::size_t layer, bool with_layer_before) {
    detail::with_instructions<&detail::join_layer>(work.instructions, runs, layer, with_layer_before,
                                                   std::span<const EarlierBundle>(earlier), sets);
  };
  // Parts share no run until all are done.
  parallel_for(work.threads, work.threads, [&](std::size_t part) {
    const auto [first, past] = detail::layers_of(runs, part, work.threads);
    for (std::size_t layer = first; layer < past; ++layer) {
      join(layer, false);
      if (layer > first)
        join(layer, true);
    }
  });
  for (std::size_t part = 1; part < work.threads; ++part)
    if (const auto [first, past] = detail::layers_of(runs, part, work.threads); first > 0 && first < past)
      join(first, true);
  return sets;
}

/// The voxels of each run.
[[nodiscard]] inline std::vector<std::uint32_t> voxels_per_run(const Runs& runs, const Work& work) {
  std::vector<std::uint32_t> voxels(runs.count());
  parallel_for(runs.layers(), work.threads, [&](std::size_t layer) {
    detail::with_instructions<&detail::count_layer>(work.instructions, runs, layer, voxels.data());
  });
  return voxels;
}

/// Each voxel's label, that of its run; 0 outside the mask.
[[nodiscard]] inline Array3<std::uint32_t> painted(const Runs& runs, const Array3<std::uint8_t>& mask,
                                                   std::span<const std::uint32_t> label_of_run, const Work& work) {
  Array3<std::uint32_t> labels(mask.shape());
  parallel_for(runs.layers(), work.threads, [&](std::size_t layer) {
    detail::with_instructions<&detail::paint_layer>(work.instructions, runs, layer, mask.data(), label_of_run.data(),
                                                    labels.data());
  });
  return labels;
}

} // namespace sparseann::component_runs
