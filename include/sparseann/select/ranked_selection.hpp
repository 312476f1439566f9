#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/select/certificate.hpp"

namespace sparseann {

/// Items in the order of their rank, the most important first.
///
/// Shapes: gains and coverage are parallel to indices, or empty for selectors without an objective.
struct RankedSelection {
  std::vector<std::size_t> indices;
  std::vector<double> gains;              ///< what each item added to the objective when it was picked
  std::vector<double> coverage;           ///< the objective's value with this and all earlier items
  std::optional<Certificate> certificate; ///< from maximisers that bound what others could reach

  bool operator==(const RankedSelection&) const = default;
};

/// Checks that `budget` of `items` items can be selected. Throws InvalidArgument naming `argument`.
inline void check_selection_budget(std::size_t budget, std::size_t items, std::string_view argument = "budget") {
  if (items == 0)
    throw InvalidArgument(std::string(argument), "items to select from", "none");
  if (budget == 0 || budget > items)
    throw InvalidArgument(std::string(argument),
                          fmt::format("a count of at least 1 and at most {} (all there are)", items),
                          fmt::format("{}", budget));
}

} // namespace sparseann
