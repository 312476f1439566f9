#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "apps/sparseann/select/arguments.hpp"
#include "sparseann/core/array.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/core/sparse_rows.hpp"
#include "sparseann/select/grouped_greedy.hpp"
#include "sparseann/select/ranked_selection.hpp"

namespace sparseann::app {

/// The items of one selection and what is wanted of them. Refers to what was read.
struct Problem {
  std::size_t items = 0;
  const Array2<float>* features = nullptr; ///< none for selectors of a count, or with a graph
  const SparseRows* graph = nullptr;
  std::size_t budget = 0;            ///< of items; without a meaning where there is a budget of costs
  std::optional<double> budget_cost; ///< for `costs`
  std::span<const double> costs;
  std::optional<UnmetMinimums> minimums; ///< of the groups, see group_of_item
  std::span<const std::size_t> group_of_item;
};

struct Seconds {
  double read = 0;
  double similarities = 0;
  double select = 0;
  double random = 0;
};

/// How to select: what the command line says, and where time and progress are told.
struct Method {
  const Call& call;
  const PolicyOptions& policies;
  Execution execution;
  Seconds& seconds;
};

struct Answer {
  RankedSelection selection;
  std::vector<double> random_values; ///< the objective's, of selections drawn at random
};

/// Items drawn at random within the problem's budget; minimums of groups are not looked at.
[[nodiscard]] std::vector<std::size_t> random_items(const Problem& problem, Generator generator);

// One function per family of selectors, each in a file of its own.
[[nodiscard]] Answer cover_dense(const Problem& problem, const Method& method, const Generator& generator);
[[nodiscard]] Answer cover_tiled(const Problem& problem, const Method& method, const Generator& generator);
[[nodiscard]] Answer cover_graph(const Problem& problem, const Method& method, const Generator& generator);
[[nodiscard]] Answer cover_saturated(const Problem& problem, const Method& method, const Generator& generator);
[[nodiscard]] Answer cover_features(const Problem& problem, const Method& method, const Generator& generator);
[[nodiscard]] Answer select_by_features(const Problem& problem, const Method& method, const Generator& generator);
[[nodiscard]] Answer select_by_count(const Problem& problem, const Method& method, const Generator& generator);

} // namespace sparseann::app
