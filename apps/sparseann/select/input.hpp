#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "apps/sparseann/select/arguments.hpp"
#include "sparseann/core/array.hpp"
#include "sparseann/core/sparse_rows.hpp"
#include "sparseann/io/groups.hpp"
#include "sparseann/io/json.hpp"

namespace sparseann::app {

/// What there is to select from, read and checked.
struct Input {
  std::size_t items = 0;
  std::optional<Array2<float>> features; ///< where the selector looks at them
  std::optional<SparseRows> graph;
  std::vector<double> costs; ///< one per item where there are any
  std::optional<Groups> groups;
  Json description; ///< path, shape and type of the features or the graph
};

/// Checks that the files to write are none of those to read, and that they can be written. Throws InvalidArgument,
/// IoError.
void check_outputs(const Call& call);

/// Throws: IoError and DataError as the readers, and for what a selector cannot work with; InvalidArgument where the
/// budget does not fit.
[[nodiscard]] Input read_input(const Call& call);

} // namespace sparseann::app
