#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/select/features.hpp"
#include "sparseann/select/row_loops.hpp"
#include "sparseann/select/symmetric_eigenvalues.hpp"

namespace sparseann {

/// From where on features of a stack look broken.
struct FeatureDiagnosticsOptions {
  double duplicate_distance = 1e-6;
  double most_duplicates = 0.25;
  double least_rank_correlation = 0.1;
  double least_effective_rank = 1.5;

  friend void visit(FeatureDiagnosticsOptions& options, auto&& visitor) {
    constexpr Affects execution = Affects::execution;
    visitor(field("duplicate_distance", options.duplicate_distance,
                  "slices are duplicates where 1 - cosine is below it", above(0), execution));
    visitor(field("most_duplicates", options.most_duplicates, "share of duplicates that is warned about above it",
                  between(0, 1), execution));
    visitor(field("least_rank_correlation", options.least_rank_correlation,
                  "correlation of similarity and nearness that is warned about below it", between(-1, 1), execution));
    visitor(field("least_effective_rank", options.least_effective_rank, "effective rank that is warned about below it",
                  at_least(1), execution));
  }
};

/// What the features of one stack look like without any label.
struct FeatureDiagnostics {
  std::size_t slices = 0;
  std::optional<double> rank_correlation; ///< none where all pairs are alike, in similarity or in distance
  double effective_rank = 0;
  double duplicate_rate = 0;
  std::vector<std::string> warnings; ///< sentences; none where nothing looks broken
};

/// Ranks from 1 on, the smallest first; equal values share the mean of their ranks.
///
/// Cost: O(N log N). Source: Kendall, "The treatment of ties in ranking problems", Biometrika 33, 1945.
[[nodiscard]] inline std::vector<double> mean_ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]])
      ++end;
    for (std::size_t i = begin; i < end; ++i)
      ranks[order[i]] = static_cast<double>(begin + 1 + end) / 2;
    begin = end;
  }
  return ranks;
}

/// Spearman's rank correlation, in [-1, 1]; none where one of the two has no two different values.
///
/// Formula: Pearson's correlation of mean_ranks. Shapes: x and y alike. Cost: O(N log N).
/// Throws: InvalidArgument where they differ in length.
/// Source: Spearman, "The proof and measurement of association between two things", 1904.
[[nodiscard]] inline std::optional<double> rank_correlation(std::span<const double> x, std::span<const double> y) {
  if (x.size() != y.size())
    throw InvalidArgument("y", fmt::format("{} values, as x has", x.size()), fmt::format("{}", y.size()));
  const std::vector<double> x_ranks = mean_ranks(x);
  const std::vector<double> y_ranks = mean_ranks(y);
  const double mean = (static_cast<double>(x.size()) + 1) / 2;
  double products = 0;
  double x_squares = 0;
  double y_squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    products += (x_ranks[i] - mean) * (y_ranks[i] - mean);
    x_squares += (x_ranks[i] - mean) * (x_ranks[i] - mean);
    y_squares += (y_ranks[i] - mean) * (y_ranks[i] - mean);
  }
  if (x_squares == 0 || y_squares == 0)
    return std::nullopt;
  return std::clamp(products / std::sqrt(x_squares * y_squares), -1.0, 1.0);
}

/// How many dimensions the rows of a table use: the exponential of the entropy of its singular values.
///
/// Formula: exp(- sum over i of p_i log p_i), p_i = s_i / sum of s, with the singular values s of the rows as they are,
/// neither centred nor scaled; 1 for rows that are multiples of one, the rank where all singular values are equal, 0
/// for zeros alone. Shapes: rows (N, D). Cost: N D M for the smaller of the two Gram matrices (M, M), M = min(N, D),
/// whose eigenvalues are the squares, and 3 M^3 for these. Squares below rounding (M 2^-52 of the largest) are zeros.
/// Source: Roy and Vetterli, "The effective rank: a measure of effective dimensionality", EUSIPCO 2007.
[[nodiscard]] inline double effective_rank(const Array2<double>& rows) {
  const bool by_rows = rows.shape(0) <= rows.shape(1);
  const Array2<double> vectors = by_rows ? rows : Array2<double>(xt::transpose(rows));
  const std::size_t count = vectors.shape(0);
  const std::size_t length = vectors.shape(1);
  Array2<double> gram = xt::zeros<double>({count, count});
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      const double* const a = vectors.data() + i * length;
      gram(i, j) = gram(j, i) = std::inner_product(a, a + length, vectors.data() + j * length, 0.0);
    }
  if (std::ranges::all_of(elements(vectors), [](double value) { return value == 0; }))
    return 0;
  std::vector<double> values = symmetric_eigenvalues(gram);
  const double rounding = values.back() * static_cast<double>(count) * 0x1p-52;
  for (double& value : values)
    value = value > rounding ? std::sqrt(value) : 0.0;
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  double entropy = 0;
  for (const double value : values)
    if (value > 0)
      entropy -= value / sum * std::log(value / sum);
  return std::exp(entropy);
}

namespace detail {

/// Rows scaled to length 1 in double. A row of zeros alone stays one.
[[nodiscard]] inline Array2<double> directions(const Array2<float>& features) {
  Array2<double> rows = xt::zeros<double>({features.shape(0), features.shape(1)});
  for (std::size_t i = 0; i < features.shape(0); ++i) {
    const std::span<const float> row = feature_row(features, i);
    const double length = std::sqrt(row_loops::dot(row, row));
    for (std::size_t k = 0; length > 0 && k < row.size(); ++k)
      rows(i, k) = static_cast<double>(row[k]) / length;
  }
  return rows;
}

/// Similarity and nearness of each pair of slices, and each slice's similarity to the one most like it.
struct SlicePairs {
  std::vector<double> similarity;
  std::vector<double> nearness; ///< the distance in slices, negated
  std::vector<double> nearest;
};

[[nodiscard]] inline SlicePairs slice_pairs(const Array2<double>& rows, std::span<const std::size_t> zeros) {
  const std::size_t count = rows.shape(0);
  const std::size_t length = rows.shape(1);
  SlicePairs pairs{.similarity = {}, .nearness = {}, .nearest = std::vector<double>(count, -1.0)};
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const double* const a = rows.data() + i * length;
      double cosine = std::inner_product(a, a + length, rows.data() + j * length, 0.0);
      if (std::ranges::binary_search(zeros, i) && std::ranges::binary_search(zeros, j))
        cosine = 1; // they have no direction, but are the same
      pairs.similarity.push_back(cosine);
      pairs.nearness.push_back(-static_cast<double>(i - j));
      pairs.nearest[i] = std::max(pairs.nearest[i], cosine);
      pairs.nearest[j] = std::max(pairs.nearest[j], cosine);
    }
  return pairs;
}

/// Where the numbers in a table are no numbers, the error of check_features; rows of zeros are returned, ascending.
[[nodiscard]] inline std::vector<std::size_t> zero_rows(const Array2<float>& features, std::string_view source) {
  check_feature_table(features.shape(0), features.shape(1), source);
  std::vector<std::size_t> zeros;
  for (std::size_t i = 0; i < features.shape(0); ++i) {
    const std::span<const float> row = feature_row(features, i);
    const double square = row_loops::dot(row, row);
    if (!std::isfinite(square))
      sparseann::check_features(features, source);
    if (square == 0)
      zeros.push_back(i);
  }
  return zeros;
}

/// Sentences about what looks broken. Where all slices are alike, nothing else is worth a word.
[[nodiscard]] inline std::vector<std::string> feature_warnings(const FeatureDiagnostics& found, bool all_alike,
                                                               std::size_t zeros,
                                                               const FeatureDiagnosticsOptions& limits) {
  std::vector<std::string> warnings;
  if (zeros > 0)
    warnings.push_back(fmt::format("{} of {} slices have features of zeros alone", zeros, found.slices));
  if (all_alike) {
    warnings.emplace_back("all slices have the same features");
    return warnings;
  }
  if (found.slices < 3)
    return warnings;
  if (!found.rank_correlation)
    warnings.emplace_back("all pairs of slices are equally alike");
  else if (*found.rank_correlation < limits.least_rank_correlation)
    warnings.push_back(fmt::format("neighbouring slices are hardly more alike than distant ones "
                                   "(rank correlation {:.3f})",
                                   *found.rank_correlation));
  if (found.duplicate_rate > limits.most_duplicates)
    warnings.push_back(fmt::format("{:.0f} % of the slices have the features of another", 100 * found.duplicate_rate));
  if (found.effective_rank < limits.least_effective_rank)
    warnings.push_back(
        fmt::format("the features use hardly more than one dimension (effective rank {:.2f})", found.effective_rank));
  return warnings;
}

} // namespace detail

/// Says whether the features of one stack of consecutive slices are any good for selecting among them, without a label.
///
/// Formula: rank correlation of the cosine with the negated distance in slices over all pairs; effective rank of the
/// rows scaled to length 1, as the cosine sees no more; duplicates: slices that have another with a cosine above
/// 1 - duplicate_distance. Warnings: all pairs above that cosine (a constant encoder), rows of zeros, and what lies
/// beyond the options' limits; with one or two slices there is too little to say more than the first two.
/// A row of zeros has the cosine 1 to another such row and 0 to all others.
/// Shapes: features (N, D), row i of slice i. Cost: N^2 D / 2 for the cosines, N^2 log N for the ranks, and
/// effective_rank; 16 N^2 bytes. Throws: DataError naming `source` for an empty table or features that are not finite.
[[nodiscard]] inline FeatureDiagnostics diagnose_features(const Array2<float>& features,
                                                          const FeatureDiagnosticsOptions& options = {},
                                                          std::string_view source = "features") {
  validate(options, "feature_diagnostics");
  const std::vector<std::size_t> zeros = detail::zero_rows(features, source);
  const Array2<double> rows = detail::directions(features);
  const detail::SlicePairs pairs = detail::slice_pairs(rows, zeros);
  const auto alike = [&](double cosine) { return cosine > 1 - options.duplicate_distance; };
  const std::size_t slices = features.shape(0);
  FeatureDiagnostics found{.slices = slices,
                           .rank_correlation = rank_correlation(pairs.similarity, pairs.nearness),
                           .effective_rank = effective_rank(rows),
                           .duplicate_rate = static_cast<double>(std::ranges::count_if(pairs.nearest, alike)) /
                                             static_cast<double>(slices),
                           .warnings = {}};
  const bool all_alike = slices > 1 && std::ranges::all_of(pairs.similarity, alike);
  if (all_alike)
    found.rank_correlation.reset(); // of rounding alone
  found.warnings = detail::feature_warnings(found, all_alike, zeros.size(), options);
  return found;
}

} // namespace sparseann
