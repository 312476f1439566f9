#pragma once

#include <cstddef>
#include <numeric>
#include <span>
#include <string_view>

#include "sparseann/core/options.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/ranked_selection.hpp"
#include "sparseann/select/selector.hpp"

namespace sparseann {

/// Slices drawn uniformly without replacement, in the order drawn.
///
/// Cost: O(count).
/// Throws: InvalidArgument for a budget of zero or above the number of slices.
struct RandomSlices {
  using Options = NoOptions;
  static constexpr std::string_view name = "random_slices";

  Options options;

  [[nodiscard]] RankedSelection operator()(std::size_t count, std::size_t budget, Generator generator) const {
    check_selection_budget(budget, count);
    RankedSelection selection;
    selection.indices.resize(count);
    std::iota(selection.indices.begin(), selection.indices.end(), std::size_t{0});
    generator.shuffle(std::span(selection.indices));
    selection.indices.resize(budget);
    return selection;
  }
};

/// The whole stack is shuffled whatever the budget.
template <> inline constexpr bool prefix_consistent<RandomSlices> = true;

} // namespace sparseann
