#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <span>
#include <vector>

#include "sparseann/metric/statistics.hpp"

namespace sparseann {

/// What the signed-rank test made of differences.
struct SignedRankTest {
  double statistic = 0.0; ///< the smaller of the two sums of ranks
  double p_value = 1.0;   ///< two-sided
  std::size_t used = 0;   ///< differences that are not 0
  bool exact = true;      ///< else by the normal approximation
};

namespace detail {

/// Ranks of magnitudes from 1 on, equal ones at their mean, and the sum of t^3 - t over groups of t equal ones.
struct MagnitudeRanks {
  double positive = 0.0; ///< sum of the positive differences' ranks
  double ties = 0.0;
};

[[nodiscard]] inline MagnitudeRanks rank_magnitudes(std::vector<double> differences) {
  const auto magnitude = [](double value) { return std::abs(value); };
  std::ranges::sort(differences, {}, magnitude);
  MagnitudeRanks ranks;
  for (std::size_t begin = 0, end = 0; begin < differences.size(); begin = end) {
    while (end < differences.size() && std::abs(differences[end]) == std::abs(differences[begin]))
      ++end;
    const double rank = 0.5 * static_cast<double>(begin + 1 + end);
    const auto equal = static_cast<double>(end - begin);
    ranks.ties += equal * equal * equal - equal;
    for (std::size_t i = begin; i < end; ++i)
      ranks.positive += differences[i] > 0 ? rank : 0;
  }
  return ranks;
}

/// How probable a sum of ranks of at most `sum` is where every one of 1..count is in it by a coin's toss.
[[nodiscard]] inline double probability_of_rank_sum(std::size_t count, std::size_t sum) {
  std::vector<double> probability(count * (count + 1) / 2 + 1);
  probability[0] = 1;
  for (std::size_t rank = 1; rank <= count; ++rank)
    for (std::size_t s = probability.size(); s-- > 0;)
      probability[s] = 0.5 * (probability[s] + (s >= rank ? probability[s - rank] : 0));
  double total = 0;
  for (std::size_t s = 0; s <= sum; ++s)
    total += probability[s];
  return total;
}

} // namespace detail

/// Wilcoxon's signed-rank test of whether paired differences lie around 0, two-sided.
///
/// Formula: W is the sum of the ranks of |d| of the positive d, or that of the negative ones where it is smaller.
/// Differences of 0 are left out. Exact (p = 2 P(W <= w)) for up to 50 differences of which no two are equally large;
/// else z = (|w - n (n + 1) / 4| - 1/2) / sqrt(n (n + 1) (2 n + 1) / 24 - sum (t^3 - t) / 48) over groups of t equal
/// ones, against the normal distribution. Without a difference p is 1.
/// Shapes: one difference per independent case. Cost: n log n; the exact distribution n^3 / 2.
/// Throws: InvalidArgument for no differences, or one that is not finite.
/// Source: F. Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1 (1945). The same as SciPy's
/// wilcoxon with zero_method="wilcox", and correction=True where its method is "approx".
[[nodiscard]] inline SignedRankTest signed_rank_test(std::span<const double> differences) {
  detail::check_values(differences, 1);
  std::vector<double> used;
  std::ranges::copy_if(differences, std::back_inserter(used), [](double value) { return value != 0; });
  if (used.empty())
    return {};
  constexpr std::size_t most_exact = 50;
  const auto n = static_cast<double>(used.size());
  const detail::MagnitudeRanks ranks = detail::rank_magnitudes(used);
  const double smaller = std::min(ranks.positive, n * (n + 1) / 2 - ranks.positive);
  SignedRankTest test{.statistic = smaller, .used = used.size(), .exact = used.size() <= most_exact && ranks.ties == 0};
  if (test.exact) {
    test.p_value = std::min(1.0, 2 * detail::probability_of_rank_sum(used.size(), static_cast<std::size_t>(smaller)));
    return test;
  }
  const double deviation = std::sqrt(n * (n + 1) * (2 * n + 1) / 24 - ranks.ties / 48);
  const double z = std::max(0.0, n * (n + 1) / 4 - smaller - 0.5) / deviation;
  test.p_value = std::erfc(z / std::sqrt(2.0));
  return test;
}

} // namespace sparseann
