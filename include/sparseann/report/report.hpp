#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <kainjow/mustache.hpp>

#include "sparseann/core/error.hpp"
#include "sparseann/io/base64.hpp"
#include "sparseann/io/png.hpp"
#include "sparseann/report/color_map.hpp"
#include "sparseann/report/feature_space_figure.hpp"
#include "sparseann/report/learning_curve.hpp"
#include "sparseann/report/method_table.hpp"
#include "sparseann/report/overlay.hpp"
#include "sparseann/report/report_data.hpp"
#include "sparseann/report/report_template.hpp"
#include "sparseann/report/slice_bar.hpp"

namespace sparseann {

struct ReportOptions {
  std::size_t cases_expanded = 3; ///< training cases whose selected slices are shown without a click
  OverlayOptions overlay;
  LearningCurveOptions learning_curve;

  friend void visit(ReportOptions& options, auto&& visitor) {
    visitor(field("cases_expanded", options.cases_expanded, "cases whose selection is shown without a click",
                  at_least(0), Affects::execution));
    visitor(field("overlay", options.overlay, "pictures of slices"));
    visitor(field("learning_curve", options.learning_curve, "plots of losses"));
  }
};

namespace detail {

using PageData = kainjow::mustache::data;

/// The page's data for every item of a range, as a mustache list.
template <class Range, class Describe> PageData page_list(const Range& items, Describe&& describe_item) {
  PageData list(PageData::type::list);
  for (const auto& item : items)
    list << describe_item(item);
  return list;
}

/// Sets `name` to the list and "has_name" to whether it holds anything.
inline void set_list(PageData& page, const std::string& name, PageData list) {
  page["has_" + name] = list.is_non_empty_list();
  page[name] = std::move(list);
}

inline std::string shown_percent(double share, int digits) { return shown_number(100.0 * share, digits); }

/// A bar's width, within the cell whatever the number is.
inline std::string bar_percent(double share) {
  return fmt::format("{:.1f}", std::isfinite(share) ? 100.0 * std::clamp(share, 0.0, 1.0) : 0.0);
}

inline double share_of(double part, double whole) noexcept { return whole > 0.0 ? part / whole : 0.0; }

inline PageData fact_data(const std::string& name, const std::string& value) {
  PageData fact;
  fact["fact"] = name;
  fact["fact_value"] = value;
  return fact;
}

inline PageData facts_list(const RunFacts& facts) {
  PageData list(PageData::type::list);
  list << fact_data("Data set", facts.dataset) << fact_data("Training cases", std::to_string(facts.training_cases))
       << fact_data("Test cases", std::to_string(facts.test_cases)) << fact_data("Seed", std::to_string(facts.seed))
       << fact_data("sparseann", facts.version) << fact_data("Git revision", facts.git_revision)
       << fact_data("Device", facts.device) << fact_data("Time of all stages", shown_duration(facts.stages_seconds))
       << fact_data("Labelled, union of voxels", shown_percent(facts.annotated_share_union, 1) + " %")
       << fact_data("Labelled, plain sum over planes", shown_percent(facts.annotated_share_sum, 1) + " %");
  for (const Fact& fact : facts.others)
    list << fact_data(fact.name, fact.value);
  return list;
}

inline void set_headline(PageData& page, const ReportData& report) {
  page["title"] = report.title;
  page["dataset"] = report.facts.dataset;
  page["training_cases"] = std::to_string(report.facts.training_cases);
  page["test_cases"] = std::to_string(report.facts.test_cases);
  page["share_union"] = shown_percent(report.facts.annotated_share_union, 1) + " %";
  page["share_sum"] = shown_percent(report.facts.annotated_share_sum, 1) + " %";
  page["device"] = report.facts.device;
  page["version"] = report.facts.version;
  page["git_revision"] = report.facts.git_revision;
  const auto best = best_method(report.methods);
  page["has_best"] = best.has_value();
  page["best_dice"] = best ? shown_number(report.methods[*best].mean_dice, 3) : "";
  page["best_method"] = best ? report.methods[*best].method : "";
}

inline void set_references(PageData& page, const std::vector<MethodRow>& methods) {
  const auto first = std::ranges::find(methods, true, &MethodRow::reference_only);
  page["has_reference"] = first != methods.end();
  if (first == methods.end())
    return;
  page["reference_dice"] = shown_number(first->mean_dice, 3);
  page["reference_method"] = first->method;
  std::vector<std::string> names;
  for (const MethodRow& row : methods)
    if (row.reference_only)
      names.push_back(row.method);
  page["reference_methods"] = fmt::format("{}", fmt::join(names, ", "));
}

inline PageData row_data(const MethodRow& row, const std::vector<bool>& best) {
  const std::vector<TableCell> cells = table_cells(row);
  PageData list(PageData::type::list);
  for (std::size_t column = 0; column < cells.size(); ++column) {
    const TableCell& cell = cells[column];
    const bool mean_dice = column == 0;
    PageData data;
    data["number"] = shown_number(cell.value, cell.digits);
    data["best"] = static_cast<bool>(best[column]);
    data["first"] = column % 3 == 0;
    data["has_deviation"] = cell.deviation.has_value();
    data["deviation"] = shown_number(cell.deviation.value_or(0.0), cell.digits);
    data["has_bar"] = mean_dice;
    data["bar_percent"] = bar_percent(cell.value);
    list << data;
  }
  PageData data;
  data["method"] = row.method;
  data["cells"] = std::move(list);
  return data;
}

inline void set_results(PageData& page, const std::vector<MethodRow>& methods) {
  const auto best = best_cells(methods);
  set_list(page, "methods", page_list(methods, [](const MethodRow& row) {
             PageData data;
             data["method"] = row.method;
             data["explanation"] = row.explanation;
             return data;
           }));
  if (methods.empty())
    return;
  page["columns"] = std::to_string(1 + best.front().size());
  page["table_classes"] = page_list(
      methods.front().classes, [](const ClassSummary& summary) { return PageData("class_name", summary.class_name); });
  page["groups"] = page_list(grouped(methods), [&](const MethodGroup& group) {
    PageData data("group_name", group.name);
    data["rows"] = page_list(group.rows, [&](std::size_t row) { return row_data(methods[row], best[row]); });
    return data;
  });
}

inline void set_stages(PageData& page, const std::vector<StageTime>& stages) {
  const double sum = std::accumulate(stages.begin(), stages.end(), 0.0,
                                     [](double seconds, const StageTime& stage) { return seconds + stage.seconds; });
  page["stages_time"] = shown_duration(sum);
  set_list(page, "stages", page_list(stages, [&](const StageTime& stage) {
             PageData data("stage", stage.stage);
             data["time"] = shown_duration(stage.seconds);
             data["percent"] = bar_percent(share_of(stage.seconds, sum));
             return data;
           }));
}

inline void set_curves(PageData& page, const std::vector<LearningCurve>& curves, const LearningCurveOptions& options) {
  set_list(page, "curves", page_list(curves, [&](const LearningCurve& curve) {
             PageData data("model", curve.model);
             data["drawing"] = learning_curve_svg(curve, options);
             return data;
           }));
}

inline PageData selection_data(const CaseSelection& selection) {
  PageData data("case_name", selection.case_name);
  data["planes"] = page_list(selection.planes, [](const SliceBar& bar) {
    PageData plane("plane", std::string(name_of(bar.plane)));
    plane["selected"] = std::to_string(bar.selected.size());
    plane["slices"] = std::to_string(bar.slices);
    plane["bar"] = slice_bar_svg(bar);
    return plane;
  });
  return data;
}

inline void set_selections(PageData& page, std::span<const CaseSelection> selections, std::size_t expanded) {
  const auto first = selections.first(std::min(expanded, selections.size()));
  const auto later = selections.subspan(first.size());
  page["has_selections"] = !selections.empty();
  page["selections"] = page_list(first, selection_data);
  page["has_more_selections"] = !later.empty();
  page["more_selections"] = std::to_string(later.size());
  page["later_selections"] = page_list(later, selection_data);
}

inline PageData feature_quality_data(const FeatureQuality& quality) {
  PageData data("case_name", quality.case_name);
  data["plane"] = std::string(name_of(quality.plane));
  data["rank_correlation"] = shown_number(quality.rank_correlation, 3);
  data["effective_rank"] = shown_number(quality.effective_rank, 1);
  data["duplicates"] = shown_percent(quality.duplicate_rate, 1) + " %";
  data["warnings"] = quality.warnings;
  return data;
}

/// What is wrong with the features, each once, with the stacks that it is wrong with.
inline PageData warning_list(const std::vector<FeatureQuality>& qualities) {
  std::map<std::string, std::vector<std::string>> stacks;
  for (const FeatureQuality& quality : qualities)
    if (!quality.warnings.empty())
      stacks[quality.warnings].push_back(fmt::format("{} {}", quality.case_name, name_of(quality.plane)));
  return page_list(stacks, [&](const auto& warned) {
    PageData data("warnings", warned.first);
    data["stacks"] =
        fmt::format("{} of {}: {}", warned.second.size(), qualities.size(), fmt::join(warned.second, ", "));
    return data;
  });
}

inline void set_features(PageData& page, const ReportData& report) {
  page["has_features"] =
      !report.feature_qualities.empty() || !report.feature_spaces.empty() || report.reconstructions.has_value();
  page["feature_warnings"] = warning_list(report.feature_qualities);
  set_list(page, "feature_qualities", page_list(report.feature_qualities, feature_quality_data));
  set_list(page, "feature_spaces", page_list(report.feature_spaces, [](const FeatureSpace& space) {
             PageData data("case_name", space.case_name);
             data["plane"] = std::string(name_of(space.bar.plane));
             data["drawing"] = feature_space_svg(space);
             return data;
           }));
  page["has_reconstructions"] = report.reconstructions.has_value();
  if (!report.reconstructions)
    return;
  page["reconstructions"] = data_uri("image/png", report.reconstructions->png);
  page["captions"] = fmt::format("{}", fmt::join(report.reconstructions->captions, "; "));
  page["unexplained"] = shown_percent(report.reconstructions->unexplained_share, 1) + " %";
  page["squared_error"] = shown_number(report.reconstructions->mean_squared_error, 4);
}

inline PageData panel_data(const OverlayPanel& panel, const OverlayOptions& options) {
  const Array3<std::uint8_t> picture = overlay(panel, options);
  PageData data("panel_caption", panel.caption);
  data["picture"] = data_uri("image/png", encode_png(picture));
  data["height"] = std::to_string(picture.shape(0));
  data["width"] = std::to_string(picture.shape(1));
  return data;
}

inline void set_overlays(PageData& page, const std::string& name, const std::vector<OverlayRow>& rows,
                         const OverlayOptions& options) {
  set_list(page, name, page_list(rows, [&](const OverlayRow& row) {
             PageData data("case_name", row.case_name);
             data["row_caption"] = row.caption;
             data["panels"] =
                 page_list(row.panels, [&](const OverlayPanel& panel) { return panel_data(panel, options); });
             return data;
           }));
}

inline PageData legend_list(const std::vector<std::string>& class_names) {
  PageData list(PageData::type::list);
  for (std::size_t label = 1; label < class_names.size(); ++label) {
    PageData data("class_name", class_names[label]);
    data["color"] = to_hex(class_color(static_cast<std::uint8_t>(label)));
    list << data;
  }
  return list;
}

inline PageData fit_data(const FitCounts& fit) {
  const std::size_t sum = std::accumulate(fit.counts.begin(), fit.counts.end(), std::size_t{0});
  PageData data("case_name", fit.case_name);
  data["counts"] = page_list(fit.counts, [&](std::size_t count) {
    PageData cell("count", std::to_string(count));
    cell["percent"] = bar_percent(share_of(static_cast<double>(count), static_cast<double>(sum)));
    return cell;
  });
  return data;
}

inline void set_qualities(PageData& page, const std::vector<SetQuality>& qualities) {
  set_list(page, "qualities", page_list(qualities, [](const SetQuality& quality) {
             PageData data("set_name", quality.set);
             data["training_dice"] = shown_number(quality.training_dice, 3);
             data["training_percent"] = bar_percent(quality.training_dice);
             data["test_dice"] = shown_number(quality.test_dice, 3);
             data["test_percent"] = bar_percent(quality.test_dice);
             return data;
           }));
}

inline void set_input_effects(PageData& page, const std::vector<InputEffect>& effects) {
  set_list(page, "inputs", page_list(effects, [](const InputEffect& effect) {
             PageData data("without", effect.without);
             data["dice"] = shown_number(effect.mean_dice, 3);
             data["percent"] = bar_percent(effect.mean_dice);
             data["changed"] = shown_percent(effect.changed_share, 1);
             return data;
           }));
}

inline void set_fits(PageData& page, const ReportData& report) {
  FitCounts total{.case_name = "All cases", .counts = std::vector<std::size_t>(report.pseudo_label_sets.size(), 0)};
  for (const FitCounts& fit : report.fit_counts)
    for (std::size_t set = 0; set < fit.counts.size(); ++set)
      total.counts[set] += fit.counts[set];
  page["sets"] =
      page_list(report.pseudo_label_sets, [](const std::string& name) { return PageData("set_name", name); });
  page["fit_total"] = fit_data(total);
  page["fit_stage"] = report.fit_stage;
  page["has_fit_counts"] = !report.fit_counts.empty();
  page["fits"] = page_list(report.fit_counts, fit_data);
}

} // namespace detail

/// The report of one run as one HTML page that needs no other file and no network: results, learning curves, selected
/// slices, pictures, facts.
///
/// Names from files and users are escaped. Cost: one gnuplot process per learning curve, about 50 ms each, and 100 KB
/// per picture at the default size.
/// Throws: InvalidArgument as `check(report)`, `overlay` and `learning_curve_svg`; IoError where gnuplot is missing and
/// there are learning curves.
[[nodiscard]] inline std::string render_report(const ReportData& report, const ReportOptions& options = {}) {
  check(report);
  validate(options, "report");
  detail::PageData page;
  page["style"] = std::string(detail::report_style);
  detail::set_headline(page, report);
  detail::set_references(page, report.methods);
  page["facts"] = detail::facts_list(report.facts);
  detail::set_results(page, report.methods);
  detail::set_stages(page, report.stages);
  detail::set_curves(page, report.curves, options.learning_curve);
  detail::set_selections(page, report.selections, options.cases_expanded);
  detail::set_features(page, report);
  page["legend"] = detail::legend_list(report.class_names);
  detail::set_overlays(page, "training_overlays", report.training_overlays, options.overlay);
  detail::set_overlays(page, "test_overlays", report.test_overlays, options.overlay);
  detail::set_qualities(page, report.set_qualities);
  detail::set_input_effects(page, report.input_effects);
  detail::set_fits(page, report);
  kainjow::mustache::mustache page_template{std::string(detail::report_template)};
  return page_template.render(page);
}

} // namespace sparseann
