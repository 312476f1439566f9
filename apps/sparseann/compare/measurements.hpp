#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "sparseann/metric/paired_comparison.hpp"

namespace sparseann::app {

/// One class as every method was measured on it, on the same cases.
struct ClassMeasurements {
  std::string name;
  std::vector<std::string> cases;
  std::vector<SeedValues> methods; ///< in the order of the methods, (seeds, cases) each
  std::size_t left_out = 0;        ///< cases that some method lacks
};

/// A method and its files, one per seed.
struct Method {
  std::string name;
  std::vector<std::string> files;
};

/// Methods as they are typed, NAME=FILE[,FILE...] each.
///
/// Throws: InvalidArgument naming --methods for another form, fewer than two methods, or a name twice.
[[nodiscard]] std::vector<Method> methods_of(std::span<const std::string> typed);

/// Reads column `metric` of every file, by class, in the order of labels. A file of a run has several methods: then the
/// rows are those whose `method` is the method's name, or what follows # in FILE#METHOD.
///
/// Throws: IoError; DataError for a file without a column or the method, a case twice, a number that is none, classes
/// without two cases that all have, and, unless `common_cases`, for cases that a file lacks.
[[nodiscard]] std::vector<ClassMeasurements> read_measurements(std::span<const Method> methods,
                                                               const std::string& metric, bool common_cases);

} // namespace sparseann::app
