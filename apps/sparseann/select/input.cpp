#include "apps/sparseann/select/input.hpp"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/interruption.hpp"
#include "sparseann/core/io_error.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/edge_list.hpp"
#include "sparseann/io/mapped_file.hpp"
#include "sparseann/io/npy.hpp"
#include "sparseann/io/npy_header.hpp"
#include "sparseann/io/npz.hpp"
#include "sparseann/select/budgeted_greedy.hpp"
#include "sparseann/select/features.hpp"
#include "sparseann/select/ranked_selection.hpp"

namespace sparseann::app {

namespace {

namespace fs = std::filesystem;

bool is_same_file(const fs::path& a, const fs::path& b) {
  std::error_code ignored; // a file that does not exist is the same as none, unless by its name
  return fs::equivalent(a, b, ignored) || fs::weakly_canonical(a, ignored) == fs::weakly_canonical(b, ignored);
}

void check_is_other(std::string_view flag, const std::string& written, std::string_view other_flag,
                    const std::optional<std::string>& other) {
  if (other && is_same_file(written, *other))
    throw InvalidArgument(std::string(flag), fmt::format("another file than {}", other_flag), written);
}

void check_output(const Call& call, std::string_view flag, const std::string& path) {
  check_is_other(flag, path, "--features", call.features);
  check_is_other(flag, path, "--graph", call.graph);
  check_is_other(flag, path, "--costs", call.costs);
  check_is_other(flag, path, "--groups", call.groups);
  if (fs::is_directory(path))
    throw IoError(path, "is a folder");
  const Uninterrupted guard;
  const AtomicFile probe(path);
}

Json describe(const std::string& path, std::size_t rows, std::size_t columns) {
  return {{"path", path}, {"shape", {rows, columns}}};
}

void check_not_negative(const std::string& path, const Array2<float>& features) {
  const auto negative = std::ranges::find_if(elements(features), [](float value) { return value < 0; });
  if (negative == elements(features).end())
    return;
  const auto at = static_cast<std::size_t>(negative - elements(features).begin());
  throw DataError(path, "no negative numbers, as feature-coverage needs",
                  fmt::format("{} in row {}, column {}", *negative, at / features.shape(1), at % features.shape(1)));
}

/// Selectors of a count get the number of rows alone.
void read_features(const Call& call, Input& input) {
  const std::string& path = *call.features;
  const bool needs_count_only = facts_of(call.selector).needs == Needs::count;
  const MappedFile file(path, needs_count_only ? Reading::parts : Reading::whole);
  const NpyHeader header = parse_npy_table_header(path, file.bytes());
  check_feature_table(header.shape[0], header.shape[1], path);
  input.items = header.shape[0];
  input.description = describe(path, input.items, header.shape[1]);
  input.description["dtype"] = header.type == "f8" ? "float64" : "float32";
  if (needs_count_only)
    return;
  input.features = parse_npy(path, file.bytes());
  check_features(*input.features, path);
  if (call.selector == SelectorName::feature_coverage)
    check_not_negative(path, *input.features);
}

void read_graph(const Call& call, Input& input) {
  const std::string& path = *call.graph;
  input.graph = path.ends_with(".csv") ? read_edge_list(path, call.count, AllowedWeights::non_negative)
                                       : read_sparse_npz(path, AllowedWeights::non_negative);
  if (input.graph->rows != input.graph->columns)
    throw DataError(path, "a square matrix", fmt::format("{} x {}", input.graph->rows, input.graph->columns));
  if (input.graph->rows == 0)
    throw DataError(path, "at least one node", "none");
  input.items = input.graph->rows;
  input.description = describe(path, input.items, input.items);
  input.description["edges"] = input.graph->targets.size();
}

void read_items(const Call& call, Input& input) {
  if (call.graph)
    return read_graph(call, input);
  if (call.features)
    return read_features(call, input);
  input.items = *call.count;
  input.description = {{"count", *call.count}};
}

void read_costs(const Call& call, Input& input) {
  input.costs = read_npy_numbers(*call.costs);
  check_costs(input.costs, input.items, *call.costs);
  const double cheapest = std::ranges::min(input.costs);
  if (*call.budget_cost < cheapest)
    throw InvalidArgument("--budget-cost", fmt::format("at least {}, the lowest cost", cheapest),
                          fmt::format("{}", *call.budget_cost));
}

void check_budget_per_group(const Call& call, const Groups& groups) {
  std::vector<std::size_t> sizes(groups.names.size(), 0);
  for (const std::size_t group : groups.group_of_row)
    ++sizes[group];
  const auto smallest = static_cast<std::size_t>(std::ranges::min_element(sizes) - sizes.begin());
  if (*call.budget_per_group > sizes[smallest])
    throw InvalidArgument("--budget-per-group",
                          fmt::format("at most {}, the rows of group '{}'", sizes[smallest], groups.names[smallest]),
                          fmt::format("{}", *call.budget_per_group));
}

} // namespace

void check_outputs(const Call& call) {
  check_output(call, "--output", *call.output);
  if (!call.summary)
    return;
  check_is_other("--summary", *call.summary, "--output", call.output);
  check_output(call, "--summary", *call.summary);
}

Input read_input(const Call& call) {
  Input input;
  read_items(call, input);
  if (call.budget)
    check_selection_budget(*call.budget, input.items, "--budget");
  if (call.costs)
    read_costs(call, input);
  if (call.groups)
    input.groups = read_groups(*call.groups, input.items);
  if (call.budget_per_group)
    check_budget_per_group(call, *input.groups);
  return input;
}

} // namespace sparseann::app
