#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/annotate/drawing_order.hpp"
#include "sparseann/annotate/plan.hpp"
#include "sparseann/annotate/round_progress.hpp"
#include "sparseann/annotate/slice_places.hpp"
#include "sparseann/core/array.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/io/base64.hpp"
#include "sparseann/io/png.hpp"
#include "sparseann/report/overlay.hpp"
#include "sparseann/report/report.hpp"
#include "sparseann/report/report_data.hpp"
#include "sparseann/report/slice_bar.hpp"
#include "sparseann/report/slice_pictures.hpp"

namespace sparseann {

namespace detail {

inline constexpr std::string_view round_style = R"css(
.slices{list-style:none;padding:0;margin:.6rem 0;display:grid;grid-template-columns:repeat(auto-fill,minmax(12rem,1fr));gap:.9rem}
.slices>li{border:1px solid var(--line);border-radius:8px;padding:.6rem;font-size:.875rem}
.slices>li[data-state="drawn"],.slices>li[data-state="empty"]{background:var(--soft);border-style:dashed}
.slices img{display:block;max-width:100%;height:auto;image-rendering:pixelated;background:#000;border-radius:4px;margin-bottom:.4rem}
.slices b{display:block}.slices span{display:block}
.state::before{content:"\2610\00a0"}[data-state="drawn"] .state::before,[data-state="empty"] .state::before{content:"\2611\00a0"}
.coverage{width:100%;max-width:26rem;height:auto;display:block}
.coverage polyline{fill:none;stroke:var(--accent);stroke-width:2}.coverage circle{fill:var(--accent)}
.coverage line{stroke:var(--line)}.coverage text{font-size:11px;fill:var(--muted)}
button{font:inherit;padding:.4rem .9rem;border:1px solid var(--line);border-radius:8px;background:var(--soft);color:var(--text);cursor:pointer}
button:focus-visible,input:focus-visible,summary:focus-visible,a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
progress{width:100%;max-width:26rem}nav{margin-top:1rem}
.order{columns:14rem;margin:.6rem 0}
)css";

inline constexpr std::string_view round_script = R"js(
const known = JSON.parse(document.getElementById('progress').textContent);
const items = [...document.querySelectorAll('[data-slice]')];
const say = (id, text) => { document.getElementById(id).textContent = text; };
for (const item of items) {
  item.dataset.state = known[item.dataset.slice] || 'not drawn';
  item.querySelector('.state').textContent = item.dataset.state;
}
const done = items.filter(item => item.dataset.state !== 'not drawn').length;
const minutes = Number(document.body.dataset.minutes);
say('done', done + ' of ' + items.length);
say('left', Math.round((items.length - done) * minutes) + ' minutes');
document.getElementById('bar').value = items.length ? done / items.length : 0;
for (const part of document.querySelectorAll('section[data-case]')) {
  const own = [...part.querySelectorAll('[data-slice]')];
  part.querySelector('.case-progress').textContent =
    own.filter(item => item.dataset.state !== 'not drawn').length + ' of ' + own.length + ' drawn or empty';
}
const key = 'sparseann empty ' + document.body.dataset.round;
const boxes = [...document.querySelectorAll('input[type=checkbox]')];
let stored = [];
try { stored = JSON.parse(localStorage.getItem(key)) || []; } catch (error) { stored = []; }
for (const box of boxes) {
  box.checked = stored.includes(box.value);
  box.addEventListener('change', () => {
    try { localStorage.setItem(key, JSON.stringify(boxes.filter(b => b.checked).map(b => b.value))); } catch (error) {}
  });
}
document.getElementById('save').addEventListener('click', () => {
  const lines = ['case,plane,slice', ...boxes.filter(box => box.checked).map(box => box.value)];
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([lines.join('\n') + '\n'], {type: 'text/csv'}));
  link.download = 'empty.csv';
  link.click();
  URL.revokeObjectURL(link.href);
  say('saved', (lines.length === 2 ? '1 slice' : lines.length - 1 + ' slices') + ' listed in empty.csv');
});
)js";

inline constexpr std::string_view round_template = R"html(<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Slices to draw</title><style>{{{style}}}{{{round_style}}}</style></head>
<body data-round="{{round}}" data-minutes="{{minutes_per_slice}}">
<header><h1>Slices to draw</h1>
<p>{{slices}} slices of {{cases}} scans. Draw them in the order of their numbers, below, and stop whenever you like: the
first ones matter most. Labels: {{classes}}.{{#earlier}} What was drawn in earlier rounds is in the files already.{{/earlier}}</p>
<div class="cards">
<div class="card"><span>Drawn or empty, by the last import</span><b id="done">0 of {{slices}}</b><progress id="bar" value="0" max="1" aria-label="share of the slices that are drawn or empty"></progress></div>
<div class="card"><span>Left</span><b id="left">{{minutes}} minutes</b><span>at {{minutes_per_slice}} minutes per slice, an assumption</span></div>
</div>
<nav aria-label="Scans">{{#sections}}<a href="#{{anchor}}">{{case}}</a> {{/sections}}</nav>
</header>
<main>
<section><h2>How to draw</h2>
<p>Open the scan, and labels/CASE.nii.gz as its segmentation, which has everything but the slices to draw under a grey
veil (the label ignore). itk_snap_labels.txt and slicer_labels.ctbl name the labels and their colours. Draw on the
slices below and nowhere else; paint ignore over what you are not sure of. guides/CASE.nii.gz marks the slices.
planes/xy, xz and yz hold the same by plane, for those who look at one plane at a time.</p>
<p>A slice without a single label looks as if nobody had been there. Where there is nothing to draw, tick "nothing on
it" and save the list beside this page: <button id="save" type="button">Save empty.csv</button> <span id="saved" role="status"></span></p>
<p>Then: <code>sparseann import --round {{round}}</code>. Import as often as you like.</p></section>
<section><h2>In which order</h2>
<details><summary>All {{slices}} slices in the order of drawing</summary>
<ol class="order">{{#order}}<li><a href="#slice-{{number}}">{{case}}, {{plane}} {{slice}}</a></li>{{/order}}</ol></details></section>
{{#sections}}
<section id="{{anchor}}" data-case="{{case}}"><h2>{{case}}</h2><p class="case-progress muted">0 of {{count}} drawn or empty</p>
{{#planes}}
<h3>Plane {{plane}}{{#view}}: {{view}}{{/view}}</h3>
{{{bar}}}
{{{coverage}}}
<ol class="slices">
{{#items}}
<li id="slice-{{number}}" data-slice="{{value}}" data-state="not drawn"><img src="{{picture}}" alt="{{case}}, plane {{plane}}, slice {{slice}}" width="{{width}}" height="{{height}}">
<b>No. {{number}}: {{plane}} {{slice}}</b>{{#place}}<span>{{place}}</span>{{/place}}{{#gain}}<span>adds {{gain}}</span>{{/gain}}
<span class="state">not drawn</span>
<label><input type="checkbox" value="{{value}}"> nothing on it</label></li>
{{/items}}
</ol>
{{/planes}}
</section>
{{/sections}}
</main>
<footer><p>Slices count from 0. Millimetres are the scanner's, to the patient's right, front and head; viewers that
follow DICOM show the first two with the other sign. What a slice adds is its share of what the planned slices of its
scan and plane cover together, by the selector's measure, each after those before it.</p></footer>
{{{progress}}}
<script>{{{script}}}</script>
</body>
</html>
)html";

/// A slice's planned rank and gain, and when it comes in the order of drawing.
struct TaskItem {
  const PlannedSlice* planned;
  std::size_t number;
};

/// Shares of a stack's gains; none where the selector gave none, or they sum to nothing.
[[nodiscard]] inline std::vector<double> gain_shares(const std::vector<TaskItem>& items) {
  double sum = 0;
  for (const TaskItem& item : items)
    sum += item.planned->gain.value_or(0);
  std::vector<double> shares;
  for (const TaskItem& item : items)
    if (item.planned->gain && sum > 0)
      shares.push_back(*item.planned->gain / sum);
  return shares.size() == items.size() ? shares : std::vector<double>();
}

/// How the share covered grows with the slices drawn, by rank.
[[nodiscard]] inline std::string coverage_curve(const std::vector<double>& shares) {
  constexpr double width = 300;
  constexpr double height = 70;
  constexpr double left = 40;
  constexpr double top = 8;
  std::string points;
  std::string marks;
  double covered = 0;
  for (std::size_t rank = 0; rank < shares.size(); ++rank) {
    covered += shares[rank];
    const double x = left + width * static_cast<double>(rank + 1) / static_cast<double>(shares.size());
    const double y = top + height * (1 - covered);
    points += fmt::format("{:.1f},{:.1f} ", x, y);
    marks += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\"><title>{} slices: {:.1f} %</title></circle>", x,
                         y, rank + 1, 100 * covered);
  }
  return fmt::format(
      "<svg class=\"coverage\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"coverage by the number of "
      "slices, from {:.0f} % with one\"><line x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/>"
      "<line x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\"/><text x=\"2\" y=\"{}\">100 %</text>"
      "<text x=\"14\" y=\"{}\">0 %</text><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{} slices</text>"
      "<polyline points=\"{:.1f},{:.1f} {}\"/>{}</svg>",
      left + width + 10, top + height + 22, 100 * shares.front(), left, left + width, top, top, left, left + width,
      top + height, top + height, top + 5, top + height + 4, left + width, top + height + 18, shares.size(), left,
      top + height, points, marks);
}

/// Makes the page's data, case by case.
class RoundPage {
public:
  RoundPage(const AnnotationPlan& plan, std::span<const Case> cases) : plan_(plan), cases_(cases) {
    const std::vector<std::size_t> order = drawing_order(plan);
    for (std::size_t number = 0; number < order.size(); ++number) {
      const PlannedSlice& planned = plan.slices[order[number]];
      in_order_.push_back({&planned, number + 1});
      stacks_[{planned.slice.case_index, planned.slice.plane}].push_back(in_order_.back());
    }
  }

  [[nodiscard]] PageData order() const {
    PageData list(PageData::type::list);
    for (const TaskItem& item : in_order_) {
      const SliceIndex& slice = item.planned->slice;
      PageData entry;
      entry["number"] = std::to_string(item.number);
      entry["case"] = cases_[slice.case_index].name;
      entry["plane"] = std::string(name_of(slice.plane));
      entry["slice"] = std::to_string(slice.slice);
      list << entry;
    }
    return list;
  }

  [[nodiscard]] PageData sections() const {
    PageData list(PageData::type::list);
    for (std::size_t c = 0; c < cases_.size(); ++c) {
      PageData section;
      section["case"] = cases_[c].name;
      section["anchor"] = fmt::format("scan-{}", c + 1);
      std::size_t count = 0;
      PageData planes(PageData::type::list);
      for (const Plane plane : all_planes)
        if (const auto found = stacks_.find({c, plane}); found != stacks_.end()) {
          planes << stack(c, plane, found->second);
          count += found->second.size();
        }
      section["planes"] = std::move(planes);
      section["count"] = std::to_string(count);
      list << section;
    }
    return list;
  }

private:
  [[nodiscard]] PageData stack(std::size_t c, Plane plane, const std::vector<TaskItem>& items) const {
    const Case& scan = cases_[c];
    SliceBar bar{.plane = plane, .slices = slice_count(scan.image.shape(), plane), .selected = {}};
    for (const TaskItem& item : items)
      bar.selected.push_back(item.planned->slice.slice);
    check_slices("round page", bar);
    const std::vector<double> shares = gain_shares(items);
    PageData data;
    data["plane"] = std::string(name_of(plane));
    data["view"] = false;
    if (const auto place = place_of_slice(scan.image.geometry, plane, 0)) {
      const AnatomicalView view = view_along(place->step_mm);
      data["view"] = fmt::format("{}, slice 0 to {} goes toward {}", view.name, bar.slices - 1, view.toward);
    }
    data["bar"] = slice_bar_svg(bar);
    data["coverage"] = shares.size() < 2 ? std::string() : coverage_curve(shares);
    PageData list(PageData::type::list);
    for (std::size_t i = 0; i < items.size(); ++i)
      list << item_data(scan, plane, items[i], shares.empty() ? std::nullopt : std::optional(shares[i]));
    data["items"] = std::move(list);
    return data;
  }

  [[nodiscard]] static PageData item_data(const Case& scan, Plane plane, const TaskItem& item,
                                          std::optional<double> share) {
    const std::size_t slice = item.planned->slice.slice;
    const Array3<std::uint8_t> picture =
        overlay(SlicePictures(scan, plane, slice).row().panels.front(), {.longest_side_px = 160});
    PageData data;
    data["number"] = std::to_string(item.number);
    data["slice"] = std::to_string(slice);
    data["value"] = slice_key(scan.name, plane, slice);
    data["picture"] = data_uri("image/png", encode_png(picture));
    data["width"] = std::to_string(picture.shape(1));
    data["height"] = std::to_string(picture.shape(0));
    data["place"] = false;
    data["gain"] = false;
    if (const auto place = place_of_slice(scan.image.geometry, plane, slice))
      data["place"] = fmt::format("{:.1f}, {:.1f}, {:.1f} mm", rounded_mm(place->centre_mm[0]),
                                  rounded_mm(place->centre_mm[1]), rounded_mm(place->centre_mm[2]));
    if (share)
      data["gain"] = fmt::format("{:.1f} %", 100 * *share);
    return data;
  }

  const AnnotationPlan& plan_;
  std::span<const Case> cases_;
  std::vector<TaskItem> in_order_;
  std::map<std::pair<std::size_t, Plane>, std::vector<TaskItem>> stacks_;
};

} // namespace detail

/// A round's page, one file without any other: per scan the slices to draw with pictures, where they lie on the axis,
/// in voxels and in mm, what each adds, how long that takes, and how far the last import was. It lists slices without
/// anything to draw as empty.csv.
///
/// `round` is the folder's name; `has_earlier` says that the files hold what was drawn in earlier rounds. Throws:
/// InvalidArgument for slices that the scans do not have.
[[nodiscard]] inline std::string round_page(const std::string& round, const AnnotationPlan& plan,
                                            std::span<const Case> cases, std::span<const std::string> class_names,
                                            double minutes_per_slice, bool has_earlier = false) {
  detail::PageData page;
  page["style"] = std::string(detail::report_style);
  page["round_style"] = std::string(detail::round_style);
  page["script"] = std::string(detail::round_script);
  page["progress"] = detail::progress_element({}, {});
  page["round"] = round;
  page["slices"] = std::to_string(plan.slices.size());
  page["cases"] = std::to_string(cases.size());
  page["minutes_per_slice"] = fmt::format("{}", minutes_per_slice);
  page["minutes"] = fmt::format("{:.0f}", minutes_per_slice * static_cast<double>(plan.slices.size()));
  std::string labels;
  for (std::size_t label = 0; label < class_names.size(); ++label)
    labels += fmt::format("{}{} {}", label == 0 ? "" : ", ", label, class_names[label]);
  page["classes"] = labels + fmt::format(", {} ignore", class_names.size());
  page["earlier"] = has_earlier;
  const detail::RoundPage of_plan(plan, cases);
  page["order"] = of_plan.order();
  page["sections"] = of_plan.sections();
  kainjow::mustache::mustache page_template{std::string(detail::round_template)};
  return page_template.render(page);
}

} // namespace sparseann
