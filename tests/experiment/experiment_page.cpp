#include "sparseann/experiment/experiment_page.hpp"

#include <string>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_experiment.hpp"

using namespace sparseann;

namespace {

void write_results(const std::filesystem::path& out, const std::string& rows) {
  publish_atomically(out / "results.csv", "arm,budget,seed,prediction,case,class,metric,value\n" + rows);
  publish_atomically(out / "costs.csv", "arm,budget,seed,slices,nominal,plain_sum,union,foreground_voxels,contour_mm\n"
                                        "intervals,s4,0,12,0.75,0.7,0.5,100,50\nfeatures,s4,0,12,0.75,0.7,0.5,99,49\n");
  publish_atomically(out / "trials.csv", "trial,state,error\na,done,\nb,failed,because\nc,waiting,\n");
}

} // namespace

TEST_CASE("tables, figures and the page are made of the CSV files alone") {
  const test::TemporaryDirectory directory;
  const auto& out = directory.path();
  write_results(out, "intervals,s4,0,both,c0,shell,dice,0.5\nintervals,s4,0,both,c1,shell,dice,0.7\n"
                     "features,s4,0,both,c0,shell,dice,0.6\nfeatures,s4,0,both,c1,shell,dice,0.8\n"
                     "intervals,s4,0,shell,c0,shell,dice,0.3\nintervals,s4,0,shell,c1,shell,dice,0.2\n");
  publish_experiment(test::toy_experiment(), out);
  const std::string page = read_file(out / "index.html");
  CHECK_THAT(page, ContainsSubstring("A toy &amp; its arms"));
  CHECK_THAT(page, ContainsSubstring("1 of 3 trials are done, 1 failed"));
  CHECK_THAT(page, ContainsSubstring("<th scope=\"row\">features</th><td>s4</td>"));
  CHECK_THAT(page, ContainsSubstring("old one") && ContainsSubstring("Somebody, 2020"));
  CHECK_THAT(page, ContainsSubstring("dice_by_plain_sum.svg") && ContainsSubstring("dice_by_contour_mm.svg"));
  for (const char* const file : {"table.csv", "table.md", "table.tex", "contrasts.csv", "dice_by_plain_sum.svg"})
    CHECK(std::filesystem::exists(out / file));
  CHECK(read_csv(out / "contrasts.csv").rows() == 2);
}

TEST_CASE("the page shows the pictures that were published") {
  const test::TemporaryDirectory directory;
  const auto& out = directory.path();
  write_results(out, "intervals,s4,0,both,c0,shell,dice,0.5\nintervals,s4,0,shell,c0,shell,dice,0.3\n");
  publish_pictures({{.file = "scan.png", .caption = "A scan, its labels & errors", .bytes = "png"}}, out);
  CHECK(read_file(out / "scan.png") == "png");
  publish_experiment(test::toy_experiment(), out);
  CHECK_THAT(read_file(out / "index.html"),
             ContainsSubstring("<img src=\"scan.png\" alt=\"A scan, its labels &amp; errors\">"));
}

TEST_CASE("a page without any result says how far the experiment is") {
  const test::TemporaryDirectory directory;
  write_results(directory.path(), "");
  publish_experiment(test::toy_experiment(), directory.path());
  CHECK_THAT(read_file(directory.path() / "index.html"), ContainsSubstring("1 of 3 trials are done"));
  CHECK_FALSE(std::filesystem::exists(directory.path() / "table.csv"));
}
