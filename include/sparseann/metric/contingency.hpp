#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"

namespace sparseann {

/// How many voxels have each pair of a reference's and a prediction's segment, over the reference's foreground.
struct ContingencyTable {
  struct Cell {
    std::uint32_t reference = 0; ///< above 0
    std::uint32_t prediction = 0;
    std::uint64_t voxels = 0;

    bool operator==(const Cell&) const = default;
  };

  std::vector<Cell> cells;  ///< those with voxels, by reference, then by prediction
  std::uint64_t voxels = 0; ///< of the whole volume

  bool operator==(const ContingencyTable&) const = default;
};

/// Counts the segments of a prediction in those of a reference; voxels whose reference is 0 are left out.
///
/// Cost: linear in the voxels; a hash table's entry per pair of segments.
/// Throws: InvalidArgument where the arrays differ in size.
[[nodiscard]] inline ContingencyTable contingency_table(std::span<const std::uint32_t> prediction,
                                                        std::span<const std::uint32_t> reference) {
  if (prediction.size() != reference.size())
    throw InvalidArgument("prediction", fmt::format("{} voxels as in the reference", reference.size()),
                          std::to_string(prediction.size()));
  std::unordered_map<std::uint64_t, std::uint64_t> counts;
  for (std::size_t i = 0; i < reference.size();) {
    std::size_t end = i + 1; // neighbours in memory mostly have the same pair
    while (end < reference.size() && reference[end] == reference[i] && prediction[end] == prediction[i])
      ++end;
    if (reference[i] != 0)
      counts[std::uint64_t{reference[i]} << 32U | prediction[i]] += end - i;
    i = end;
  }
  ContingencyTable table{.cells = {}, .voxels = reference.size()};
  table.cells.reserve(counts.size());
  for (const auto& [pair, voxels] : counts)
    table.cells.push_back({.reference = static_cast<std::uint32_t>(pair >> 32U),
                           .prediction = static_cast<std::uint32_t>(pair),
                           .voxels = voxels});
  std::ranges::sort(table.cells, {}, [](const ContingencyTable::Cell& cell) {
    return std::uint64_t{cell.reference} << 32U | cell.prediction;
  });
  return table;
}

} // namespace sparseann
