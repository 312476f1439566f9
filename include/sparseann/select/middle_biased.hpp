#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseann/core/options.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/ranked_selection.hpp"
#include "sparseann/select/selector.hpp"

namespace sparseann {

struct MiddleBiasedOptions {
  double width = 0.2;

  friend void visit(MiddleBiasedOptions& options, auto&& visitor) {
    visitor(field("width", options.width, "standard deviation of a slice's place, as a share of the stack", above(0)));
  }
};

/// Slices drawn without replacement, the middle of the stack more often than its ends, in the order drawn.
///
/// Formula: each draw takes a slice d that is left with a probability proportional to exp(-x^2 / (2 width^2)), where
/// x = (d + 1/2) / D - 1/2. The order is that of ascending log(-log(u)) + x^2 / (2 width^2), with u uniform in [0, 1)
/// for each slice: the order of descending u^(1 / weight), in logarithms that no width makes overflow.
/// Cost: O(D log D).
/// Throws: InvalidArgument for a width that is not above 0, or a budget of zero or above the number of slices.
/// Source: Efraimidis and Spirakis, "Weighted random sampling with a reservoir", Information Processing Letters 97(5),
/// 2006, for the draw; the weight is ours.
struct MiddleBiased {
  using Options = MiddleBiasedOptions;
  static constexpr std::string_view name = "middle_biased";

  Options options;

  [[nodiscard]] RankedSelection operator()(std::size_t count, std::size_t budget, Generator generator) const {
    validate(options);
    check_selection_budget(budget, count);
    std::vector<double> keys(count);
    for (std::size_t slice = 0; slice < count; ++slice) {
      const double place = (static_cast<double>(slice) + 0.5) / static_cast<double>(count) - 0.5;
      const double deviation = place / options.width;
      keys[slice] = std::log(-std::log(generator.uniform())) + deviation * deviation / 2;
    }
    RankedSelection selection;
    selection.indices.resize(count);
    std::iota(selection.indices.begin(), selection.indices.end(), std::size_t{0});
    std::ranges::sort(selection.indices, {}, [&](std::size_t slice) { return std::pair(keys[slice], slice); });
    selection.indices.resize(budget);
    return selection;
  }
};

/// The whole stack is ordered whatever the budget.
template <> inline constexpr bool prefix_consistent<MiddleBiased> = true;

} // namespace sparseann
