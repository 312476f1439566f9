#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"

namespace sparseann {

namespace detail {
inline void check_values(std::span<const double> values, std::size_t fewest) {
  if (values.size() < fewest)
    throw InvalidArgument("values", fmt::format("at least {}", fewest), std::to_string(values.size()));
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]))
      throw InvalidArgument("values", "finite numbers", fmt::format("{} at index {}", values[i], i));
}
} // namespace detail

/// Arithmetic mean.
///
/// Throws: InvalidArgument for no values or one that is not finite.
[[nodiscard]] inline double mean(std::span<const double> values) {
  detail::check_values(values, 1);
  double sum = 0.0;
  for (const double value : values)
    sum += value;
  return sum / static_cast<double>(values.size());
}

/// Sample standard deviation: sqrt(sum (x - mean)^2 / (n - 1)).
///
/// Throws: InvalidArgument for fewer than two values or one that is not finite.
[[nodiscard]] inline double standard_deviation(std::span<const double> values) {
  detail::check_values(values, 2);
  const double centre = mean(values);
  double sum = 0.0;
  for (const double value : values)
    sum += (value - centre) * (value - centre);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

/// Standard error of the mean: standard deviation / sqrt(n).
///
/// Throws: InvalidArgument for fewer than two values or one that is not finite.
[[nodiscard]] inline double standard_error(std::span<const double> values) {
  return standard_deviation(values) / std::sqrt(static_cast<double>(values.size()));
}

/// Middle value; the mean of the two middle ones where their number is even.
///
/// Cost: linear; copies the values.
/// Throws: InvalidArgument for no values or one that is not finite.
[[nodiscard]] inline double median(std::span<const double> values) {
  detail::check_values(values, 1);
  std::vector<double> sorted(values.begin(), values.end());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::ranges::nth_element(sorted, middle);
  if (sorted.size() % 2 == 1)
    return *middle;
  return 0.5 * (*std::max_element(sorted.begin(), middle) + *middle);
}

/// A percentile, on a line between neighbours: with n ordered values, percentile p is at p / 100 (n - 1).
///
/// Cost: linear; reorders the values, of which there must be one. Source: NumPy's default.
template <std::floating_point T> [[nodiscard]] double percentile(std::span<T> values, double percent) {
  const double place = percent / 100 * static_cast<double>(values.size() - 1);
  const auto lower = values.begin() + static_cast<std::ptrdiff_t>(std::floor(place));
  std::ranges::nth_element(values, lower);
  const auto low = static_cast<double>(*lower);
  if (lower + 1 == values.end())
    return low;
  const auto high = static_cast<double>(*std::min_element(lower + 1, values.end()));
  return low + (place - std::floor(place)) * (high - low);
}

/// One row of a summary table. A single value has no spread.
struct Summary {
  std::size_t count = 0;
  double mean = 0.0;
  double median = 0.0;
  std::optional<double> standard_deviation;
  std::optional<double> standard_error;
};

/// Throws: InvalidArgument for no values or one that is not finite.
[[nodiscard]] inline Summary summarise(std::span<const double> values) {
  Summary summary{.count = values.size(),
                  .mean = mean(values),
                  .median = median(values),
                  .standard_deviation = std::nullopt,
                  .standard_error = std::nullopt};
  if (values.size() > 1) {
    summary.standard_deviation = standard_deviation(values);
    summary.standard_error = standard_error(values);
  }
  return summary;
}

} // namespace sparseann
