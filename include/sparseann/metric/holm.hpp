#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"

namespace sparseann {

/// Holm's step-down adjustment of the p-values of several comparisons: below alpha where the comparison holds at a
/// family-wise error of alpha, however the comparisons depend on each other.
///
/// Formula: with p in ascending order, adjusted_i = max over j <= i of min(1, (m - j + 1) p_j).
/// Shapes: as many as there are p-values, in their order. Cost: m log m.
/// Throws: InvalidArgument for a value that is not in 0..1.
/// Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6
/// (1979).
[[nodiscard]] inline std::vector<double> holm_adjusted(std::span<const double> p_values) {
  for (std::size_t i = 0; i < p_values.size(); ++i)
    if (!(p_values[i] >= 0 && p_values[i] <= 1))
      throw InvalidArgument("p_values", "numbers from 0 to 1", fmt::format("{} at index {}", p_values[i], i));
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return p_values[i]; });
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (std::size_t j = 0; j < order.size(); ++j) {
    largest = std::max(largest, std::min(1.0, static_cast<double>(order.size() - j) * p_values[order[j]]));
    adjusted[order[j]] = largest;
  }
  return adjusted;
}

} // namespace sparseann
