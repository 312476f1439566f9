#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "sparseann/core/options.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/metric/statistics.hpp"

namespace sparseann {

/// Both ends belong to it.
struct Interval {
  double low = 0.0;
  double high = 0.0;

  bool operator==(const Interval&) const = default;
};

struct BootstrapOptions {
  std::size_t resamples = 10000;
  double confidence = 0.95;
  std::uint64_t seed = 0;

  friend void visit(BootstrapOptions& options, auto&& visitor) {
    visitor(field("resamples", options.resamples, "samples drawn anew", between(1, 1e7)));
    visitor(field("confidence", options.confidence, "share of the resamples within an interval", between(0, 1)));
    visitor(field("seed", options.seed, "of the samples drawn"));
  }
};

/// A number from one sample drawn anew.
template <class Draw>
concept ResampledStatistic =
    std::invocable<Draw&, Generator&> && std::convertible_to<std::invoke_result_t<Draw&, Generator&>, double>;

/// The percentile interval of what `draw(generator)` gives, for samples that are drawn in a way of their own.
///
/// Formula: the (1 - confidence) / 2 and (1 + confidence) / 2 quantiles of `resamples` numbers, on a line between
/// neighbours. Cost: as many draws, a number each. The same seed gives the same interval.
/// Throws: InvalidArgument for options beyond their limits.
template <ResampledStatistic Draw>
[[nodiscard]] Interval percentile_interval(Draw&& draw, const BootstrapOptions& options = {}) {
  validate(options);
  const Generator generator = Generator(options.seed).split("bootstrap");
  std::vector<double> drawn(options.resamples);
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    Generator own = generator.split(i);
    drawn[i] = draw(own);
  }
  const double outside = 50 * (1 - options.confidence);
  return {.low = percentile<double>(drawn, outside), .high = percentile<double>(drawn, 100 - outside)};
}

/// Bootstrap confidence interval of a statistic of independent values.
///
/// Formula: percentile_interval of `statistic` on as many values, drawn from `values` with replacement. Of a single
/// value it has no width, which says nothing about its certainty.
/// Cost: `resamples` times drawing the values and the statistic.
/// Throws: InvalidArgument for no values, one that is not finite, and options beyond their limits.
/// Source: Efron, Tibshirani, "An introduction to the bootstrap", 1993, chapter 13. Percentiles alone: of few cases,
/// the bias and acceleration of BCa are themselves guesses.
template <class Statistic>
  requires std::invocable<Statistic&, std::span<const double>>
[[nodiscard]] Interval bootstrap_interval(std::span<const double> values, Statistic&& statistic,
                                          const BootstrapOptions& options = {}) {
  detail::check_values(values, 1);
  std::vector<double> sample(values.size());
  return percentile_interval(
      [&](Generator& generator) {
        for (double& value : sample)
          value = values[generator.uniform_index(values.size())];
        return statistic(std::span<const double>(sample));
      },
      options);
}

} // namespace sparseann
