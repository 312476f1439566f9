#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/metric/bootstrap.hpp"
#include "sparseann/metric/signed_rank_test.hpp"
#include "sparseann/metric/statistics.hpp"

namespace sparseann {

/// One method's results. Shape: (seeds, cases).
using SeedValues = Array2<double>;

namespace detail {

inline void check_seed_values(std::string_view argument, const SeedValues& values) {
  if (values.shape(0) == 0 || values.shape(1) == 0)
    throw InvalidArgument(std::string(argument), "at least one seed and one case",
                          fmt::format("{} x {}", values.shape(0), values.shape(1)));
  for (std::size_t seed = 0; seed < values.shape(0); ++seed)
    for (std::size_t i = 0; i < values.shape(1); ++i)
      if (!std::isfinite(values(seed, i)))
        throw InvalidArgument(std::string(argument), "finite numbers",
                              fmt::format("{} at seed {}, case {}", values(seed, i), seed, i));
}

[[nodiscard]] inline std::vector<std::size_t> draw_indices(std::size_t count, Generator& generator) {
  std::vector<std::size_t> drawn(count);
  for (std::size_t& index : drawn)
    index = generator.uniform_index(count);
  return drawn;
}

/// The mean over `cases` of what as many seeds as there are, drawn anew, give on average.
[[nodiscard]] inline double resampled_mean(const SeedValues& values, std::span<const std::size_t> cases,
                                           Generator& generator) {
  double sum = 0;
  for (const std::size_t seed : draw_indices(values.shape(0), generator))
    for (const std::size_t i : cases)
      sum += values(seed, i);
  return sum / static_cast<double>(values.shape(0) * cases.size());
}

} // namespace detail

/// Mean over the seeds, per case.
///
/// Throws: InvalidArgument for no seed, no case, or a value that is not finite.
[[nodiscard]] inline std::vector<double> seed_means(const SeedValues& values) {
  detail::check_seed_values("values", values);
  std::vector<double> means(values.shape(1));
  for (std::size_t i = 0; i < means.size(); ++i) {
    for (std::size_t seed = 0; seed < values.shape(0); ++seed)
      means[i] += values(seed, i);
    means[i] /= static_cast<double>(values.shape(0));
  }
  return means;
}

/// Two-way bootstrap confidence interval of a method's mean over cases and seeds.
///
/// Formula: percentile_interval of the mean over cases drawn with replacement and, independently, seeds drawn with
/// replacement: a seed's values on all cases come from one training, so that values are not independent. With one seed
/// the interval holds for that training alone.
/// Shapes: values (seeds, cases). Cost: `resamples` times the values.
/// Throws: InvalidArgument for no seed, no case, a value that is not finite, and options beyond their limits.
/// Source: A. Owen, "The pigeonhole bootstrap", Annals of Applied Statistics 1 (2007), which shows that it does not
/// understate the variance.
[[nodiscard]] inline Interval two_way_interval(const SeedValues& values, const BootstrapOptions& options = {}) {
  detail::check_seed_values("values", values);
  return percentile_interval(
      [&](Generator& generator) {
        const std::vector<std::size_t> cases = detail::draw_indices(values.shape(1), generator);
        return detail::resampled_mean(values, cases, generator);
      },
      options);
}

/// How a method differs from another on the same cases.
struct PairedComparison {
  std::vector<double> differences; ///< method - baseline of the seeds' means, per case
  double mean_difference = 0.0;
  Interval interval;   ///< of the mean difference, by the two-way bootstrap
  SignedRankTest test; ///< over the cases' differences
};

/// Compares two methods that were measured on the same cases, each with seeds of its own.
///
/// Formula: the mean difference is the mean over cases of the difference of the seeds' means. Its interval draws cases,
/// the same for both methods, and each method's seeds, as two_way_interval. The test is the signed-rank test over
/// cases, of which there are as many as are independent, however many seeds.
/// Shapes: (seeds, cases) each; the numbers of seeds may differ, and seed i of one is no pair of seed i of the other.
/// Cost: `resamples` times the values of both.
/// Throws: InvalidArgument where the numbers of cases differ, and as two_way_interval.
[[nodiscard]] inline PairedComparison compare_paired(const SeedValues& method, const SeedValues& baseline,
                                                     const BootstrapOptions& options = {}) {
  detail::check_seed_values("method", method);
  detail::check_seed_values("baseline", baseline);
  if (method.shape(1) != baseline.shape(1))
    throw InvalidArgument("method", fmt::format("{} cases as of the baseline", baseline.shape(1)),
                          std::to_string(method.shape(1)));
  PairedComparison comparison{.differences = seed_means(method), .interval = {}, .test = {}};
  const std::vector<double> of_baseline = seed_means(baseline);
  for (std::size_t i = 0; i < of_baseline.size(); ++i)
    comparison.differences[i] -= of_baseline[i];
  comparison.mean_difference = mean(comparison.differences);
  comparison.interval = percentile_interval(
      [&](Generator& generator) {
        const std::vector<std::size_t> cases = detail::draw_indices(method.shape(1), generator);
        const double of_method = detail::resampled_mean(method, cases, generator);
        return of_method - detail::resampled_mean(baseline, cases, generator);
      },
      options);
  comparison.test = signed_rank_test(comparison.differences);
  return comparison;
}

} // namespace sparseann
