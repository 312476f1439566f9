#include "apps/sparseann/select/report.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "apps/sparseann/command.hpp"
#include "sparseann/core/instruction_set.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/select/certificate.hpp"

namespace sparseann::app {

namespace {

std::size_t selected(const std::vector<Part>& parts) {
  std::size_t count = 0;
  for (const Part& part : parts)
    count += part.answer.selection.indices.size();
  return count;
}

/// The objective's value, summed over the parts.
std::optional<double> coverage(const std::vector<Part>& parts) {
  double sum = 0;
  for (const Part& part : parts) {
    if (part.answer.selection.coverage.empty())
      return std::nullopt;
    sum += part.answer.selection.coverage.back();
  }
  return sum;
}

/// Bounds of parts that share nothing add up to a bound of all.
std::optional<Certificate> certificate(const std::vector<Part>& parts) {
  Certificate sum;
  for (const Part& part : parts) {
    const std::optional<Certificate>& one = part.answer.selection.certificate;
    if (!one)
      return std::nullopt;
    sum.items += one->items;
    sum.value += one->value;
    sum.upper_bound += one->upper_bound;
    sum.best_single += one->best_single;
  }
  return sum;
}

/// The mean value of random selections; none where there were none.
std::optional<double> random_value(const std::vector<Part>& parts) {
  double sum = 0;
  for (const Part& part : parts) {
    const std::vector<double>& values = part.answer.random_values;
    if (values.empty())
      return std::nullopt;
    sum += std::reduce(values.begin(), values.end()) / static_cast<double>(values.size());
  }
  return sum;
}

Json certificate_json(const std::vector<Part>& parts) {
  const std::optional<Certificate> found = certificate(parts);
  if (!found)
    return {};
  return {{"items", found->items},
          {"value", found->value},
          {"upper_bound", found->upper_bound},
          {"best_single", found->best_single},
          {"mean_gap", mean_gap(*found)},
          {"share_closed", share_closed(*found)}};
}

Json random_json(const Call& call, const std::vector<Part>& parts) {
  if (!call.random_draws)
    return {};
  Json json{{"draws", *call.random_draws}};
  const std::optional<double> value = random_value(parts);
  if (!value) {
    json["skipped"] = "above 20000 rows, or tiled: only where --random-draws asks for it";
    return json;
  }
  json["mean_value"] = *value;
  if (const std::optional<Certificate> found = certificate(parts))
    json["share_closed"] = share_closed(*found, *value);
  return json;
}

/// By group.
Json bandwidths_json(const Call& call, const Input& input, const std::vector<Part>& parts) {
  Json json;
  if (call.budget_per_group && call.similarity == SimilarityName::gaussian)
    for (std::size_t group = 0; group < parts.size(); ++group)
      json[input.groups->names[group]] = *parts[group].bandwidth;
  return json;
}

Json seconds_json(const Seconds& seconds) {
  return {{"read", seconds.read},
          {"similarities", seconds.similarities},
          {"select", seconds.select},
          {"random", seconds.random}};
}

double cost(const Input& input, const std::vector<Part>& parts) {
  double sum = 0;
  for (const Part& part : parts)
    for (const std::size_t item : part.answer.selection.indices)
      sum += input.costs[part.rows[item]];
  return sum;
}

/// What the objective is a mean of, where it is one.
std::string unit(const Call& call) {
  if (call.selector != SelectorName::max_cover)
    return {};
  return call.graph ? "mean similarity" : fmt::format("mean {} similarity", name_of_value(*call.similarity));
}

std::string what_was_selected(const Call& call, const Input& input, const std::vector<Part>& parts) {
  std::string text = fmt::format("Selected {} of {} {} with {}", selected(parts), input.items,
                                 call.graph ? "nodes" : "rows", name_of_value(call.selector));
  if (call.maximiser)
    text += fmt::format(", {}", name_of_value(*call.maximiser));
  if (call.storage)
    text += fmt::format(", {}", name_of_value(*call.storage));
  if (call.budget_per_group)
    text += fmt::format(", {} in each of {} groups", *call.budget_per_group, parts.size());
  if (call.minimum_per_group.value_or(0) > 0)
    text += fmt::format(", at least {} in each of {} groups", *call.minimum_per_group, input.groups->names.size());
  if (call.budget_cost)
    text += fmt::format(", at a cost of {} of {}", cost(input, parts), *call.budget_cost);
  return text + ".\n";
}

std::string coverage_in_words(const Call& call, const Input& input, double value) {
  if (call.selector == SelectorName::probability_cover)
    return fmt::format("Coverage: {} of {} rows lie within the radius of a selected one.\n", value, input.items);
  if (unit(call).empty())
    return fmt::format("Coverage: {:.6g}.\n", value);
  return fmt::format("Coverage: a {} of {:.4f} of an item to the selected one most like it.\n", unit(call),
                     value / static_cast<double>(input.items));
}

std::string random_in_words(const Call& call, const Input& input, const std::optional<Certificate>& found,
                            double value) {
  const std::string reached = found                ? fmt::format("{:.1f} %", 100 * share_closed(*found, value))
                              : unit(call).empty() ? fmt::format("{:.6g}", value)
                                                   : fmt::format("{:.4f}", value / static_cast<double>(input.items));
  return fmt::format("Random selections reach {} (mean of {}).\n", reached, *call.random_draws);
}

std::string certificate_in_words(const Call& call, const Certificate& found) {
  const std::string gap = unit(call).empty() ? fmt::format("coverage more than {:.4g}", found.upper_bound - found.value)
                                             : fmt::format("{} more than {:.4f}", unit(call), mean_gap(found));
  return fmt::format("Certificate: no selection of this budget has a {} higher; {:.1f} % of what lies between the best "
                     "single item{} and that bound is reached.\n",
                     gap, 100 * share_closed(found), call.budget_per_group ? " of each group" : "");
}

} // namespace

std::string selection_table(const Input& input, const std::vector<Part>& parts) {
  std::vector<std::string> columns{"rank", "index", "gain", "coverage"};
  if (input.groups)
    columns.emplace_back("group");
  CsvWriter table(columns);
  for (const auto& [rows, answer, bandwidth] : parts)
    for (std::size_t rank = 0; rank < answer.selection.indices.size(); ++rank) {
      const auto number = [&](const std::vector<double>& values) {
        return values.empty() ? std::string() : fmt::format("{}", values[rank]);
      };
      const std::size_t row = rows[answer.selection.indices[rank]];
      std::vector<std::string> cells{fmt::format("{}", rank), fmt::format("{}", row), number(answer.selection.gains),
                                     number(answer.selection.coverage)};
      if (input.groups)
        cells.push_back(input.groups->names[input.groups->group_of_row[row]]);
      table.add_row(cells);
    }
  return table.text();
}

Json selection_summary(const Arguments& arguments, const Input& input, const std::vector<Part>& parts,
                       const Seconds& seconds) {
  Json options = to_json(arguments.call);
  options.update(to_json(arguments.policies));
  if (!arguments.call.budget_per_group && parts.front().bandwidth)
    options["gaussian"]["bandwidth"] = *parts.front().bandwidth;
  Json json{{"command", "select"},
            {"version", version},
            {"git_revision", revision},
            {"options", options},
            {"input", input.description},
            {"selected", selected(parts)},
            {"coverage", nullptr},
            {"cost", nullptr},
            {"certificate", certificate_json(parts)},
            {"random", random_json(arguments.call, parts)},
            {"bandwidths", bandwidths_json(arguments.call, input, parts)}};
  if (const std::optional<double> value = coverage(parts))
    json["coverage"] = *value;
  if (!input.costs.empty())
    json["cost"] = cost(input, parts);
  json["seconds"] = seconds_json(seconds);
  json["threads"] = arguments.call.threads != 0 ? arguments.call.threads
                                                : std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
  json["instruction_set"] = name_of_value(resolve(arguments.call.instruction_set));
  return json;
}

std::string selection_in_words(const Call& call, const Input& input, const std::vector<Part>& parts) {
  std::string text = what_was_selected(call, input, parts);
  if (const std::optional<double> value = coverage(parts))
    text += coverage_in_words(call, input, *value);
  const std::optional<Certificate> found = certificate(parts);
  if (found)
    text += certificate_in_words(call, *found);
  if (const std::optional<double> random = random_value(parts))
    text += random_in_words(call, input, found, *random);
  text += fmt::format("The ranks are in {}{}.\n", *call.output,
                      call.summary ? fmt::format(", everything else is in {}", *call.summary) : "");
  return text;
}

} // namespace sparseann::app
