#include "sparseann/report/report_data.hpp"

#include "support/catch.hpp"

using namespace sparseann;

namespace {
MethodRow row_with(std::string method, std::vector<std::string> classes) {
  MethodRow result{.method = std::move(method)};
  for (std::string& name : classes)
    result.classes.push_back({.class_name = std::move(name)});
  return result;
}
} // namespace

TEST_CASE("an empty report is consistent") { CHECK_NOTHROW(check(ReportData{})); }

TEST_CASE("methods must tell of the same classes in the same order") {
  ReportData report;
  report.methods = {row_with("first", {"a", "b"}), row_with("second", {"a", "b"})};
  CHECK_NOTHROW(check(report));
  report.methods[1] = row_with("second", {"a"});
  CHECK_THROWS_WITH(check(report), "report.methods.second: expected 2 classes, got 1");
  report.methods[1] = row_with("second", {"a", "c"});
  CHECK_THROWS_WITH(check(report), "report.methods.second: expected class 'b', got 'c'");
}

TEST_CASE("selected slices must lie on their axis") {
  ReportData report;
  report.selections = {{"heart", {{.plane = Plane::xz, .slices = 4, .selected = {3, 0}}}}};
  CHECK_NOTHROW(check(report));
  report.selections[0].planes[0].selected = {3, 4};
  CHECK_THROWS_WITH(check(report), "report.selections.heart.xz: expected slices below 4, got 4");
}

TEST_CASE("labels must be classes, or the value that says unlabelled") {
  ReportData report;
  report.class_names = {"background", "heart"};
  OverlayPanel panel{.caption = "sparse", .image = xt::zeros<float>({1, 2}), .labels = Array2<std::uint8_t>{{1, 2}}};
  panel.unlabelled = std::uint8_t{2};
  report.test_overlays = {{"case 1", "xy", {panel}}};
  CHECK_NOTHROW(check(report));
  report.test_overlays[0].panels[0].unlabelled.reset();
  CHECK_THROWS_WITH(check(report), "report.overlays.case 1.sparse: expected labels below 2, got 2");
}

TEST_CASE("fits are counted once per pseudo-label set") {
  ReportData report;
  report.pseudo_label_sets = {"xy", "3d"};
  report.fit_counts = {{"case 1", {5, 6, 7}}};
  CHECK_THROWS_WITH(check(report), "report.fit_counts.case 1: expected 2 counts, one per pseudo-label set, got 3");
}
