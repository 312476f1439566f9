#include "sparseann/report/report.hpp"

#include <cmath>
#include <set>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The first tag that does not close the one opened last, or that is left open; empty for a well-formed page.
std::string first_unbalanced_tag(const std::string& html) {
  const std::set<std::string> without_end{"meta", "img", "!DOCTYPE"};
  std::vector<std::string> open;
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    const std::size_t end = html.find('>', at);
    if (end == std::string::npos)
      return html.substr(at);
    const std::string tag = html.substr(at + 1, end - at - 1);
    const std::string name = tag.substr(0, tag.find_first_of(" \n\t/", 1));
    if (tag.front() == '/') {
      if (open.empty() || open.back() != tag.substr(1))
        return tag;
      open.pop_back();
    } else if (tag.back() != '/' && !without_end.contains(name)) {
      open.push_back(name);
    }
  }
  return open.empty() ? "" : open.back();
}

MethodRow method(const std::string& name, double dice) {
  return {.method = name,
          .group = "group of " + name,
          .explanation = "What " + name + " does.",
          .classes = {{"myo", {dice, 0.012}, {0.6, 0.1}, {4.25, 0.5}}, {"pool", {dice, 0.02}, {0.5, 0.1}, {3.5, 0.4}}},
          .mean_dice = dice,
          .overall_score = -0.125,
          .empty_predictions = 3};
}

OverlayRow pictures(const std::string& case_name, std::optional<std::uint8_t> unlabelled) {
  OverlayPanel image{.caption = "image", .image = Array2<float>{{0.0F, 1.0F}, {2.0F, 4.0F}}};
  OverlayPanel labels = image;
  labels.caption = "labels";
  labels.labels = Array2<std::uint8_t>{{0, 1}, {2, 3}};
  if (!unlabelled)
    (*labels.labels)(1, 1) = 0;
  labels.unlabelled = unlabelled;
  return {case_name, "plane xy, slice 5", {image, labels}};
}

ReportData small_report() {
  ReportData report;
  report.title = "A run";
  report.facts = {.dataset = "hearts",
                  .training_cases = 2,
                  .test_cases = 1,
                  .seed = 18446744073709551615U,
                  .version = "1.2.3",
                  .git_revision = "abcdef0",
                  .device = "CPU",
                  .stages_seconds = 245.0,
                  .annotated_share_sum = 0.6,
                  .annotated_share_union = 0.488,
                  .others = {{"LibTorch", "9.8.7"}}};
  report.class_names = {"background", "myo", "pool"};
  report.methods = {method("full annotation", 0.91), method("vote", 0.81), method("nearest fit", 0.86)};
  report.methods[0].reference_only = true;
  report.stages = {{"features", 30.0}, {"training", 90.0}};
  report.curves = {{"2D network", {{0, 1.0}, {1, 0.5}}}, {"3D network", {{0, 1.0}, {1, 0.25}}}};
  report.selections = {{"heart_00", {{.plane = Plane::xy, .slices = 10, .selected = {4}}}},
                       {"heart_01", {{.plane = Plane::yz, .slices = 20, .selected = {7, 3}}}}};
  report.training_overlays = {pictures("heart_00", std::uint8_t{3})};
  report.test_overlays = {pictures("heart_02", std::nullopt)};
  report.feature_qualities = {{"heart_00", Plane::xy, 0.625, 12.5, 0.1, ""},
                              {"heart_01", Plane::yz, std::nan(""), 1.0, 1.0, "all slices have the same features"}};
  report.feature_spaces = {{.case_name = "heart_00",
                            .bar = {.plane = Plane::xy, .slices = 3, .selected = {1}},
                            .maps = {{"t-SNE", {{0, 0}, {1, 2}, {2, 2}}}},
                            .thumbnails = {pictures("heart_00", std::nullopt).panels[0]}}};
  report.reconstructions = {.png = "\x89PNG",
                            .captions = {"heart_00, plane xy, slice 7: 12.5 %"},
                            .mean_squared_error = 0.046875,
                            .unexplained_share = 0.25};
  report.pseudo_label_sets = {"set xy", "set 3d"};
  report.set_qualities = {{"set xy", 0.875, 0.75}, {"average", 0.9, 0.825}};
  report.input_effects = {{"nothing", 0.9, 0.0}, {"image", 0.6, 0.4375}};
  report.fit_counts = {{"heart_00", {3, 1}}, {"heart_01", {1, 3}}};
  return report;
}

} // namespace

TEST_CASE("a report shows every method, class, case, stage and fact") {
  const std::string html = render_report(small_report());
  for (const std::string part : {"A run",
                                 "hearts",
                                 "18446744073709551615",
                                 "1.2.3",
                                 "abcdef0",
                                 "4 min 05 s",
                                 "48.8 %",
                                 "60.0 %",
                                 "9.8.7",
                                 "full annotation",
                                 "vote",
                                 "nearest fit",
                                 "group of vote",
                                 "What nearest fit does.",
                                 "myo",
                                 "pool",
                                 "0.860",
                                 "\u22120.125",
                                 "&#177; 0.012",
                                 "4.25",
                                 "heart_00",
                                 "heart_01",
                                 "heart_02",
                                 "plane xy, slice 5",
                                 "set xy",
                                 "set 3d",
                                 "features",
                                 "25.0 %",
                                 "75.0 %",
                                 "2D network",
                                 "3D network",
                                 "1 min 30 s"})
    CHECK((contains(html, part) ? part : "missing: " + part) == part);
}

TEST_CASE("a report is well-formed and asks for nothing outside itself") {
  const std::string html = render_report(small_report(), {.cases_expanded = 1});
  CHECK(first_unbalanced_tag(html).empty());
  CHECK(!contains(html, "http:"));
  CHECK(!contains(html, "https:"));
  CHECK(!contains(html, "url("));
  CHECK(!contains(html, "@import"));
  CHECK(!contains(html, "{{"));
  for (std::size_t at = html.find("src=\""); at != std::string::npos; at = html.find("src=\"", at + 1))
    CHECK(html.substr(at, 27) == "src=\"data:image/png;base64,");
}

TEST_CASE("the checker of tags finds what is wrong") {
  CHECK(first_unbalanced_tag("<p><b>x</b></p>").empty());
  CHECK(first_unbalanced_tag("<p><b>x</p></b>") == "/p");
  CHECK(first_unbalanced_tag("<p><i/>") == "p");
}

TEST_CASE("names from files cannot become markup") {
  const std::string name = "<b>&\"x'{{title}}";
  const std::string escaped = "&lt;b&gt;&amp;&quot;x&apos;{{title}}";
  ReportData report = small_report();
  report.title = report.facts.dataset = report.facts.git_revision = report.facts.device = report.facts.version = name;
  report.facts.others = {{name, name}};
  report.class_names[1] = name;
  for (MethodRow& row : report.methods)
    row.method = row.group = row.explanation = row.classes[0].class_name = name;
  report.stages[0].stage = report.curves[0].model = report.selections[0].case_name = name;
  for (OverlayRow* row : {&report.training_overlays[0], &report.test_overlays[0]})
    row->case_name = row->caption = row->panels[0].caption = name;
  report.pseudo_label_sets[0] = report.fit_counts[0].case_name = name;
  report.feature_qualities[1].case_name = report.feature_spaces[0].case_name = name;
  report.reconstructions->captions[0] = name;
  const std::string html = render_report(report);
  CHECK(!contains(html, "<b>&"));
  CHECK(contains(html, "<title>" + escaped + "</title>"));
  CHECK(contains(html, "alt=\"" + escaped + ", " + escaped + ": " + escaped + "\""));
  CHECK(first_unbalanced_tag(html).empty());
}

TEST_CASE("the best method leads the page and methods for orientation are named as such") {
  const std::string html = render_report(small_report());
  CHECK(contains(html, "<b>0.860</b><span>nearest fit</span>"));
  CHECK(contains(html, "<b>0.910</b><span>full annotation</span>"));
  CHECK(contains(html, "best\">0.860<span class=\"hidden\"> (best)</span>"));
  CHECK(!contains(html, "best\">0.910"));
}

TEST_CASE("fits are summed over the cases") {
  const std::string html = render_report(small_report());
  const std::size_t total = html.find("All cases");
  REQUIRE(total != std::string::npos);
  const std::string row = html.substr(total, html.find("</tr>", total) - total);
  CHECK(contains(row, "<td>4<span class=\"deviation\">50.0 %</span>"));
  CHECK(contains(html, "<td>3 <span class=\"muted\">(75.0 %)</span></td>"));
}

TEST_CASE("the quality of a pseudo-label set is told for training and test cases") {
  const std::string html = render_report(small_report());
  const std::size_t start = html.find("<th scope=\"row\">set xy</th>");
  REQUIRE(start != std::string::npos);
  const std::string row = html.substr(start, html.find("</tr>", start) - start);
  REQUIRE(contains(row, "0.750"));
  CHECK(row.find("0.875") < row.find("0.750"));
}

TEST_CASE("features are shown, and a warning stands before everything else about them") {
  const std::string html = render_report(small_report());
  const std::size_t section = html.find("<section id=\"features\"");
  REQUIRE(section != std::string::npos);
  const std::size_t warning =
      html.find("Features that look broken: all slices have the same features (1 of 2: heart_01 yz)");
  REQUIRE(warning != std::string::npos);
  const std::size_t figure = html.find("<svg class=\"feature-space\"");
  REQUIRE(figure != std::string::npos);
  CHECK(section < warning);
  CHECK(warning < figure);
  CHECK(contains(html, "<td>xy</td><td>0.625</td><td>12.5</td><td>10.0 %</td><td></td>"));
  CHECK(
      contains(html, "<td>yz</td><td>n/a</td><td>1.0</td><td>100.0 %</td><td>all slices have the same features</td>"));
  CHECK(contains(html, "src=\"data:image/png;base64,iVBORw==\""));
  CHECK(contains(html, "heart_00, plane xy, slice 7: 12.5 %"));
  CHECK(contains(html, "25.0 %"));
  CHECK(contains(html, "0.0469"));
}

TEST_CASE("what the meta-model does without an input is told") {
  const std::string html = render_report(small_report());
  const std::size_t start = html.find("<th scope=\"row\">image</th>");
  REQUIRE(start != std::string::npos);
  const std::string row = html.substr(start, html.find("</tr>", start) - start);
  CHECK(contains(row, "0.600"));
  CHECK(contains(row, "43.8 %"));
}

TEST_CASE("later cases' selections are folded away") {
  const std::string folded = render_report(small_report(), {.cases_expanded = 1});
  CHECK(contains(folded, "<summary>The other cases (1)</summary>"));
  CHECK(folded.find("<h3>heart_01</h3>") > folded.find("<summary>The other cases (1)</summary>"));
  CHECK(!contains(render_report(small_report(), {.cases_expanded = 2}), "The other cases"));
}

TEST_CASE("parts without data are left out") {
  ReportData report;
  report.title = "Nothing yet";
  const std::string html = render_report(report);
  CHECK(first_unbalanced_tag(html).empty());
  for (const std::string id :
       {"results", "selection", "features", "test", "training", "qualities", "inputs", "fits", "curves"})
    CHECK(!contains(html, "id=\"" + id + "\""));
  CHECK(contains(html, "id=\"run\""));
  CHECK(!contains(html, "class=\"best"));
}

TEST_CASE("ids stand once on a page") {
  const std::string html = render_report(small_report());
  std::set<std::string> ids;
  for (std::size_t at = html.find(" id=\""); at != std::string::npos; at = html.find(" id=\"", at + 1))
    CHECK(ids.insert(html.substr(at + 5, html.find('"', at + 5) - at - 5)).second);
  CHECK(ids.contains("curves"));
}

TEST_CASE("an inconsistent report is refused") {
  ReportData report = small_report();
  report.methods[1].classes.pop_back();
  CHECK_THROWS_AS(render_report(report), InvalidArgument);
}
