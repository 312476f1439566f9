#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sparseann/core/options.hpp"
#include "sparseann/train/loss_curve.hpp"

namespace sparseann {

struct EarlyStoppingOptions {
  std::int64_t window = 200;
  double improvement = 0.05;

  friend void visit(EarlyStoppingOptions& options, auto&& visitor) {
    visitor(
        field("window", options.window, "iterations whose mean losses are compared; 0: train to the end", at_least(0)));
    visitor(field("improvement", options.improvement, "share by which the loss must fall from window to window",
                  between(0, 1)));
  }
};

/// Whether a training has come to rest: the mean loss of the last `window` iterations is not below (1 - improvement) of
/// that of the `window` iterations before.
///
/// Depends on the curve alone, which checkpoints hold, so that an interrupted training stops where it would have.
[[nodiscard]] inline bool is_at_rest(const EarlyStoppingOptions& options, const LossCurve& curve) {
  if (options.window == 0 || curve.empty() || curve.back().iteration < 2 * options.window)
    return false;
  const std::int64_t middle = curve.back().iteration - options.window;
  std::array<double, 2> sums{};
  std::array<std::size_t, 2> counts{};
  for (const LossPoint& point : curve) {
    if (point.iteration <= middle - options.window)
      continue;
    const std::size_t window = point.iteration > middle ? 1 : 0;
    sums[window] += point.loss;
    ++counts[window];
  }
  if (counts[0] == 0)
    return false;
  const double before = sums[0] / static_cast<double>(counts[0]);
  return sums[1] / static_cast<double>(counts[1]) >= (1 - options.improvement) * before;
}

} // namespace sparseann
