#include "sparseann/report/plan_picture.hpp"

#include <string>

#include "support/catch.hpp"
#include "support/count_of.hpp"
#include "support/patterned_case.hpp"

using namespace sparseann;

namespace {

/// The picture of one slice, as the page must carry it.
std::string embedded(const Array2<float>& slice) {
  const OverlayPanel panel{.caption = "", .image = slice, .labels = {}, .unlabelled = {}, .spacing_mm = {2, 2}};
  return "href=\"" + data_uri("image/png", encode_png(overlay(panel, {.longest_side_px = 150}))) + '"';
}

} // namespace

TEST_CASE("a plan's picture shows each selected slice, with its number and its place, by rank") {
  const Case subject = test::patterned_case("a<b>&\"c\"");
  const CaseSelection selection{.case_name = subject.name,
                                .planes = {{.plane = Plane::xy, .slices = 3, .selected = {2, 0}},
                                           {.plane = Plane::xz, .slices = 4, .selected = {}},
                                           {.plane = Plane::yz, .slices = 5, .selected = {4}}}};
  const std::string svg = plan_picture_svg(subject, selection);
  CHECK_THAT(svg, Catch::Matchers::StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\" width="));
  CHECK_THAT(svg, ContainsSubstring(">a&lt;b&gt;&amp;&quot;c&quot;</text>"));
  CHECK_THAT(svg, ContainsSubstring(">plane xy (axial, slice 0 to 2 goes toward S): 2 of 3 slices, by rank</text>"));
  CHECK_THAT(svg, ContainsSubstring(">plane yz (sagittal, slice 0 to 4 goes toward R): 1 of 5 slices, by rank</text>"));
  CHECK(svg.find("plane xz") == std::string::npos);
  CHECK(test::count_of(svg, "<image ") == 3);
  const Array4<float>& voxels = subject.image.voxels;
  const std::size_t first = svg.find(embedded(xt::view(voxels, 0, 2, xt::all(), xt::all())));
  const std::size_t second = svg.find(embedded(xt::view(voxels, 0, 0, xt::all(), xt::all())));
  const std::size_t third = svg.find(embedded(xt::view(voxels, 0, xt::all(), xt::all(), 4)));
  CHECK(first < second);
  CHECK(second < third);
  CHECK(third != std::string::npos);
  CHECK_THAT(svg, ContainsSubstring(">rank 0: slice 2</text>"));
  CHECK_THAT(svg, ContainsSubstring(">4.0, 3.0, 4.0 mm</text>")); // x: 2 (5 - 1) / 2, y: 2 (4 - 1) / 2, z: 2 * 2
  CHECK_THAT(svg, ContainsSubstring(">8.0, 3.0, 2.0 mm</text>"));
}

TEST_CASE("a plan's picture wraps its thumbnails and does without an affine") {
  Case subject = test::patterned_case("wide");
  subject.image.geometry.orientation.sform_code = 0;
  subject.image.voxels = Array4<float>::from_shape({1, 9, 4, 5});
  std::ranges::fill(elements(subject.image.voxels), 1.0F);
  subject.image.geometry.shape = {9, 4, 5};
  CaseSelection selection{.case_name = subject.name,
                          .planes = {{.plane = Plane::xy, .slices = 9, .selected = {0, 1, 2, 3, 4, 5, 6}}}};
  const std::string svg = plan_picture_svg(subject, selection);
  CHECK(test::count_of(svg, "<image x=\"20\"") == 2); // ranks 0 and 6
  CHECK(test::count_of(svg, "<image ") == 7);
  CHECK_THAT(svg, ContainsSubstring(">plane xy: 7 of 9 slices, by rank</text>"));
  CHECK(svg.find(" mm<") == std::string::npos);
  selection.planes[0].selected = {9};
  CHECK_THROWS_AS(plan_picture_svg(subject, selection), InvalidArgument);
}
