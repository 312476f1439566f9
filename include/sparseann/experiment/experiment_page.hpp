#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/experiment/budget_figure.hpp"
#include "sparseann/experiment/experiment.hpp"
#include "sparseann/experiment/result_tables.hpp"
#include "sparseann/experiment/result_values.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/io/text_table.hpp"
#include "sparseann/report/report.hpp"

namespace sparseann {

namespace detail {

inline constexpr std::string_view experiment_template = R"html(<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{{title}}</title><style>{{{style}}} img{max-width:100%;height:auto;background:#fff;border-radius:8px}</style></head>
<body>
<header><h1>{{title}}</h1><p>{{question}}</p></header>
<main>
<section><h2>How far</h2><p>{{done}} of {{all}} trials are done{{#failed}}, {{failed}} failed (see trials.csv){{/failed}}.
Intervals are of 95 %, drawn over cases and seeds; a single test case has none.</p></section>
{{#has_results}}
<section><h2>What annotation buys</h2>
{{#figures}}<figure><img src="{{file}}" alt="{{measure}}, against {{axis}}, one line per method"><figcaption>{{axis}}</figcaption></figure>{{/figures}}</section>
{{#has_pictures}}<section><h2>Pictures</h2>
{{#pictures}}<figure><img src="{{file}}" alt="{{caption}}"><figcaption>{{caption}}</figcaption></figure>{{/pictures}}</section>{{/has_pictures}}
<section><h2>Results</h2><div class="scroll" tabindex="0">{{{table}}}</div></section>
{{#contrasts}}
<section><h2>Differences</h2><p>Of: {{measure}}; on the same cases. p-values are of the signed-rank test over cases,
adjusted by Holm: of a contrast that was named as primary over its budgets, of the others over all of these.</p>
<div class="scroll" tabindex="0">{{{contrasts}}}</div></section>
{{/contrasts}}
{{/has_results}}
{{#published}}
<section><h2>What was published</h2><p>On other data, and where the table says so by another score, so that no
number here can be ranked with one above.</p>
<div class="scroll" tabindex="0">{{{published}}}</div></section>
{{/published}}
<section><h2>Files</h2><p>results.csv, costs.csv and trainings.csv hold every number; {{name}} --redraw makes this page
from them.</p></section>
</main>
</body>
</html>
)html";

[[nodiscard]] inline TextTable published_table(const std::string& csv) {
  const CsvTable published("published numbers", csv);
  std::vector<TableColumn> columns;
  for (const std::string& name : published.columns())
    columns.push_back({name});
  TextTable table(columns);
  for (std::size_t row = 0; row < published.rows(); ++row) {
    std::vector<TableEntry> entries;
    for (const std::string& name : published.columns())
      entries.emplace_back(published.cell(row, name));
    table.add_row(std::move(entries));
  }
  return table;
}

/// The page's list of pictures, from pictures.csv; empty where there is none.
[[nodiscard]] inline kainjow::mustache::data picture_list(const std::filesystem::path& out) {
  kainjow::mustache::data pictures(kainjow::mustache::data::type::list);
  if (!std::filesystem::exists(out / "pictures.csv"))
    return pictures;
  const CsvTable table = read_csv(out / "pictures.csv");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    kainjow::mustache::data picture("file", table.cell(row, "file"));
    picture["caption"] = table.cell(row, "caption");
    pictures << std::move(picture);
  }
  return pictures;
}

inline void publish_table(const std::filesystem::path& out, const std::string& name, const TextTable& table) {
  publish_atomically(out / (name + ".csv"), table.csv());
  publish_atomically(out / (name + ".md"), table.markdown());
  publish_atomically(out / (name + ".tex"), table.latex());
}

} // namespace detail

/// Writes pictures, and `pictures.csv`, which the page finds them by.
inline void publish_pictures(const std::vector<ExperimentPicture>& pictures, const std::filesystem::path& out) {
  CsvWriter table({"file", "caption"});
  for (const ExperimentPicture& picture : pictures) {
    publish_atomically(out / picture.file, picture.bytes);
    table.add_row(picture.file, picture.caption);
  }
  publish_atomically(out / "pictures.csv", table.text());
}

/// Writes tables, figures and `index.html` of an experiment from the CSV files in its folder alone: `table` and
/// `contrasts` as .csv, .md and .tex; `MEASURE_by_COST.svg` of the primary measure for two of the costs. Pictures are
/// those that publish_pictures left.
///
/// Throws: IoError; DataError, also as check_predictions; as budget_figure.
inline void publish_experiment(const Experiment& experiment, const std::filesystem::path& out) {
  const ResultValues results(read_csv(out / "results.csv"));
  check_predictions(experiment, results);
  const CsvTable costs = read_csv(out / "costs.csv");
  const CsvTable trials = read_csv(out / "trials.csv");
  std::size_t done = 0;
  std::size_t failed = 0;
  for (std::size_t row = 0; row < trials.rows(); ++row) {
    done += static_cast<std::size_t>(trials.cell(row, "state") == "done");
    failed += static_cast<std::size_t>(trials.cell(row, "state") == "failed");
  }
  kainjow::mustache::data page;
  page["style"] = std::string(detail::report_style);
  page["title"] = experiment.title;
  page["question"] = experiment.question;
  page["name"] = experiment.name;
  page["measure"] = experiment.measures.title;
  page["done"] = std::to_string(done);
  page["all"] = std::to_string(trials.rows());
  page["failed"] = failed > 0 ? kainjow::mustache::data(std::to_string(failed)) : kainjow::mustache::data(false);
  const TextTable table = result_table(experiment, results);
  page["has_results"] = table.rows() > 0;
  if (table.rows() > 0) {
    detail::publish_table(out, "table", table);
    page["table"] = table.html();
    const TextTable contrasts = contrast_table(measured_contrasts(experiment, results));
    detail::publish_table(out, "contrasts", contrasts);
    page["contrasts"] =
        contrasts.rows() > 0 ? kainjow::mustache::data(contrasts.html()) : kainjow::mustache::data(false);
    kainjow::mustache::data figures(kainjow::mustache::data::type::list);
    for (const CostAxis axis : {CostAxis::plain_sum, CostAxis::contour_mm}) {
      const std::string file = fmt::format("{}_by_{}.svg", experiment.measures.primary, name_of_value(axis));
      publish_atomically(
          out / file, budget_figure(figure_lines(experiment, results, costs, axis), axis, experiment.measures.title));
      kainjow::mustache::data figure("file", file);
      figure["axis"] = std::string(title_of(axis));
      figure["measure"] = experiment.measures.title;
      figures << std::move(figure);
    }
    page["figures"] = std::move(figures);
  }
  kainjow::mustache::data pictures = detail::picture_list(out);
  page["has_pictures"] = !pictures.is_empty_list();
  page["pictures"] = std::move(pictures);
  page["published"] = experiment.published.empty()
                          ? kainjow::mustache::data(false)
                          : kainjow::mustache::data(detail::published_table(experiment.published).html());
  kainjow::mustache::mustache page_template{std::string(detail::experiment_template)};
  publish_atomically(out / "index.html", page_template.render(page));
}

} // namespace sparseann
