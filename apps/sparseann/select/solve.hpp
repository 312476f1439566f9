#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "apps/sparseann/select/input.hpp"
#include "apps/sparseann/select/problem.hpp"

namespace sparseann::app {

/// One selection: of all items, or of those of one group.
struct Part {
  std::vector<std::size_t> rows; ///< of the input, by item
  Answer answer;
  std::optional<double> bandwidth; ///< of the Gaussian similarity, where that is used
};

/// The values that the call leaves open and the input decides: how similarities are stored, how many random draws.
void complete_for(const Input& input, Call& call);

/// Selects as the call says: once, or once per group, each with a stream of its own that is split by the group's name.
[[nodiscard]] std::vector<Part> solve(const Input& input, const Method& method);

} // namespace sparseann::app
