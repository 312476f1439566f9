#include "apps/sparseann/evaluate/report.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "apps/sparseann/command.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/metric/statistics.hpp"

namespace sparseann::app {

namespace {

struct Column {
  std::string_view name;
  double ClassScore::* value;
};

constexpr std::array columns{Column{"dice", &ClassScore::dice},
                             Column{"jaccard", &ClassScore::jaccard},
                             Column{"adb_mm", &ClassScore::average_boundary_distance_mm},
                             Column{"hausdorff_mm", &ClassScore::hausdorff_mm},
                             Column{"hausdorff95_mm", &ClassScore::hausdorff95_mm},
                             Column{"nsd", &ClassScore::normalised_surface_dice},
                             Column{"volume_difference_ml", &ClassScore::volume_difference_ml},
                             Column{"sensitivity", &ClassScore::sensitivity},
                             Column{"precision", &ClassScore::precision}};

/// Empty where there is no number.
std::string cell(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

/// Over the cases that have the number.
Json statistics_of(const std::vector<double>& values) {
  std::vector<double> present;
  for (const double value : values)
    if (!std::isnan(value))
      present.push_back(value);
  Json json{{"cases", present.size()}};
  if (present.empty())
    return json;
  const Summary summary = summarise(present);
  json["mean"] = summary.mean;
  json["median"] = summary.median;
  if (summary.standard_deviation)
    json["standard_deviation"] = *summary.standard_deviation;
  return json;
}

/// What each number is, so that nobody takes it for another tool's of the same name.
Json definitions(const EvaluationOptions& options) {
  const bool elements = options.surface == Surface::elements;
  const std::string_view border = options.boundary.image_border ? "counts as outside" : "does not count";
  const std::string_view parts = elements ? "surface elements, by area" : "boundaries' voxels";
  return {
      {"boundary",
       elements
           ? fmt::format("surface elements in the middle of 2 x 2 x 2 voxels of which some have the class, by their "
                         "area in marching cubes; the image's border {}",
                         border)
           : fmt::format("voxels of a class with a neighbour outside it, by {}; the image's border {}",
                         name_of_value(options.boundary.neighbours), border)},
      {"adb_mm", fmt::format("average distance of the {}, {}", parts, name_of_value(options.boundary_average))},
      {"hausdorff95_mm",
       fmt::format("95th percentile of these distances, {}", name_of_value(options.boundary_percentile))},
      {"nsd", fmt::format("share of the {} within {} mm of the other's", parts, options.tolerance_mm)},
      {"empty",
       fmt::format(
           "both sides empty: dice, jaccard and nsd 1, distances 0; one side: dice, jaccard and nsd 0, distances {}",
           options.empty_distance == EmptyDistance::diagonal ? "the image's diagonal" : "missing")}};
}

} // namespace

std::string metrics_table(std::span<const CaseResult> results) {
  std::vector<std::string> names{"case", "class"};
  for (const Column& column : columns)
    names.emplace_back(column.name);
  names.emplace_back("prediction_empty");
  names.emplace_back("reference_empty");
  CsvWriter table(names);
  for (const CaseResult& result : results)
    for (const ClassScore& score : result.classes) {
      std::vector<std::string> cells{result.name, std::to_string(score.label)};
      for (const Column& column : columns)
        cells.push_back(cell(score.*column.value));
      cells.emplace_back(score.prediction_empty ? "true" : "false");
      cells.emplace_back(score.reference_empty ? "true" : "false");
      table.add_row(cells);
    }
  return table.text();
}

Json metrics_summary(std::span<const CaseResult> results, const EvaluationOptions& options,
                     std::span<const std::string> failures) {
  std::map<std::size_t, std::vector<ClassScore>> by_class;
  for (const CaseResult& result : results)
    for (const ClassScore& score : result.classes)
      by_class[score.label].push_back(score);
  Json classes = Json::object();
  for (const auto& [label, scores] : by_class) {
    Json& of_class = classes[std::to_string(label)];
    for (const Column& column : columns) {
      std::vector<double> values;
      for (const ClassScore& score : scores)
        values.push_back(score.*column.value);
      of_class[std::string(column.name)] = statistics_of(values);
    }
    std::size_t missed = 0;
    std::size_t invented = 0;
    std::size_t neither = 0;
    for (const ClassScore& score : scores) {
      missed += score.prediction_empty && !score.reference_empty ? 1U : 0U;
      invented += !score.prediction_empty && score.reference_empty ? 1U : 0U;
      neither += score.prediction_empty && score.reference_empty ? 1U : 0U;
    }
    of_class["empty"] = {{"prediction_alone", missed}, {"reference_alone", invented}, {"both", neither}};
  }
  return {{"program", program_line()},   {"definitions", definitions(options)},
          {"options", to_json(options)}, {"cases", results.size()},
          {"failures", failures},        {"classes", classes}};
}

std::string summary_in_words(const Json& summary) {
  std::string text = fmt::format("{} cases, mean (standard deviation), median:\n", summary["cases"].get<std::size_t>());
  for (const auto& [label, of_class] : summary["classes"].items()) {
    text += fmt::format("class {}\n", label);
    for (const Column& column : columns) {
      const Json& statistics = of_class[std::string(column.name)];
      if (!statistics.contains("mean")) {
        text += fmt::format("  {:<22}none\n", column.name);
        continue;
      }
      const auto deviation = statistics.contains("standard_deviation")
                                 ? fmt::format(" ({:.4f})", statistics["standard_deviation"].get<double>())
                                 : std::string();
      text += fmt::format("  {:<22}{:.4f}{}, {:.4f}\n", column.name, statistics["mean"].get<double>(), deviation,
                          statistics["median"].get<double>());
    }
    const Json& empty = of_class["empty"];
    if (empty["prediction_alone"] != 0 || empty["reference_alone"] != 0 || empty["both"] != 0)
      text += fmt::format("  empty                 prediction alone {}, reference alone {}, both {}\n",
                          empty["prediction_alone"].get<std::size_t>(), empty["reference_alone"].get<std::size_t>(),
                          empty["both"].get<std::size_t>());
  }
  return text;
}

} // namespace sparseann::app
