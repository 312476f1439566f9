#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sparseann/io/json.hpp"
#include "sparseann/metric/evaluation.hpp"

namespace sparseann::app {

/// The scores of one case, one per class.
struct CaseResult {
  std::string name;
  std::vector<ClassScore> classes;
};

/// metrics.csv: a row per case and class.
[[nodiscard]] std::string metrics_table(std::span<const CaseResult> results);

/// What the numbers are, and their statistics over the cases, by class; as JSON.
[[nodiscard]] Json metrics_summary(std::span<const CaseResult> results, const EvaluationOptions& options,
                                   std::span<const std::string> failures);

/// The same for people.
[[nodiscard]] std::string summary_in_words(const Json& summary);

} // namespace sparseann::app
