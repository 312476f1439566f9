#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/ranked_selection.hpp"
#include "sparseann/select/selector.hpp"

namespace sparseann {

struct EqualIntervalOptions {
  double offset = 0.5;
  bool random_start = false;

  friend void visit(EqualIntervalOptions& options, auto&& visitor) {
    visitor(field("offset", options.offset, "place of a slice in its interval: 0 its start, 0.5 its middle, below 1",
                  between(0, 1)));
    visitor(field("random_start", options.random_start, "draw the offset for each stack instead"));
  }
};

/// Equal-interval annotation: one slice of each of K intervals of equal length, in the order of the stack.
///
/// Formula: floor((i + offset) D / K) for i = 0..K-1; with random_start, offset is uniform in {0, 1/D, .. (D-1)/D}.
/// Cost: O(K).
/// Throws: InvalidArgument for an offset outside [0, 1), or a budget of zero or above the number of slices.
/// Source: Cicek et al., MICCAI 2016; Zheng et al., AAAI 2020 (EIA).
/// Deviation: the paper does not say where in an interval its slice lies; 0.5 leaves the ends of the stack equally far
/// from their nearest slice.
struct EqualInterval {
  using Options = EqualIntervalOptions;
  static constexpr std::string_view name = "equal_interval";

  Options options;

  [[nodiscard]] RankedSelection operator()(std::size_t count, std::size_t budget, Generator generator) const {
    check_selection_budget(budget, count);
    const std::size_t start = options.random_start ? generator.uniform_index(count) : first(count);
    RankedSelection selection;
    selection.indices.reserve(budget);
    for (std::size_t i = 0; i < budget; ++i)
      selection.indices.push_back((i * count + start) / budget);
    return selection;
  }

private:
  /// floor(offset D). Flooring it first changes no position, as i, D and K are whole, and keeps them exact.
  [[nodiscard]] std::size_t first(std::size_t count) const {
    if (!(options.offset >= 0 && options.offset < 1))
      throw InvalidArgument("offset", "a number of at least 0 and below 1", fmt::format("{}", options.offset));
    return std::min(static_cast<std::size_t>(std::floor(options.offset * static_cast<double>(count))), count - 1);
  }
};

} // namespace sparseann
