#include "sparseann/experiment/experiments_index.hpp"

#include <string>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

namespace {

void write_experiment(const std::filesystem::path& folder, const std::string& name) {
  std::filesystem::create_directories(folder);
  write_json_file(folder / "run.json",
                  {{"title", "What " + name + " shows & why"},
                   {"options", {{"experiment", name}, {"scale", "cpu"}, {"data", {{"name", "hearts"}}}}}});
  publish_atomically(folder / "index.html", "a page");
  publish_atomically(folder / "trials.csv", "trial,state,error\na,done,\nb,waiting,\n");
}

} // namespace

TEST_CASE("one page joins the experiments of a folder") {
  const test::TemporaryDirectory directory;
  const auto& parent = directory.path();
  write_experiment(parent / "second", "second");
  write_experiment(parent / "first", "first");
  std::filesystem::create_directories(parent / "other");
  publish_atomically(parent / "first" / "dice_by_plain_sum.svg", "<svg/>");
  publish_atomically(parent / "first" / "contrasts.csv",
                     "method,baseline,budget,primary,seeds,cases,difference,ci_low,ci_high,p_wilcoxon\n"
                     "RA + ST,RA,s5,yes,3,10,0.0125,0.01,0.02,0.03\nRA,EIA,s5,no,3,10,0.5,0.4,0.6,0.01\n");
  publish_experiments_index(parent);
  const std::string page = read_file(parent / "index.html");
  CHECK_THAT(page, ContainsSubstring("<a href=\"first/index.html\">What first shows &amp; why</a>"));
  CHECK_THAT(page, ContainsSubstring("hearts, scale cpu: 1 of 2 trials are done."));
  CHECK_THAT(page, ContainsSubstring("first/dice_by_plain_sum.svg") && ContainsSubstring("RA + ST"));
  CHECK_THAT(page, !ContainsSubstring("EIA") && !ContainsSubstring("other/index.html"));
  CHECK(page.find("first/index.html") < page.find("second/index.html"));
  publish_atomically(parent / "first" / "trials.csv", "no such columns\na row\n");
  publish_experiments_index(parent); // a damaged neighbour is named and keeps no other from being shown
  CHECK_THAT(read_file(parent / "index.html"), ContainsSubstring("It cannot be read:") && ContainsSubstring("second"));
  std::filesystem::remove(parent / "second" / "index.html");
  publish_experiments_index(parent);
  CHECK_THAT(read_file(parent / "index.html"), !ContainsSubstring("second"));
}

TEST_CASE("a page that is not of experiments is kept") {
  const test::TemporaryDirectory directory;
  publish_atomically(directory.path() / "index.html", "mine");
  CHECK_THROWS_WITH(publish_experiments_index(directory.path()),
                    ContainsSubstring("expected a page of experiments, or none, got another page, which is kept"));
  CHECK(read_file(directory.path() / "index.html") == "mine");
}
