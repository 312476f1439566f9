#include "sparseann/report/round_page.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/count_of.hpp"
#include "support/patterned_case.hpp"

using namespace sparseann;

namespace {

const std::vector<std::string> drawn_classes{"background", "left <atrium>"};

} // namespace

TEST_CASE("a round's page shows every slice to draw, when, where and what it adds") {
  const std::vector<Case> cases{test::patterned_case("a&b"), test::patterned_case("c")};
  const AnnotationPlan plan{{{.slice = {0, Plane::xy, 2}, .rank = 0, .gain = 3.0},
                             {.slice = {0, Plane::xy, 0}, .rank = 1, .gain = 1.0},
                             {.slice = {1, Plane::yz, 4}, .rank = 0, .gain = {}}}};
  const std::string page = round_page("round_1", plan, cases, drawn_classes, 2.5);
  CHECK(test::count_of(page, "<li id=\"slice-") == 3);
  CHECK(test::count_of(page, "src=\"data:image/png;base64,") == 3);
  CHECK_THAT(page, ContainsSubstring("<li id=\"slice-1\" data-slice=\"a&amp;b,xy,2\" data-state=\"not drawn\">"));
  CHECK_THAT(page, ContainsSubstring("<b>No. 1: xy 2</b><span>4.0, 3.0, 4.0 mm</span><span>adds 75.0 %</span>"));
  CHECK_THAT(page, ContainsSubstring("<b>No. 3: xy 0</b>"));
  CHECK_THAT(page, ContainsSubstring("<b>No. 2: yz 4</b>"));
  CHECK_THAT(page, ContainsSubstring("<ol class=\"order\"><li><a href=\"#slice-1\">a&amp;b, xy 2</a></li>"
                                     "<li><a href=\"#slice-2\">c, yz 4</a></li>"
                                     "<li><a href=\"#slice-3\">a&amp;b, xy 0</a></li></ol>"));
  CHECK(test::count_of(page, "earlier rounds") == 0);
  CHECK(test::count_of(round_page("round_2", plan, cases, drawn_classes, 2.5, true), "earlier rounds") == 1);
  CHECK_THAT(page, ContainsSubstring("<h3>Plane yz: sagittal, slice 0 to 4 goes toward R</h3>"));
  CHECK_THAT(page, ContainsSubstring("<b id=\"left\">8 minutes</b>")); // 3 x 2.5, rounded
  CHECK_THAT(page, ContainsSubstring("0 background, 1 left &lt;atrium&gt;, 2 ignore"));
  CHECK(test::count_of(page, "<svg class=\"coverage\"") == 1); // the other stack has no gains
  CHECK_THAT(page, ContainsSubstring("<title>2 slices: 100.0 %</title>"));
  CHECK(test::count_of(page, "http") == 0); // nothing from elsewhere
  CHECK(test::count_of(page, "{{") == 0);
}

TEST_CASE("slices that a scan does not have are no page's") {
  const std::vector<Case> cases{test::patterned_case("a")};
  CHECK_THROWS_AS(round_page("r", {{{.slice = {0, Plane::xy, 3}, .rank = 0, .gain = {}}}}, cases, drawn_classes, 2),
                  InvalidArgument);
}
