#include "sparseann/experiment/budget_figure.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/toy_experiment.hpp"

using namespace sparseann;

namespace {

const ResultValues figure_results(CsvTable("results", "arm,budget,seed,prediction,case,class,metric,value\n"
                                                      "intervals,s4,0,both,c0,shell,dice,0.5\n"
                                                      "intervals,s4,0,both,c1,shell,dice,0.7\n"
                                                      "intervals,s8,0,both,c0,shell,dice,0.4\n"
                                                      "intervals,s8,0,both,c1,shell,dice,0.4\n"
                                                      "intervals,s80,0,both,c0,shell,dice,0.3\n"
                                                      "intervals,s80,0,both,c1,shell,dice,0.3\n"
                                                      "full,full,0,both,c0,shell,dice,0.9\n"
                                                      "full,full,0,both,c1,shell,dice,0.9\n"));
const CsvTable figure_costs("costs", "arm,budget,seed,slices,nominal,plain_sum,union,foreground_voxels,contour_mm\n"
                                     "intervals,s4,0,12,0.75,0.7,0.5,100,50\nintervals,s4,1,14,0.75,0.9,0.5,120,70\n"
                                     "intervals,s8,0,3,0.3,0.2,0.2,40,20\nintervals,s80,0,3,0.03,0.2,0.2,40,20\n"
                                     "full,full,0,100,1,1,1,900,400\n");

} // namespace

TEST_CASE("a line's points lie at the mean cost, cheapest first, and no point twice") {
  const auto lines = figure_lines(test::toy_experiment(), figure_results, figure_costs, CostAxis::plain_sum);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].title == "intervals");
  REQUIRE(lines[0].points.size() == 2); // s80 chooses as many slices as s8
  CHECK(lines[0].points[0].budget == "s8");
  CHECK(lines[0].points[1].cost == Approx(0.8));
  CHECK(lines[0].points[1].value == Approx(0.6));
  CHECK(lines[0].points[1].interval == Interval{0.5, 0.7});
  CHECK(lines[1].full);
  CHECK_FALSE(lines[0].full);
  CHECK(figure_lines(test::toy_experiment(), figure_results, figure_costs, CostAxis::contour_mm)[0].points[1].cost ==
        Approx(60));
}

TEST_CASE("the figure names its lines and its axis") {
  const std::string svg =
      budget_figure(figure_lines(test::toy_experiment(), figure_results, figure_costs, CostAxis::union_of_voxels),
                    CostAxis::union_of_voxels, "Dice of all");
  CHECK_THAT(svg, ContainsSubstring("<svg") && ContainsSubstring("intervals") && ContainsSubstring("full") &&
                      ContainsSubstring("annotated voxels, share of all") && ContainsSubstring("Dice of all"));
  CHECK_THROWS_WITH(budget_figure({}, CostAxis::nominal, ""), "lines: expected at least one, got none");
}

TEST_CASE("a quote in a title is no end of gnuplot's text") {
  const std::vector<FigureLine> lines{{.title = "o'clock",
                                       .full = false,
                                       .points = {{.budget = "s4", .cost = 1, .value = 0.5, .interval = {0.4, 0.6}}}}};
  CHECK_THAT(budget_figure(lines, CostAxis::nominal, "Dice"), ContainsSubstring("o'clock"));
}
