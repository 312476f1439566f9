#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/parallel.hpp"
#include "sparseann/select/similarity.hpp"
#include "sparseann/select/similarity_matrix.hpp"

namespace sparseann {

/// The items most similar to each item, itself left out, the most similar first; the lower index first where they tie.
///
/// Shapes: both (N, neighbours).
struct NearestNeighbours {
  Array2<std::uint32_t> items;
  Array2<float> similarities;
};

namespace detail {

/// The best few of many, which come in any order.
class BestFew {
public:
  struct Entry {
    float similarity;
    std::uint32_t item;

    /// Whether this one is to be preferred.
    [[nodiscard]] bool beats(const Entry& other) const noexcept {
      return similarity != other.similarity ? similarity > other.similarity : item < other.item;
    }
  };

  explicit BestFew(std::size_t count) : count_(count) { entries_.reserve(count); }

  /// What is below cannot get in any more; what equals it may, by a lower index.
  [[nodiscard]] float threshold() const noexcept {
    return entries_.size() < count_ ? -std::numeric_limits<float>::infinity() : entries_.front().similarity;
  }

  void offer(Entry entry) {
    const auto worst_on_top = [](const Entry& a, const Entry& b) { return a.beats(b); };
    if (entries_.size() == count_) {
      if (!entry.beats(entries_.front()))
        return;
      std::ranges::pop_heap(entries_, worst_on_top);
      entries_.pop_back();
    }
    entries_.push_back(entry);
    std::ranges::push_heap(entries_, worst_on_top);
  }

  [[nodiscard]] std::vector<Entry> sorted() && {
    std::ranges::sort(entries_, [](const Entry& a, const Entry& b) { return a.beats(b); });
    return std::move(entries_);
  }

private:
  std::size_t count_;
  std::vector<Entry> entries_;
};

/// Sixteen values against a level for all of them and one for each: whether any reaches either.
[[nodiscard]] inline bool any_reaches(const float* values, float level, const float* levels) noexcept {
  using Floats = float __attribute__((vector_size(16)));
  using Words = int __attribute__((vector_size(16)));
  const Floats all = Floats{} + level;
  Words reached{};
#pragma GCC unroll 4
  for (std::size_t part = 0; part < 4; ++part) {
    Floats value;
    Floats each;
    std::memcpy(&value, values + 4 * part, sizeof value);
    std::memcpy(&each, levels + 4 * part, sizeof each);
    reached |= (value >= all) | (value >= each);
  }
  std::array<std::uint64_t, 2> bits;
  std::memcpy(bits.data(), &reached, sizeof bits);
  return (bits[0] | bits[1]) != 0;
}

template <SimilarityTable Table> class NeighbourSearch {
public:
  NeighbourSearch(const Table& table, std::size_t neighbours, Execution execution)
      : table_(table), triangle_(detail::triangle(table.size())), best_(table.size(), BestFew(neighbours)),
        levels_(triangle_.side() * triangle_.tile + lanes, -std::numeric_limits<float>::infinity()),
        locks_(triangle_.side()), execution_(std::move(execution)) {}

  [[nodiscard]] std::vector<BestFew> run() && {
    const auto size = static_cast<double>(table_.size());
    Progress::Task task = execution_.progress.start("comparing all items", triangle_.tiles());
    parallel_for(triangle_.tiles(), worthwhile_threads(execution_, 0.5 * size * size * table_.seconds_per_value()),
                 [&](std::size_t index) {
                   search_tile(index);
                   const std::lock_guard lock(progress_lock_);
                   task.advance();
                 });
    task.finish();
    return std::move(best_);
  }

private:
  static constexpr std::size_t lanes = 16;

  void search_tile(std::size_t index) {
    const auto [row, column] = triangle_.place(index);
    const RowRange rows = triangle_.range(row);
    const RowRange columns = triangle_.range(column);
    thread_local std::vector<float> tile;
    tile.resize(triangle_.tile * triangle_.tile);
    table_.tile(table_.all(), rows, columns, tile.data(), triangle_.tile);
    const std::lock_guard first(locks_[column]); // the lower block first, everywhere
    std::unique_lock second(locks_[row], std::defer_lock);
    if (row != column)
      second.lock();
    for (std::size_t i = 0; i < rows.count; ++i)
      search_row(std::span(tile).subspan(i * triangle_.tile, columns.count), rows.first + i, columns.first);
  }

  void search_row(std::span<const float> values, std::size_t item, std::size_t first) {
    for (std::size_t j = 0; j < values.size(); j += lanes) {
      const std::size_t count = std::min(lanes, values.size() - j);
      if (count < lanes || any_reaches(values.data() + j, levels_[item], levels_.data() + first + j))
        for (std::size_t lane = 0; lane < count; ++lane)
          offer(values[j + lane], item, first + j + lane);
    }
  }

  /// On the diagonal each pair comes twice; the lower triangle counts.
  void offer(float similarity, std::size_t item, std::size_t other) {
    if (other >= item)
      return;
    offer_to(item, similarity, other);
    offer_to(other, similarity, item);
  }

  void offer_to(std::size_t item, float similarity, std::size_t other) {
    if (similarity < levels_[item])
      return;
    best_[item].offer({similarity, static_cast<std::uint32_t>(other)});
    levels_[item] = best_[item].threshold();
  }

  const Table& table_;
  Triangle triangle_;
  std::vector<BestFew> best_;
  std::vector<float> levels_;     ///< of best_, side by side
  std::vector<std::mutex> locks_; ///< of a block of items each
  Execution execution_;
  std::mutex progress_lock_;
};

} // namespace detail

/// Finds the nearest neighbours of all items, exactly.
///
/// Cost: N^2 / 2 similarities, each computed once for its two items; O(N * neighbours) memory.
/// Throws: InvalidArgument for no neighbours, or as many as there are items; as the table.
template <SimilarityTable Table>
[[nodiscard]] NearestNeighbours nearest_neighbours(const Table& table, std::size_t neighbours,
                                                   const Execution& execution = {}) {
  if (neighbours == 0 || neighbours >= table.size())
    throw InvalidArgument("neighbours", fmt::format("at least 1 and below {}, the number of items", table.size()),
                          fmt::format("{}", neighbours));
  std::vector<detail::BestFew> best = detail::NeighbourSearch<Table>(table, neighbours, execution).run();
  NearestNeighbours found{Array2<std::uint32_t>::from_shape({best.size(), neighbours}),
                          Array2<float>::from_shape({best.size(), neighbours})};
  for (std::size_t item = 0; item < best.size(); ++item) {
    const std::vector<detail::BestFew::Entry> sorted = std::move(best[item]).sorted();
    for (std::size_t rank = 0; rank < neighbours; ++rank) {
      found.items(item, rank) = sorted[rank].item;
      found.similarities(item, rank) = sorted[rank].similarity;
    }
  }
  return found;
}

} // namespace sparseann
