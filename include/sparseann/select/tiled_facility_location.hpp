#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseann/core/execution.hpp"
#include "sparseann/core/parallel.hpp"
#include "sparseann/select/facility_location.hpp"
#include "sparseann/select/gain_loops.hpp"
#include "sparseann/select/objective.hpp"
#include "sparseann/select/representation.hpp"
#include "sparseann/select/similarity.hpp"
#include "sparseann/select/similarity_matrix.hpp"

namespace sparseann {

namespace detail {

/// Similarities that are computed tile by tile, each time anew.
template <SimilarityTable Table> class TableSource {
public:
  TableSource(Table table, const Execution& execution) : table_(std::move(table)), execution_(resolved(execution)) {}

  [[nodiscard]] std::size_t size() const noexcept { return table_.size(); }
  [[nodiscard]] float lowest() const noexcept { return table_.lowest(); }
  /// Reading the packed features takes as long as multiplying them with so many rows.
  [[nodiscard]] static std::size_t batch() noexcept { return 16; }

  void gains(std::span<const std::size_t> items, std::span<const float> represented, std::span<double> out) const {
    for (std::size_t begin = 0; begin < items.size(); begin += most_rows) {
      const std::size_t count = std::min(most_rows, items.size() - begin);
      gains_of_few(items.subspan(begin, count), represented, out.subspan(begin, count));
    }
  }

  template <class Body> void with_offers(std::size_t item, const Body& body) const {
    std::vector<float> offered(size());
    over_columns({&item, 1}, [&](RowRange columns, std::span<const float> tile) {
      std::ranges::copy(tile.first(columns.count), offered.begin() + static_cast<std::ptrdiff_t>(columns.first));
    });
    body(std::span<const float>(offered));
  }

  void bound_initial_gains(float baseline, std::span<double> gains) const {
    if constexpr (SummedTable<Table>)
      std::ranges::transform(table_.row_sum_bounds(), gains.begin(), [&](double sum) {
        return sum - static_cast<double>(size()) * static_cast<double>(baseline);
      });
    else
      evaluate_all(std::vector<float>(size(), baseline), gains);
  }

  void evaluate_all(std::span<const float> represented, std::span<double> gains) const {
    std::mutex mutex;
    over_triangle("comparing all items", [&](RowRange rows, RowRange columns, std::span<const float> tile) {
      const std::vector<double> by_row = gains_of_rows(tile, rows.count, part(represented, columns));
      const std::vector<double> by_column = gains_of_columns(tile, columns.count, part(represented, rows));
      const std::lock_guard lock(mutex);
      for (std::size_t i = 0; i < rows.count; ++i)
        gains[rows.first + i] += by_row[i];
      if (rows.first != columns.first)
        for (std::size_t j = 0; j < columns.count; ++j)
          gains[columns.first + j] += by_column[j];
    });
  }

  void lower(std::span<double> gains, std::span<const ChangedClient> changed) const {
    for (std::size_t begin = 0; begin < changed.size(); begin += most_rows) {
      const auto some = changed.subspan(begin, std::min(most_rows, changed.size() - begin));
      std::vector<std::size_t> clients(some.size());
      std::ranges::transform(some, clients.begin(), &ChangedClient::client);
      over_columns(clients, [&](RowRange columns, std::span<const float> tile) {
        for (std::size_t i = 0; i < some.size(); ++i)
          gain_loops::lower(gains.subspan(columns.first, columns.count), tile.data() + i * most_columns, some[i].from,
                            some[i].to, execution_.instruction_set);
      });
    }
  }

  template <class Body> void for_clients(std::span<const std::size_t> clients, const Body& body) const {
    constexpr std::size_t rows = 16;
    parallel_for((clients.size() + rows - 1) / rows, threads(static_cast<double>(clients.size())), [&](std::size_t b) {
      const std::span<const std::size_t> some = clients.subspan(b * rows, std::min(rows, clients.size() - b * rows));
      const typename Table::Rows chosen = table_.only(some);
      std::vector<float> offered(rows * stride());
      for (std::size_t first = 0; first < size(); first += most_columns)
        table_.tile(chosen, {0, some.size()}, {first, std::min(most_columns, size() - first)}, offered.data() + first,
                    stride());
      for (std::size_t i = 0; i < some.size(); ++i)
        body(b * rows + i, std::span<const float>(offered).subspan(i * stride(), size()));
    });
  }

  void collect(std::span<const float> represented, OfferLists& lists) const {
    std::vector<std::mutex> mutexes(detail::triangle(size()).side());
    over_triangle("collecting similar items", [&](RowRange rows, RowRange columns, std::span<const float> tile) {
      const std::vector<Pair> pairs = similar_pairs(tile, rows, columns, represented);
      const auto offer = [&](std::size_t block, std::uint32_t Pair::* client, std::uint32_t Pair::* item) {
        const std::lock_guard lock(mutexes[block]);
        for (const Pair& pair : pairs)
          if (pair.similarity > represented[pair.*client])
            lists.add(pair.*client, {pair.*item, pair.similarity});
      };
      offer(rows.first / tile_side(), &Pair::row, &Pair::column);
      if (rows.first != columns.first)
        offer(columns.first / tile_side(), &Pair::column, &Pair::row);
    });
  }

  [[nodiscard]] InstructionSet instruction_set() const noexcept { return execution_.instruction_set; }
  [[nodiscard]] double offers_per_evaluation() const noexcept {
    constexpr double seconds_per_offer = 2e-9;
    return static_cast<double>(size()) * table_.seconds_per_value() / seconds_per_offer;
  }
  /// Half a gigabyte of them, as far as keeping them costs less than computing them again.
  [[nodiscard]] double most_offers() const noexcept {
    return std::min(7e7, static_cast<double>(size()) * static_cast<double>(size()) / 16);
  }

private:
  static constexpr std::size_t most_rows = 96;
  static constexpr std::size_t most_columns = gain_loops::block;

  [[nodiscard]] std::size_t stride() const noexcept {
    return (size() + PackedRows::width - 1) / PackedRows::width * PackedRows::width;
  }

  struct Pair {
    std::uint32_t row;
    std::uint32_t column;
    float similarity;
  };

  [[nodiscard]] std::size_t tile_side() const noexcept { return detail::triangle(size()).tile; }

  /// For the similarities of so many items to all of them.
  [[nodiscard]] std::size_t threads(double items) const {
    return worthwhile_threads(execution_, items * static_cast<double>(size()) * table_.seconds_per_value());
  }

  /// Calls body(columns, tile) for the similarities of a few items to one block of all items after the other, in any
  /// order; a tile's rows are most_columns apart.
  template <class Body> void over_columns(std::span<const std::size_t> items, const Body& body) const {
    const typename Table::Rows rows = table_.only(items);
    parallel_for((size() + most_columns - 1) / most_columns, threads(static_cast<double>(items.size())),
                 [&](std::size_t block) {
                   const RowRange columns{block * most_columns, std::min(most_columns, size() - block * most_columns)};
                   const std::span<float> tile = scratch(most_rows * most_columns);
                   table_.tile(rows, {0, items.size()}, columns, tile.data(), most_columns);
                   body(columns, std::span<const float>(tile));
                 });
  }

  /// Calls body(rows, columns, tile) for tiles of all similarities, of which those on and below the diagonal are
  /// computed, for their rows and their columns; a tile's rows are tile_side() apart.
  template <class Body> void over_triangle(std::string_view what, const Body& body) const {
    const Triangle triangle = detail::triangle(size());
    std::mutex mutex;
    Progress::Task task = execution_.progress.start(std::string(what), triangle.tiles());
    parallel_for(triangle.tiles(), threads(0.5 * static_cast<double>(size())), [&](std::size_t index) {
      const auto [row, column] = triangle.place(index);
      const RowRange rows = triangle.range(row);
      const RowRange columns = triangle.range(column);
      const std::span<float> tile = scratch(triangle.tile * triangle.tile);
      table_.tile(table_.all(), rows, columns, tile.data(), triangle.tile);
      body(rows, columns, std::span<const float>(tile));
      const std::lock_guard lock(mutex);
      task.advance();
    });
    task.finish();
  }

  /// Pairs that are more alike than one of the two is represented.
  [[nodiscard]] std::vector<Pair> similar_pairs(std::span<const float> tile, RowRange rows, RowRange columns,
                                                std::span<const float> represented) const {
    thread_local gain_loops::Found found;
    std::vector<Pair> pairs;
    for (std::size_t i = 0; i < rows.count; ++i) {
      const std::size_t row = rows.first + i;
      found.above_either(tile.subspan(i * tile_side(), columns.count), represented[row], part(represented, columns),
                         execution_.instruction_set);
      for (std::size_t j = 0; j < found.items().size(); ++j)
        pairs.push_back({static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(columns.first) + found.items()[j],
                         found.values()[j]});
    }
    return pairs;
  }

  void gains_of_few(std::span<const std::size_t> items, std::span<const float> represented,
                    std::span<double> out) const {
    const std::size_t blocks = (size() + most_columns - 1) / most_columns;
    std::vector<double> parts(blocks * items.size());
    over_columns(items, [&](RowRange columns, std::span<const float> tile) {
      for (std::size_t i = 0; i < items.size(); ++i)
        parts[columns.first / most_columns * items.size() + i] = gain_loops::excess(
            tile.subspan(i * most_columns, columns.count), part(represented, columns), execution_.instruction_set);
    });
    std::ranges::fill(out, 0.0);
    for (std::size_t block = 0; block < blocks; ++block) // in order, as the sum over a whole row
      for (std::size_t i = 0; i < items.size(); ++i)
        out[i] += parts[block * items.size() + i];
  }

  [[nodiscard]] std::vector<double> gains_of_rows(std::span<const float> tile, std::size_t rows,
                                                  std::span<const float> represented) const {
    std::vector<double> gains(rows);
    for (std::size_t i = 0; i < rows; ++i)
      gains[i] = gain_loops::excess(tile.subspan(i * tile_side(), represented.size()), represented,
                                    execution_.instruction_set);
    return gains;
  }

  [[nodiscard]] std::vector<double> gains_of_columns(std::span<const float> tile, std::size_t columns,
                                                     std::span<const float> represented) const {
    std::vector<double> gains(columns, 0.0);
    for (std::size_t i = 0; i < represented.size(); ++i)
      gain_loops::lower(gains, tile.data() + i * tile_side(), represented[i], std::numeric_limits<float>::infinity(),
                        execution_.instruction_set);
    for (double& gain : gains)
      gain = -gain;
    return gains;
  }

  [[nodiscard]] static std::span<const float> part(std::span<const float> represented, RowRange range) noexcept {
    return represented.subspan(range.first, range.count);
  }

  /// A thread's tile, kept from block to block.
  [[nodiscard]] static std::span<float> scratch(std::size_t size) {
    thread_local std::vector<float> values;
    if (values.size() < size)
      values.resize(size);
    return values;
  }

  Table table_;
  Execution execution_;
};

} // namespace detail

/// Facility location on similarities that are computed tile by tile whenever they are needed: the value, the gains and
/// the order of FacilityLocation, to the bit, without its N x N matrix.
///
/// Formula: F(S) = sum over j of max(baseline, max over i in S of s(i, j)).
/// Cost: N similarities per gain, evaluated for several items at once; O(N) memory besides the table, a tile per
/// thread, and up to two thirds of a gigabyte while it is maximised.
/// Throws: InvalidArgument where the table may hold values below the baseline; as the table.
/// Source: as FacilityLocation.
template <SimilarityTable Table>
class TiledFacilityLocation : public detail::FacilityLocationOn<detail::TableSource<Table>> {
public:
  static constexpr std::string_view name = "tiled_facility_location";

  explicit TiledFacilityLocation(Table table, const FacilityLocationOptions& options = {},
                                 const Execution& execution = {})
      : detail::FacilityLocationOn<detail::TableSource<Table>>({std::move(table), execution}, options) {}
};

/// As FacilityLocation.
template <class Table> inline constexpr bool enable_submodular<TiledFacilityLocation<Table>> = true;

} // namespace sparseann
