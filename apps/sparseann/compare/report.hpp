#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "apps/sparseann/compare/measurements.hpp"
#include "sparseann/io/text_table.hpp"
#include "sparseann/metric/bootstrap.hpp"
#include "sparseann/metric/detectable_difference.hpp"
#include "sparseann/metric/paired_comparison.hpp"
#include "sparseann/metric/statistics.hpp"

namespace sparseann::app {

/// How a method differs from the baseline.
struct DifferenceFromBaseline {
  double mean = 0.0;
  Interval interval;
  double p_value = 1.0;
  double holm_p_value = 1.0; ///< over all methods and classes compared
  double smallest_detectable = 0.0;
};

/// One method on one class.
struct ComparedMethod {
  std::string class_name;
  std::string method;
  std::size_t seeds = 0;
  std::size_t cases = 0;
  Summary summary; ///< over cases, of the seeds' means
  Interval interval;
  std::optional<DifferenceFromBaseline> difference; ///< none of the baseline
};

/// Every method on every class, compared with the method at `baseline`.
[[nodiscard]] std::vector<ComparedMethod> compared(std::span<const Method> methods,
                                                   std::span<const ClassMeasurements> classes, std::size_t baseline,
                                                   const BootstrapOptions& bootstrap,
                                                   const DetectionOptions& detection);

[[nodiscard]] TextTable comparison_table(std::span<const ComparedMethod> rows, int decimals);

/// The same for people.
[[nodiscard]] std::string comparison_in_words(std::span<const ComparedMethod> rows, const std::string& metric,
                                              double confidence, int decimals);

} // namespace sparseann::app
