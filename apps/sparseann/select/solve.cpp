#include "apps/sparseann/select/solve.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/memory.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/features.hpp"
#include "sparseann/select/gaussian_similarity.hpp"

namespace sparseann::app {

namespace {

constexpr std::size_t most_items_for_draws = 20000;

std::vector<std::vector<std::size_t>> rows_by_group(const Groups& groups) {
  std::vector<std::vector<std::size_t>> rows(groups.names.size());
  for (std::size_t row = 0; row < groups.group_of_row.size(); ++row)
    rows[groups.group_of_row[row]].push_back(row);
  return rows;
}

/// Of the largest selection.
std::size_t most_items(const Input& input, const Call& call) {
  if (!call.budget_per_group)
    return input.items;
  std::size_t most = 0;
  for (const std::vector<std::size_t>& rows : rows_by_group(*input.groups))
    most = std::max(most, rows.size());
  return most;
}

StorageName storage_for(std::size_t items) {
  const double bytes = 4.0 * static_cast<double>(items) * static_cast<double>(items);
  return bytes <= static_cast<double>(available_memory()) / 4 ? StorageName::dense : StorageName::tiled;
}

Answer answer(const Problem& problem, const Method& method, const Generator& generator) {
  switch (method.call.selector) {
  case SelectorName::max_cover:
    if (problem.graph != nullptr)
      return cover_graph(problem, method, generator);
    return method.call.storage == StorageName::tiled ? cover_tiled(problem, method, generator)
                                                     : cover_dense(problem, method, generator);
  case SelectorName::saturated_coverage: return cover_saturated(problem, method, generator);
  case SelectorName::feature_coverage: return cover_features(problem, method, generator);
  case SelectorName::k_center:
  case SelectorName::typical_clusters:
  case SelectorName::probability_cover: return select_by_features(problem, method, generator);
  default: return select_by_count(problem, method, generator);
  }
}

Array2<float> features_of_rows(const Array2<float>& features, std::span<const std::size_t> rows) {
  auto some = Array2<float>::from_shape({rows.size(), features.shape(1)});
  for (std::size_t i = 0; i < rows.size(); ++i)
    std::ranges::copy(feature_row(features, rows[i]), elements(some).subspan(i * features.shape(1)).begin());
  return some;
}

/// The edges between some of the nodes, which ascend.
SparseRows graph_of_rows(const SparseRows& graph, std::span<const std::size_t> rows) {
  constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> position(graph.rows, none);
  for (std::size_t i = 0; i < rows.size(); ++i)
    position[rows[i]] = static_cast<std::uint32_t>(i);
  SparseRows some{.rows = rows.size(), .columns = rows.size(), .offsets = {0}, .targets = {}, .weights = {}};
  for (const std::size_t row : rows) {
    for (std::size_t i = graph.offsets[row]; i < graph.offsets[row + 1]; ++i)
      if (position[graph.targets[i]] != none) {
        some.targets.push_back(position[graph.targets[i]]);
        some.weights.push_back(graph.weights[i]);
      }
    some.offsets.push_back(some.targets.size());
  }
  return some;
}

std::optional<UnmetMinimums> minimums_of(const Input& input, const Call& call) {
  if (!call.minimum_per_group)
    return std::nullopt;
  std::vector<GroupSize> sizes;
  for (const std::string& name : input.groups->names)
    sizes.push_back({.name = fmt::format("the rows of group '{}'", name)});
  for (const std::size_t group : input.groups->group_of_row)
    ++sizes[group].items;
  return UnmetMinimums("--minimum-per-group", *call.minimum_per_group, sizes, *call.budget);
}

/// Throws: InvalidArgument naming the flag where none is given and all rows are equal.
std::optional<double> bandwidth_for(const Problem& problem, const Method& method, std::string_view flag) {
  if (method.call.similarity != SimilarityName::gaussian)
    return std::nullopt;
  return naming_flag(flag, "bandwidth", [&] {
    return GaussianSimilarity{method.policies.gaussian}.bandwidth_for(*problem.features, method.execution);
  });
}

Part solve_at_once(const Input& input, const Method& method) {
  Problem problem{.items = input.items,
                  .features = input.features ? &*input.features : nullptr,
                  .graph = input.graph ? &*input.graph : nullptr,
                  .budget = method.call.budget.value_or(0),
                  .budget_cost = method.call.budget_cost,
                  .costs = input.costs,
                  .minimums = minimums_of(input, method.call)};
  if (problem.minimums)
    problem.group_of_item = input.groups->group_of_row;
  std::vector<std::size_t> rows(input.items);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const std::optional<double> bandwidth = bandwidth_for(problem, method, "--gaussian.bandwidth");
  return {
      .rows = std::move(rows), .answer = answer(problem, method, Generator(method.call.seed)), .bandwidth = bandwidth};
}

Part solve_group(const Input& input, const Method& method, std::vector<std::size_t> rows, const std::string& name) {
  std::optional<Array2<float>> features;
  std::optional<SparseRows> graph;
  if (input.features)
    features = features_of_rows(*input.features, rows);
  if (input.graph)
    graph = graph_of_rows(*input.graph, rows);
  const Problem problem{.items = rows.size(),
                        .features = features ? &*features : nullptr,
                        .graph = graph ? &*graph : nullptr,
                        .budget = *method.call.budget_per_group};
  const std::optional<double> bandwidth =
      bandwidth_for(problem, method, fmt::format("--gaussian.bandwidth in group '{}'", name));
  return {.rows = std::move(rows),
          .answer = answer(problem, method, Generator(method.call.seed).split(name)),
          .bandwidth = bandwidth};
}

} // namespace

void complete_for(const Input& input, Call& call) {
  if (call.selector == SelectorName::max_cover && input.features &&
      call.storage.value_or(StorageName::automatic) == StorageName::automatic)
    call.storage = storage_for(most_items(input, call));
  const bool is_cheap = input.items <= most_items_for_draws && call.storage != StorageName::tiled;
  if (facts_of(call.selector).has_objective && !call.random_draws)
    call.random_draws = is_cheap ? 10 : 0;
}

std::vector<Part> solve(const Input& input, const Method& method) {
  std::vector<Part> parts;
  if (!method.call.budget_per_group) {
    parts.push_back(solve_at_once(input, method));
    return parts;
  }
  std::vector<std::vector<std::size_t>> groups = rows_by_group(*input.groups);
  for (std::size_t group = 0; group < groups.size(); ++group)
    parts.push_back(solve_group(input, method, std::move(groups[group]), input.groups->names[group]));
  return parts;
}

} // namespace sparseann::app
