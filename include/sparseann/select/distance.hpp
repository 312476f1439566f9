#pragma once

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>

#include "sparseann/core/array.hpp"
#include "sparseann/core/progress.hpp"
#include "sparseann/select/features.hpp"

namespace sparseann {

/// The squared Euclidean distance of two rows of equal length. Differences are squared and added in double, so that
/// rows far from the origin lose nothing; eight partial sums as in row_loops::dot.
template <std::floating_point A, std::floating_point B>
[[nodiscard]] double squared_distance(std::span<const A> a, std::span<const B> b) noexcept {
  constexpr std::size_t lanes = 8;
  std::array<double, lanes> sums{};
  const auto add = [&](std::size_t i, std::size_t lane) {
    const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    sums[lane] += difference * difference;
  };
  const std::size_t whole = a.size() / lanes * lanes;
  for (std::size_t i = 0; i < whole; i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane)
      add(i + lane, lane);
  for (std::size_t i = whole; i < a.size(); ++i)
    add(i, i - whole);
  double sum = 0;
  for (const double part : sums)
    sum += part;
  return sum;
}

/// The Euclidean distances of all rows of a feature table.
///
/// Shapes: features (N, D) -> (N, N), exactly symmetric, diagonal exactly 0.
/// Cost: O(N^2 D) time, O(N^2) memory.
[[nodiscard]] inline Array2<double> euclidean_distances(const Array2<float>& features, const Progress& progress = {}) {
  const std::size_t items = features.shape(0);
  Array2<double> distances = xt::zeros<double>({items, items});
  Progress::Task task = progress.start("comparing all items", items * (items + 1) / 2);
  for (std::size_t i = 0; i < items; ++i) {
    for (std::size_t j = i + 1; j < items; ++j)
      distances(i, j) = distances(j, i) =
          std::sqrt(squared_distance(feature_row(features, i), feature_row(features, j)));
    task.advance(items - i);
  }
  task.finish();
  return distances;
}

} // namespace sparseann
