#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/pending/disjoint_sets.hpp>
#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/metric/connectivity.hpp"

namespace sparseann {

/// Connected components of a mask, numbered from 1 by their first voxel in memory order; 0 is outside the mask.
struct Components {
  Array3<std::uint32_t> labels;   ///< (z, y, x)
  std::vector<std::size_t> sizes; ///< sizes[i]: voxels of component i + 1
};

namespace detail {

/// Voxels begin..end-1 of one row along x, all of them in the mask.
struct Run {
  std::size_t begin;
  std::size_t end;
};

struct Runs {
  std::vector<Run> runs;
  std::vector<std::size_t> first_of_row; ///< one more than there are rows
};

[[nodiscard]] inline Runs runs_of(const Array3<std::uint8_t>& mask) {
  const Shape3 shape = shape_of(mask);
  Runs found;
  found.first_of_row.push_back(0);
  for (std::size_t row = 0; row < shape[0] * shape[1]; ++row) {
    const std::uint8_t* voxel = mask.data() + row * shape[2];
    for (std::size_t x = 0; x < shape[2]; ++x) {
      if (voxel[x] == 0)
        continue;
      const std::size_t begin = x;
      while (x < shape[2] && voxel[x] != 0)
        ++x;
      found.runs.push_back({begin, x});
    }
    found.first_of_row.push_back(found.runs.size());
  }
  return found;
}

/// Calls join(i, j) for all runs i of `row` and j of `other` that touch; with `reach` 1 also across a corner.
void join_rows(const Runs& runs, std::size_t row, std::size_t other, std::size_t reach, auto&& join) {
  std::size_t i = runs.first_of_row[row];
  std::size_t j = runs.first_of_row[other];
  while (i < runs.first_of_row[row + 1] && j < runs.first_of_row[other + 1]) {
    const Run& a = runs.runs[i];
    const Run& b = runs.runs[j];
    if (a.begin < b.end + reach && b.begin < a.end + reach)
      join(i, j);
    if (a.end < b.end)
      ++i;
    else
      ++j;
  }
}

/// Joins all runs of neighbouring rows; a row looks back only, so that every pair is seen once.
void join_runs(const Runs& runs, const Shape3& shape, Connectivity connectivity, auto&& join) {
  const bool edges = connectivity != Connectivity::faces;
  const bool corners = connectivity == Connectivity::corners;
  for (std::size_t z = 0; z < shape[0]; ++z)
    for (std::size_t y = 0; y < shape[1]; ++y) {
      const std::size_t row = z * shape[1] + y;
      if (y > 0)
        join_rows(runs, row, row - 1, edges ? 1 : 0, join);
      if (z == 0)
        continue;
      const std::size_t below = row - shape[1];
      join_rows(runs, row, below, edges ? 1 : 0, join);
      if (edges && y > 0)
        join_rows(runs, row, below - 1, corners ? 1 : 0, join);
      if (edges && y + 1 < shape[1])
        join_rows(runs, row, below + 1, corners ? 1 : 0, join);
    }
}

} // namespace detail

/// Connected components of the voxels whose value is not 0.
///
/// Shapes: mask (z, y, x).
/// Cost: linear in the voxels but for the inverse Ackermann function of the runs.
/// Throws: InvalidArgument for a mask of 2^32 runs or more.
/// Source: union-find over runs, He, Chao, Suzuki, "A run-based two-scan labeling algorithm", IEEE TIP 17 (2008).
[[nodiscard]] inline Components connected_components(const Array3<std::uint8_t>& mask,
                                                     Connectivity connectivity = Connectivity::faces) {
  const Shape3 shape = shape_of(mask);
  const detail::Runs runs = detail::runs_of(mask);
  if (runs.runs.size() >= std::numeric_limits<std::uint32_t>::max())
    throw InvalidArgument("mask", "fewer than 2^32 runs along x", fmt::format("{}", runs.runs.size()));
  std::vector<std::size_t> ranks(runs.runs.size());
  std::vector<std::size_t> parents(runs.runs.size());
  boost::disjoint_sets<std::size_t*, std::size_t*> sets(ranks.data(), parents.data());
  for (std::size_t i = 0; i < runs.runs.size(); ++i)
    sets.make_set(i);
  detail::join_runs(runs, shape, connectivity, [&sets](std::size_t i, std::size_t j) { sets.union_set(i, j); });

  Components components{.labels = xt::zeros<std::uint32_t>(mask.shape()), .sizes = {}};
  std::vector<std::uint32_t> label_of_root(runs.runs.size(), 0);
  for (std::size_t row = 0; row + 1 < runs.first_of_row.size(); ++row)
    for (std::size_t i = runs.first_of_row[row]; i < runs.first_of_row[row + 1]; ++i) {
      std::uint32_t& label = label_of_root[sets.find_set(i)];
      if (label == 0) {
        components.sizes.push_back(0);
        label = static_cast<std::uint32_t>(components.sizes.size());
      }
      const auto [begin, end] = runs.runs[i];
      std::fill_n(components.labels.data() + row * shape[2] + begin, end - begin, label);
      components.sizes[label - 1] += end - begin;
    }
  return components;
}

/// The component with the most voxels as a mask of 0 and 1; the lower number wins a tie; all 0 for an empty mask.
[[nodiscard]] inline Array3<std::uint8_t> largest_component(const Array3<std::uint8_t>& mask,
                                                            Connectivity connectivity = Connectivity::faces) {
  const Components components = connected_components(mask, connectivity);
  Array3<std::uint8_t> largest = xt::zeros<std::uint8_t>(mask.shape());
  if (components.sizes.empty())
    return largest;
  const auto position = std::ranges::max_element(components.sizes) - components.sizes.begin();
  const auto label = static_cast<std::uint32_t>(position + 1);
  std::ranges::transform(elements(components.labels), largest.data(),
                         [label](std::uint32_t voxel) { return static_cast<std::uint8_t>(voxel == label ? 1 : 0); });
  return largest;
}

} // namespace sparseann
