#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"

namespace sparseann {

/// How many slices of each plane of each case a person annotates: one in `every`, or `count` of them.
///
/// Formula: K = max(1, floor(D / every)), or K = count, for D slices.
/// Source: Zheng et al., AAAI 2020, settings s_k.
/// Deviation: the paper does not say what a stack with fewer than k slices gets; it gets one.
struct Budget {
  std::optional<std::size_t> every;
  std::optional<std::size_t> count;

  /// K for a stack of `depth` slices. Throws InvalidArgument unless exactly one of `every` and `count` is set, where it
  /// is zero, or where `count` exceeds `depth`.
  [[nodiscard]] std::size_t slices_of(std::size_t depth) const {
    check();
    if (depth == 0)
      throw InvalidArgument("depth", "at least one slice", "none");
    if (every)
      return std::max<std::size_t>(1, depth / *every);
    if (*count > depth)
      throw InvalidArgument("--budget", fmt::format("at most {}, the number of slices of a plane", depth),
                            fmt::format("{}", *count));
    return *count;
  }

  /// Throws InvalidArgument as slices_of does for any depth.
  void check() const {
    if (every.has_value() == count.has_value())
      throw InvalidArgument("--every, --budget", "exactly one of the two", every ? "both" : "neither");
    if (every == std::size_t{0})
      throw InvalidArgument("--every", "a whole number of at least 1", "0");
    if (count == std::size_t{0})
      throw InvalidArgument("--budget", "a whole number of at least 1", "0");
  }

  bool operator==(const Budget&) const = default;

  friend void visit(Budget& budget, auto&& visitor) {
    visitor(field("every", budget.every, "annotate one slice in so many, per plane", at_least(1)));
    visitor(field("budget", budget.count, "annotate so many slices per plane", at_least(1)));
  }
};

} // namespace sparseann
