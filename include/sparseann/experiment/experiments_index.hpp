#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseann/core/error.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/io/text_table.hpp"
#include "sparseann/report/report.hpp"

namespace sparseann {

namespace detail {

/// What the page begins with, so that it is known again.
inline constexpr std::string_view experiments_mark = "<!-- sparseann experiments -->";

inline constexpr std::string_view experiments_template = R"html(
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Experiments</title><style>{{{style}}} img{max-width:100%;height:auto;background:#fff;border-radius:8px}</style></head>
<body>
<header><h1>Experiments</h1><p>Each on a page of its own, with all its numbers, intervals and differences.</p></header>
<main>
{{#experiments}}
<section><h2><a href="{{folder}}/index.html">{{title}}</a></h2>
{{#failure}}<p>It cannot be read: {{failure}}</p>{{/failure}}
{{^failure}}<p>{{data}}, scale {{scale}}: {{done}} of {{all}} trials are done.</p>{{/failure}}
{{#has_primary}}<p>What it was to show, named before it ran:</p><div class="scroll" tabindex="0">{{{primary}}}</div>{{/has_primary}}
{{#has_figure}}<figure><img src="{{folder}}/{{figure}}" alt="What annotation buys: {{title}}"></figure>{{/has_figure}}
</section>
{{/experiments}}
</main>
</body>
</html>
)html";

/// The contrasts that were named as primary, as they stand in contrasts.csv.
[[nodiscard]] inline TextTable primary_contrasts(const std::filesystem::path& folder) {
  const std::vector<std::pair<std::string, int>> numbers{{"seeds", 0},  {"cases", 0},   {"difference", 3},
                                                         {"ci_low", 3}, {"ci_high", 3}, {"p_wilcoxon", 4}};
  std::vector<TableColumn> columns{{"method"}, {"baseline"}, {"budget"}};
  for (const auto& [name, decimals] : numbers)
    columns.push_back({name, decimals});
  TextTable primary(columns);
  if (!std::filesystem::exists(folder / "contrasts.csv"))
    return primary;
  const CsvTable contrasts = read_csv(folder / "contrasts.csv");
  for (std::size_t row = 0; row < contrasts.rows(); ++row) {
    if (contrasts.cell(row, "primary") != "yes")
      continue;
    std::vector<TableEntry> entries{contrasts.cell(row, "method"), contrasts.cell(row, "baseline"),
                                    contrasts.cell(row, "budget")};
    for (const auto& [name, decimals] : numbers)
      entries.emplace_back(contrasts.number<double>(row, name));
    primary.add_row(std::move(entries));
  }
  return primary;
}

/// An experiment's folder as the page shows it.
[[nodiscard]] inline kainjow::mustache::data readable_entry(const std::filesystem::path& folder, const Json& run) {
  const Json& options = run.at("options");
  kainjow::mustache::data entry("folder", folder.filename().string());
  entry["failure"] = false;
  entry["title"] = run.value("title", options.at("experiment").get<std::string>());
  entry["data"] = options.at("data").at("name").get<std::string>();
  entry["scale"] = options.at("scale").get<std::string>();
  const CsvTable trials = read_csv(folder / "trials.csv");
  std::size_t done = 0;
  for (std::size_t row = 0; row < trials.rows(); ++row)
    done += static_cast<std::size_t>(trials.cell(row, "state") == "done");
  entry["done"] = std::to_string(done);
  entry["all"] = std::to_string(trials.rows());
  const TextTable primary = primary_contrasts(folder);
  entry["has_primary"] = primary.rows() > 0;
  entry["primary"] = primary.rows() > 0 ? primary.html() : std::string();
  std::vector<std::string> figures;
  for (const auto& file : std::filesystem::directory_iterator(folder))
    if (file.path().filename().string().ends_with("_by_plain_sum.svg"))
      figures.push_back(file.path().filename().string());
  std::ranges::sort(figures);
  entry["has_figure"] = !figures.empty();
  entry["figure"] = figures.empty() ? std::string() : figures.front();
  return entry;
}

/// The same, or why a damaged one cannot be shown.
[[nodiscard]] inline kainjow::mustache::data experiment_entry(const std::filesystem::path& folder, const Json& run) {
  try {
    return readable_entry(folder, run);
  } catch (const std::exception& error) {
    kainjow::mustache::data entry("folder", folder.filename().string());
    entry["title"] = folder.filename().string();
    entry["failure"] = std::string(error.what());
    entry["has_primary"] = false;
    entry["has_figure"] = false;
    return entry;
  }
}

/// An experiment's run.json; nothing for another folder.
[[nodiscard]] inline std::optional<Json> experiment_facts_in(const std::filesystem::path& folder) {
  for (const char* const file : {"run.json", "index.html", "trials.csv"})
    if (!std::filesystem::exists(folder / file))
      return std::nullopt;
  Json run = Json::parse(read_file(folder / "run.json"), nullptr, false);
  const bool of_experiment = run.is_object() && run.contains("options") && run.at("options").contains("experiment");
  return of_experiment ? std::optional(std::move(run)) : std::nullopt;
}

} // namespace detail

/// Writes `index.html` into the folder that experiments' folders lie in, by their names: what each was to show and its
/// figure, with a link to its page. Folders that are no experiment's, and those without a page yet, are left out.
///
/// Throws: InvalidArgument for an `index.html` there that is another's, which stays; IoError.
inline void publish_experiments_index(const std::filesystem::path& parent) {
  const std::filesystem::path file = parent / "index.html";
  if (std::filesystem::exists(file) && !read_file(file).starts_with(detail::experiments_mark))
    throw InvalidArgument(file.string(), "a page of experiments, or none", "another page, which is kept");
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(parent))
    folders.push_back(entry.path());
  std::ranges::sort(folders);
  kainjow::mustache::data experiments(kainjow::mustache::data::type::list);
  for (const std::filesystem::path& folder : folders)
    if (const auto run = detail::experiment_facts_in(folder))
      experiments << detail::experiment_entry(folder, *run);
  kainjow::mustache::data page;
  page["style"] = std::string(detail::report_style);
  page["experiments"] = std::move(experiments);
  kainjow::mustache::mustache page_template{std::string(detail::experiments_template)};
  publish_atomically(file, std::string(detail::experiments_mark) + page_template.render(page));
}

} // namespace sparseann
