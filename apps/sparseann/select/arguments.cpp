#include "apps/sparseann/select/arguments.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/sparseann/command.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/io/command_line.hpp"

namespace sparseann::app {

namespace {

std::string purposes() {
  std::string text = "Selectors:\n";
  const auto names = names_of(SelectorName{});
  for (std::size_t i = 0; i < names.size(); ++i)
    text += fmt::format("  {:<22}{}\n", names[i], facts_of(static_cast<SelectorName>(i)).purpose);
  return text + "\nOptions with a dot belong to the selector, similarity or maximiser before the dot.";
}

using Flags = std::vector<std::pair<std::string_view, bool>>; ///< and whether each was said

void check_exactly_one(const Flags& flags) {
  std::vector<std::string_view> names;
  std::vector<std::string_view> said;
  for (const auto& [name, is_said] : flags) {
    names.push_back(name);
    if (is_said)
      said.push_back(name);
  }
  if (said.size() != 1)
    throw InvalidArgument(fmt::format("{}", fmt::join(names, ", ")), "exactly one of them",
                          said.empty() ? "none" : fmt::format("{}", fmt::join(said, " and ")));
}

void refuse(std::string_view flag, bool is_said, std::string_view expected, std::string_view got) {
  if (is_said)
    throw InvalidArgument(std::string(flag), expected, got);
}

void check_files(const Call& call) {
  refuse("--output", !call.output || call.output->empty(), "a CSV file to write", "nothing");
  refuse("--summary", call.summary && call.summary->empty(), "a JSON file to write", "nothing");
}

void check_input(const Call& call) {
  const std::string selector = fmt::format("--selector {}", name_of_value(call.selector));
  const bool needs_count_only = facts_of(call.selector).needs == Needs::count;
  refuse("--graph", call.graph && call.selector != SelectorName::max_cover, "--selector max-cover with it", selector);
  if (needs_count_only)
    return check_exactly_one({{"--features", call.features.has_value()}, {"--count", call.count.has_value()}});
  check_exactly_one({{"--features", call.features.has_value()}, {"--graph", call.graph.has_value()}});
  refuse("--count", call.count && !(call.graph && call.graph->ends_with(".csv")),
         "a selector that needs no features, or a .csv graph", call.graph ? *call.graph : selector);
}

void check_budget(const Call& call) {
  check_exactly_one({{"--budget", call.budget.has_value()},
                     {"--budget-cost", call.budget_cost.has_value()},
                     {"--budget-per-group", call.budget_per_group.has_value()}});
  const bool has_objective = facts_of(call.selector).has_objective;
  const std::string selector = fmt::format("--selector {}", name_of_value(call.selector));
  refuse("--budget-cost", call.budget_cost && !call.costs, "--costs with it", "none");
  refuse("--costs", call.costs && !call.budget_cost, "--budget-cost with it", "another budget");
  refuse("--budget-cost", call.budget_cost && !has_objective, "a selector with an objective", selector);
  refuse("--budget-cost", call.budget_cost && call.maximiser, "no --maximiser, as costs have one of their own",
         call.maximiser ? name_of_value(*call.maximiser) : "");
}

void check_groups(const Call& call) {
  const std::string selector = fmt::format("--selector {}", name_of_value(call.selector));
  refuse("--minimum-per-group", call.minimum_per_group && !call.groups, "--groups with it", "none");
  refuse("--budget-per-group", call.budget_per_group && !call.groups, "--groups with it", "none");
  if (!call.minimum_per_group)
    return;
  refuse("--minimum-per-group", !call.budget, "--budget with it", "another budget");
  refuse("--minimum-per-group", !facts_of(call.selector).has_objective, "a selector with an objective", selector);
  refuse("--minimum-per-group", call.maximiser.value_or(MaximiserName::lazy) != MaximiserName::lazy,
         "--maximiser lazy with it", call.maximiser ? name_of_value(*call.maximiser) : "");
}

void check_method(const Call& call) {
  const SelectorFacts& facts = facts_of(call.selector);
  const std::string selector = fmt::format("--selector {}", name_of_value(call.selector));
  const bool has_similarities = facts.needs == Needs::similarities && !call.graph;
  refuse("--similarity", call.similarity && !has_similarities, "a selector of similarities and --features",
         call.graph ? "--graph" : selector);
  refuse("--similarity", call.selector == SelectorName::saturated_coverage && call.similarity == SimilarityName::cosine,
         "gaussian, as saturated-coverage takes no negative similarities", "cosine");
  refuse("--maximiser", call.maximiser && !facts.has_objective, "a selector with an objective", selector);
  refuse("--random-draws", call.random_draws && !facts.has_objective, "a selector with an objective", selector);
  refuse("--storage", call.storage && (call.selector != SelectorName::max_cover || call.graph),
         "--selector max-cover and --features", call.graph ? "--graph" : selector);
}

/// The policies that the call makes use of, by the prefixes of their flags.
std::vector<std::string> used_policies(const Call& call) {
  std::vector<std::string> used{call.graph ? "graph-cover" : std::string(name_of_value(call.selector))};
  if (call.similarity)
    used.emplace_back(name_of_value(*call.similarity));
  if (facts_of(call.selector).has_objective)
    used.push_back(call.maximiser == MaximiserName::stochastic ? "stochastic" : "greedy");
  return used;
}

void check_values(const Arguments& arguments) {
  const double baseline = arguments.policies.max_cover.baseline;
  const double lowest = arguments.call.similarity == SimilarityName::gaussian ? 0 : -1;
  if (arguments.call.selector == SelectorName::max_cover && baseline > lowest)
    throw InvalidArgument("--max-cover.baseline", fmt::format("a number of at most {}, the lowest similarity", lowest),
                          fmt::format("{}", baseline));
  if (arguments.policies.equal_interval.offset >= 1)
    throw InvalidArgument("--equal-interval.offset", "a number of at least 0 and below 1",
                          fmt::format("{}", arguments.policies.equal_interval.offset));
}

void set_defaults(Call& call) {
  const SelectorFacts& facts = facts_of(call.selector);
  if (facts.needs == Needs::similarities && !call.graph && !call.similarity)
    call.similarity = call.selector == SelectorName::max_cover ? SimilarityName::cosine : SimilarityName::gaussian;
  if (facts.has_objective && !call.maximiser && !call.budget_cost)
    call.maximiser = MaximiserName::lazy;
  if (call.groups && call.budget && facts.has_objective && !call.minimum_per_group)
    call.minimum_per_group = 0;
}

} // namespace

void add_arguments(CLI::App& app, Arguments& arguments) {
  app.set_version_flag("--version", program_line());
  add_options(app, arguments.call);
  add_options(app, arguments.policies);
  app.footer(purposes());
}

void complete(const CLI::App& app, Arguments& arguments) {
  check_files(arguments.call);
  check_input(arguments.call);
  check_budget(arguments.call);
  check_groups(arguments.call);
  check_method(arguments.call);
  set_defaults(arguments.call);
  check_used_policies(app, used_policies(arguments.call));
  check_values(arguments);
}

} // namespace sparseann::app
