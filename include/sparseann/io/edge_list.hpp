#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <numeric>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/sparse_rows.hpp"
#include "sparseann/io/csv.hpp"

namespace sparseann {

namespace detail {

struct ListedEdge {
  std::uint32_t source = 0;
  std::uint32_t target = 0;
  float weight = 0;
  std::size_t line = 0; ///< row of the table, for messages
};

[[nodiscard]] inline std::uint32_t edge_endpoint(const CsvTable& table, std::size_t line, std::string_view column,
                                                 std::optional<std::size_t> nodes) {
  constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
  const auto node = table.number<std::size_t>(line, column);
  const std::size_t count = std::min(nodes.value_or(most), most);
  if (node >= count)
    throw DataError(table.place(line), fmt::format("a node below {} in column '{}'", count, column),
                    fmt::format("{}", node));
  return static_cast<std::uint32_t>(node);
}

[[nodiscard]] inline ListedEdge listed_edge(const CsvTable& table, std::size_t line, std::optional<std::size_t> nodes,
                                            AllowedWeights allowed) {
  const ListedEdge edge{.source = edge_endpoint(table, line, "source", nodes),
                        .target = edge_endpoint(table, line, "target", nodes),
                        .weight = table.number<float>(line, "weight"),
                        .line = line};
  if (!allows(allowed, edge.weight))
    throw DataError(table.place(line), fmt::format("{} in column 'weight'", expected_weight(allowed)),
                    fmt::format("{}", edge.weight));
  return edge;
}

/// The edges by source, target and line. Throws DataError naming the second line of an edge that is there twice.
[[nodiscard]] inline std::vector<ListedEdge> sorted_edges(const CsvTable& table, std::optional<std::size_t> nodes,
                                                          AllowedWeights allowed) {
  std::vector<ListedEdge> edges(table.rows());
  for (std::size_t line = 0; line < edges.size(); ++line)
    edges[line] = listed_edge(table, line, nodes, allowed);
  const auto ends = [](const ListedEdge& edge) { return std::tie(edge.source, edge.target); };
  std::ranges::sort(edges, {}, [](const ListedEdge& edge) { return std::tie(edge.source, edge.target, edge.line); });
  const auto twice = std::ranges::adjacent_find(edges, {}, ends);
  if (twice != edges.end())
    throw DataError(table.place(twice[1].line), "each edge once",
                    fmt::format("{} to {} again, after {}", twice->source, twice->target, table.place(twice->line)));
  return edges;
}

[[nodiscard]] inline std::size_t node_count(const std::vector<ListedEdge>& edges) {
  std::size_t count = 0;
  for (const ListedEdge& edge : edges)
    count = std::max({count, std::size_t{edge.source} + 1, std::size_t{edge.target} + 1});
  return count;
}

} // namespace detail

/// A graph from a table with the columns `source`, `target` (nodes, from 0) and `weight`: one directed edge per row.
///
/// `nodes`: how many there are; where it is not given, one more than the highest that an edge names.
/// Cost: O(edges log(edges)) time; 8 bytes per node, so give `nodes` where it is known: a misprinted endpoint is then
/// an error and not memory. Throws: DataError naming file and line for endpoints that are no node, weights that are not
/// allowed (never infinite or no number), edges that are there twice.
[[nodiscard]] inline SparseRows parse_edge_list(const CsvTable& table, std::optional<std::size_t> nodes = std::nullopt,
                                                AllowedWeights allowed = AllowedWeights::finite) {
  const std::vector<detail::ListedEdge> edges = detail::sorted_edges(table, nodes, allowed);
  const std::size_t count = nodes.value_or(detail::node_count(edges));
  detail::check_column_count(table.source(), count);
  SparseRows graph{.rows = count, .columns = count, .offsets = {}, .targets = {}, .weights = {}};
  graph.offsets.assign(count + 1, 0);
  for (const detail::ListedEdge& edge : edges) {
    ++graph.offsets[std::size_t{edge.source} + 1];
    graph.targets.push_back(edge.target);
    graph.weights.push_back(edge.weight);
  }
  std::partial_sum(graph.offsets.begin(), graph.offsets.end(), graph.offsets.begin());
  return graph;
}

/// Reads a graph from a CSV file. Throws: IoError; DataError as CsvTable and parse_edge_list.
[[nodiscard]] inline SparseRows read_edge_list(const std::filesystem::path& path,
                                               std::optional<std::size_t> nodes = std::nullopt,
                                               AllowedWeights allowed = AllowedWeights::finite) {
  return parse_edge_list(read_csv(path), nodes, allowed);
}

} // namespace sparseann
