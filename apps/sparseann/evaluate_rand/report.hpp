#pragma once

#include <string>

#include "apps/sparseann/evaluate_rand/scores.hpp"
#include "sparseann/io/json.hpp"

namespace sparseann::app {

/// rand.csv: a row per threshold of the sweep, and one of the fixed threshold where there is one.
[[nodiscard]] std::string rand_table(const RandScores& scores, const RandOptions& options);

/// What the numbers are, the best and the fixed threshold's; as JSON.
[[nodiscard]] Json rand_summary(const RandScores& scores, const RandOptions& options);

/// The same for people.
[[nodiscard]] std::string rand_in_words(const RandScores& scores, const RandOptions& options);

} // namespace sparseann::app
