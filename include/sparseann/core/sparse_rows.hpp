#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"

namespace sparseann {

/// A sparse matrix row by row, which is also a directed graph: an entry of row r is an edge from r to its target.
///
/// Row r has the entries offsets[r] to offsets[r + 1] - 1. Within a row targets ascend, so that no entry comes twice
/// and equal matrices are equal values.
/// Shapes: offsets has rows + 1 elements, targets and weights one per entry.
struct SparseRows {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<std::uint64_t> offsets{0};
  std::vector<std::uint32_t> targets;
  std::vector<float> weights;

  bool operator==(const SparseRows&) const = default;
};

/// What weights of entries may be.
enum class AllowedWeights { finite, non_negative };

namespace detail {

[[nodiscard]] inline bool allows(AllowedWeights allowed, float weight) {
  return std::isfinite(weight) && (allowed == AllowedWeights::finite || weight >= 0);
}

[[nodiscard]] constexpr std::string_view expected_weight(AllowedWeights allowed) {
  return allowed == AllowedWeights::finite ? "a finite weight" : "a finite weight from 0";
}

/// Every column has a number that fits a target.
inline void check_column_count(std::string_view source, std::size_t columns) {
  constexpr std::size_t most = std::size_t{std::numeric_limits<std::uint32_t>::max()} + 1;
  if (columns > most)
    throw DataError(std::string(source), fmt::format("at most {} columns", most), fmt::format("{}", columns));
}

template <std::integral T>
void check_offsets(std::string_view source, std::span<const T> offsets, std::size_t rows, std::size_t entries) {
  if (offsets.empty() || offsets.size() - 1 != rows)
    throw DataError(std::string(source), fmt::format("offsets of {} rows and one more", rows),
                    fmt::format("{}", offsets.size()));
  if (offsets.front() != 0)
    throw DataError(std::string(source), "offsets from 0", fmt::format("{} in row 0", offsets.front()));
  const auto falling = std::ranges::adjacent_find(offsets, std::ranges::greater());
  if (falling != offsets.end())
    throw DataError(std::string(source), "offsets that never fall",
                    fmt::format("{} after {} in row {}", falling[1], falling[0], falling - offsets.begin()));
  if (std::cmp_not_equal(offsets.back(), entries))
    throw DataError(std::string(source), fmt::format("offsets up to the number of entries, {}", entries),
                    fmt::format("{}", offsets.back()));
}

/// Calls check(row, entry within the row, index of the entry) for each entry.
template <std::integral T, class Check> void for_each_entry(std::span<const T> offsets, Check&& check) {
  for (std::size_t row = 0; row + 1 < offsets.size(); ++row)
    for (auto i = static_cast<std::size_t>(offsets[row]); std::cmp_less(i, offsets[row + 1]); ++i)
      check(row, i - static_cast<std::size_t>(offsets[row]), i);
}

template <std::integral T, std::integral Offset>
void check_targets(std::string_view source, std::span<const T> targets, std::span<const Offset> offsets,
                   std::size_t columns) {
  for_each_entry(offsets, [&](std::size_t row, std::size_t entry, std::size_t i) {
    if (std::cmp_less(targets[i], 0) || std::cmp_greater_equal(targets[i], columns))
      throw DataError(std::string(source), fmt::format("targets below {}", columns),
                      fmt::format("{} in row {}, entry {}", targets[i], row, entry));
  });
}

} // namespace detail

/// Sorts the entries of each row by target. The offsets must be right.
///
/// Cost: O(entries) where all rows are sorted already, O(entries log(entries of a row)) otherwise.
inline void sort_rows(SparseRows& matrix) {
  std::vector<std::pair<std::uint32_t, float>> entries;
  for (std::size_t row = 0; row < matrix.rows; ++row) {
    const std::size_t start = matrix.offsets[row];
    const std::span targets = std::span(matrix.targets).subspan(start, matrix.offsets[row + 1] - start);
    if (std::ranges::is_sorted(targets))
      continue;
    entries.clear();
    for (std::size_t i = 0; i < targets.size(); ++i)
      entries.emplace_back(targets[i], matrix.weights[start + i]);
    std::ranges::sort(entries, {}, &std::pair<std::uint32_t, float>::first);
    for (std::size_t i = 0; i < targets.size(); ++i)
      std::tie(targets[i], matrix.weights[start + i]) = entries[i];
  }
}

/// Checks all that SparseRows promises, and the weights.
///
/// Cost: O(rows + entries). Throws: DataError naming `source`, the row and the entry within it.
inline void check_sparse_rows(const SparseRows& matrix, std::string_view source = "graph",
                              AllowedWeights allowed = AllowedWeights::finite) {
  const std::span offsets(matrix.offsets);
  const std::span targets(matrix.targets);
  detail::check_column_count(source, matrix.columns);
  detail::check_offsets(source, offsets, matrix.rows, targets.size());
  if (matrix.weights.size() != targets.size())
    throw DataError(std::string(source), fmt::format("a weight for each of {} entries", targets.size()),
                    fmt::format("{} weights", matrix.weights.size()));
  detail::check_targets(source, targets, offsets, matrix.columns);
  detail::for_each_entry(offsets, [&](std::size_t row, std::size_t entry, std::size_t i) {
    if (entry > 0 && targets[i] <= targets[i - 1])
      throw DataError(std::string(source), "each target of a row once, in ascending order",
                      fmt::format("{} after {} in row {}, entry {}", targets[i], targets[i - 1], row, entry));
    if (!detail::allows(allowed, matrix.weights[i]))
      throw DataError(std::string(source), detail::expected_weight(allowed),
                      fmt::format("{} in row {}, entry {}", matrix.weights[i], row, entry));
  });
}

} // namespace sparseann
