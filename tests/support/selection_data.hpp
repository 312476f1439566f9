#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <string>
#include <string_view>
#include <vector>

#include "sparseann/core/array.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/cosine_similarity.hpp"
#include "sparseann/select/ranked_selection.hpp"
#include "sparseann/select/similarity_matrix.hpp"

/// Features of every kind that selections meet, and what selections are by their definition.
namespace sparseann::test {

[[nodiscard]] inline Array2<float> random_features(std::size_t rows, std::size_t columns, Generator generator) {
  Array2<float> features = xt::zeros<float>({rows, columns});
  for (float& value : elements(features))
    value = static_cast<float>(generator.normal());
  return features;
}

[[nodiscard]] inline Array2<float> features_on_a_circle(std::size_t count) {
  Array2<float> features = xt::zeros<float>({count, std::size_t{2}});
  for (std::size_t i = 0; i < count; ++i) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(count);
    features(i, 0) = static_cast<float>(std::cos(angle));
    features(i, 1) = static_cast<float>(std::sin(angle));
  }
  return features;
}

/// Row i is row i % distinct of random features, times a number that depends on i.
[[nodiscard]] inline Array2<float> repeated_features(std::size_t count, std::size_t distinct,
                                                     const Generator& generator) {
  const Array2<float> originals = random_features(distinct, 4, generator);
  Array2<float> features = xt::zeros<float>({count, std::size_t{4}});
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t c = 0; c < 4; ++c)
      features(i, c) = static_cast<float>(1 + i) * originals(i % distinct, c);
  return features;
}

/// Row 2 i + 1 is minus row 2 i.
[[nodiscard]] inline Array2<float> opposite_features(std::size_t count, const Generator& generator) {
  const Array2<float> originals = random_features((count + 1) / 2, 5, generator);
  Array2<float> features = xt::zeros<float>({count, std::size_t{5}});
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t c = 0; c < 5; ++c)
      features(i, c) = (i % 2 == 0 ? 1.0F : -1.0F) * originals(i / 2, c);
  return features;
}

/// Neighbouring rows are alike, as neighbouring slices are.
[[nodiscard]] inline Array2<float> smooth_features(std::size_t count, const Generator& generator) {
  Array2<float> features = random_features(count, 6, generator);
  for (std::size_t i = 1; i < count; ++i)
    for (std::size_t c = 0; c < 6; ++c)
      features(i, c) = 0.9F * features(i - 1, c) + 0.4F * features(i, c);
  return features;
}

[[nodiscard]] inline Array2<float> clustered_features(std::size_t count, std::size_t columns, std::size_t clusters,
                                                      Generator generator) {
  const Array2<float> centres = random_features(clusters, columns, generator.split("centres"));
  Array2<float> features = random_features(count, columns, generator.split("items"));
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t cluster = generator.uniform_index(clusters);
    for (std::size_t c = 0; c < columns; ++c)
      features(i, c) = centres(cluster, c) + 0.3F * features(i, c);
  }
  return features;
}

/// A kind of features by its number: random, clustered, duplicated, tied, anti-correlated, smooth.
inline constexpr std::size_t kinds_of_features = 6;
[[nodiscard]] inline Array2<float> features_of_kind(std::size_t kind, std::size_t count, const Generator& generator) {
  switch (kind) {
  case 0: return random_features(count, 3 + count % 7, generator);
  case 1: return clustered_features(count, 8, std::max<std::size_t>(count / 6, 1), generator);
  case 2: return repeated_features(count, std::max<std::size_t>(count / 4, 1), generator);
  case 3: return features_on_a_circle(count);
  case 4: return opposite_features(count, generator);
  default: return smooth_features(count, generator);
  }
}

[[nodiscard]] inline SimilarityMatrix cosines(const Array2<float>& features, const Execution& execution = {}) {
  return similarity_matrix(CosineSimilarity{}(features, execution), execution);
}

/// Eq. 7 word for word, with the baseline for the empty set.
[[nodiscard]] inline double coverage_by_definition(const Array2<float>& similarity, std::span<const std::size_t> set,
                                                   double baseline = -1) {
  double sum = 0;
  for (std::size_t j = 0; j < similarity.shape(1); ++j) {
    double best = baseline;
    for (const std::size_t i : set)
      best = std::max(best, static_cast<double>(similarity(i, j)));
    sum += best;
  }
  return sum;
}

/// Greedy from Eq. 8 with nothing remembered: every coverage is computed from the set.
[[nodiscard]] inline RankedSelection greedy_by_definition(const Array2<float>& similarity, std::size_t budget,
                                                          double baseline = -1, double tolerance = 1e-6) {
  const std::size_t items = similarity.shape(0);
  double band = 0;
  RankedSelection selection;
  while (selection.indices.size() < budget) {
    const double before = coverage_by_definition(similarity, selection.indices, baseline);
    std::vector<double> gains(items, -std::numeric_limits<double>::infinity());
    for (std::size_t item = 0; item < items; ++item) {
      if (std::ranges::find(selection.indices, item) != selection.indices.end())
        continue;
      std::vector<std::size_t> with = selection.indices;
      with.push_back(item);
      gains[item] = coverage_by_definition(similarity, with, baseline) - before;
    }
    const double best = std::ranges::max(gains);
    if (selection.indices.empty())
      band = tolerance * best / std::sqrt(static_cast<double>(items));
    const auto chosen = std::ranges::find_if(gains, [&](double gain) { return gain >= best - band; });
    selection.indices.push_back(static_cast<std::size_t>(chosen - gains.begin()));
    selection.gains.push_back(*chosen);
    selection.coverage.push_back(before + *chosen);
  }
  return selection;
}

/// The largest Eq. 7 of any set of `budget` items: all of them are tried.
[[nodiscard]] inline double best_coverage(const Array2<float>& similarity, std::size_t budget, double baseline = -1,
                                          std::vector<std::size_t> set = {}) {
  if (set.size() == budget)
    return coverage_by_definition(similarity, set, baseline);
  double best = -std::numeric_limits<double>::infinity();
  for (std::size_t item = set.empty() ? 0 : set.back() + 1; item < similarity.shape(0); ++item) {
    set.push_back(item);
    best = std::max(best, best_coverage(similarity, budget, baseline, set));
    set.pop_back();
  }
  return best;
}

} // namespace sparseann::test
