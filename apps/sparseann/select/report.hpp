#pragma once

#include <string>
#include <vector>

#include "apps/sparseann/select/input.hpp"
#include "apps/sparseann/select/problem.hpp"
#include "apps/sparseann/select/solve.hpp"
#include "sparseann/io/json.hpp"

namespace sparseann::app {

/// The selection as CSV, see docs/formats.md.
[[nodiscard]] std::string selection_table(const Input& input, const std::vector<Part>& parts);

/// Everything about the selection but itself, see docs/formats.md.
[[nodiscard]] Json selection_summary(const Arguments& arguments, const Input& input, const std::vector<Part>& parts,
                                     const Seconds& seconds);

/// A few lines for the terminal.
[[nodiscard]] std::string selection_in_words(const Call& call, const Input& input, const std::vector<Part>& parts);

} // namespace sparseann::app
