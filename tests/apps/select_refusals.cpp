#include <limits>
#include <string>

#include "apps/sparseann.hpp"
#include "sparseann/io/npy_header.hpp"
#include "support/catch.hpp"

using namespace sparseann;
using sparseann::test::ProgramResult;
using sparseann::test::SelectFolder;

namespace {

/// A folder with an input of every kind, right and wrong.
class RefusalFolder {
public:
  RefusalFolder() {
    Array2<float> features = test::random_features(6, 3, Generator(1));
    folder_.write("f.npy", features);
    features(4, 2) = std::numeric_limits<float>::quiet_NaN();
    folder_.write("nan.npy", features);
    features(4, 2) = std::numeric_limits<float>::infinity();
    folder_.write("inf.npy", features);
    for (std::size_t column = 0; column < 3; ++column)
      features(4, column) = 0;
    folder_.write("zero.npy", features);
    for (std::size_t row = 3; row < 6; ++row)
      for (std::size_t column = 0; column < 3; ++column)
        features(row, column) = 1;
    folder_.write("half.npy", features);
    folder_.write("equal.npy", Array2<float>(xt::ones<float>({6, 3})));
    folder_.write("empty.npy", Array2<float>(xt::zeros<float>({0, 3})));
    write_costs();
    write_broken_arrays();
    folder_.write("groups.csv", "row,group\n0,a\n1,a\n2,a\n3,b\n4,b\n5,c\n");
    folder_.write("late.csv", "row,group\n3,b\n4,b\n0,a\n1,a\n2,a\n5,c\n");
    folder_.write("pair.csv", "source,target,weight\n0,1,0.5\n");
    folder_.write("many.csv", "row,group\n0,a\n1,b\n2,c\n3,d\n4,e\n5,f\n6,g\n");
    folder_.write("g.csv", "source,target,weight\n0,1,0.5\n1,2,0.25\n");
    folder_.write("negative.csv", "source,target,weight\n0,1,-0.5\n");
    before_ = folder_.files();
  }

  /// Checks that the arguments, and an output, are refused so and leave nothing. {} is the folder.
  void check(const std::string& arguments, int exit_code, const std::string& message) const {
    check_all(arguments + " --output {}/o.csv", exit_code, message);
  }
  void check_all(const std::string& arguments, int exit_code, const std::string& message) const {
    CAPTURE(arguments);
    const ProgramResult result = folder_.run(arguments);
    CHECK(result.errors == folder_.named("error: " + message + '\n'));
    CHECK(result.output.empty());
    CHECK(result.exit_code == exit_code);
    CHECK(folder_.files() == before_);
  }

private:
  void write_costs() const {
    Array1<double> costs{1, 2, 3, 4, 5, 6};
    write_npy(folder_ / "costs.npy", costs);
    costs(3) = -1;
    write_npy(folder_ / "negative.npy", costs);
    costs(3) = 0;
    write_npy(folder_ / "free.npy", costs);
    write_npy(folder_ / "few.npy", Array1<double>{1, 2});
  }

  void write_broken_arrays() const {
    write_npy(folder_ / "flat.npy", Array1<float>{1, 2, 3});
    write_npy(folder_ / "whole.npy", sparseann::Array2<std::int32_t>{{1, 2}, {3, 4}});
    std::string pickled = make_npy_header("f4", {2, 2});
    pickled.replace(pickled.find("<f4"), 3, "|O ");
    folder_.write("pickled.npy", pickled + "anything");
    const std::string right = read_file(folder_ / "f.npy");
    folder_.write("cut.npy", right.substr(0, right.size() - 4));
    folder_.write("text.npy", "no array");
  }

  SelectFolder folder_;
  std::vector<std::string> before_;
};

} // namespace

TEST_CASE("select refuses arguments that it does not know or cannot read") {
  const RefusalFolder folder;
  const std::string advice = "\nRun with --help for what there is.";
  folder.check("--bogus", 2, "The following argument was not expected: --bogus" + advice);
  folder.check("--features", 2, "The following argument was not expected: {}/o.csv" + advice);
  folder.check("--selector best", 2,
               "--selector: expected one of max-cover, saturated-coverage, feature-coverage, k-center, "
               "typical-clusters, probability-cover, random, equal-interval, middle-biased, got 'best'");
  folder.check("--similarity dot", 2, "--similarity: expected one of cosine, gaussian, got 'dot'");
  folder.check("--maximiser best", 2, "--maximiser: expected one of lazy, naive, stochastic, got 'best'");
  folder.check("--storage disk", 2, "--storage: expected one of auto, dense, tiled, got 'disk'");
  folder.check("--budget many", 2, "--budget: expected a whole number without a sign, got 'many'");
  folder.check("--budget 0", 2, "--budget: expected a number of at least 1, got 0");
  folder.check("--budget-cost 0", 2, "--budget-cost: expected a number above 0, got 0");
  folder.check("--seed -1", 2, "--seed: expected a whole number without a sign, got '-1'");
  folder.check("--threads 5000", 2, "--threads: expected a number of at least 0 and at most 4096, got 5000");
  folder.check("--saturated-coverage.saturation 2", 2,
               "--saturated-coverage.saturation: expected a number above 0 and at most 1, got 2");
}

TEST_CASE("select refuses arguments that do not fit each other") {
  const RefusalFolder folder;
  const std::string features = "--features {}/f.npy ";
  folder.check("--budget 2", 2, "--features, --graph: expected exactly one of them, got none");
  folder.check(features + "--graph {}/g.csv --budget 2", 2,
               "--features, --graph: expected exactly one of them, got --features and --graph");
  folder.check("--selector random --budget 2", 2, "--features, --count: expected exactly one of them, got none");
  folder.check(features + "--count 6 --budget 2", 2,
               "--count: expected a selector that needs no features, or a .csv graph, got --selector max-cover");
  folder.check("--graph {}/g.csv --selector k-center --budget 2", 2,
               "--graph: expected --selector max-cover with it, got --selector k-center");
  folder.check(features, 2, "--budget, --budget-cost, --budget-per-group: expected exactly one of them, got none");
  folder.check(features + "--budget 2 --budget-cost 3", 2,
               "--budget, --budget-cost, --budget-per-group: expected exactly one of them, got --budget and "
               "--budget-cost");
  folder.check(features + "--budget-cost 3", 2, "--budget-cost: expected --costs with it, got none");
  folder.check(features + "--budget 2 --costs {}/costs.npy", 2,
               "--costs: expected --budget-cost with it, got another budget");
  folder.check(features + "--budget-cost 2 --costs {}/costs.npy --selector k-center", 2,
               "--budget-cost: expected a selector with an objective, got --selector k-center");
  folder.check(features + "--budget-cost 2 --costs {}/costs.npy --maximiser naive", 2,
               "--budget-cost: expected no --maximiser, as costs have one of their own, got naive");
  folder.check(features + "--budget 2 --minimum-per-group 1", 2,
               "--minimum-per-group: expected --groups with it, got none");
  folder.check(features + "--budget-per-group 1", 2, "--budget-per-group: expected --groups with it, got none");
  folder.check(features + "--budget 3 --groups {}/groups.csv --minimum-per-group 1 --selector random", 2,
               "--minimum-per-group: expected a selector with an objective, got --selector random");
  folder.check(features + "--budget-per-group 1 --groups {}/groups.csv --minimum-per-group 1", 2,
               "--minimum-per-group: expected --budget with it, got another budget");
  folder.check(features + "--budget 3 --groups {}/groups.csv --minimum-per-group 1 --maximiser stochastic", 2,
               "--minimum-per-group: expected --maximiser lazy with it, got stochastic");
}

TEST_CASE("select refuses options of what is not used") {
  const RefusalFolder folder;
  const std::string start = "--features {}/f.npy --budget 2 ";
  folder.check(start + "--selector k-center --similarity cosine", 2,
               "--similarity: expected a selector of similarities and --features, got --selector k-center");
  folder.check(start + "--selector saturated-coverage --similarity cosine", 2,
               "--similarity: expected gaussian, as saturated-coverage takes no negative similarities, got cosine");
  folder.check(start + "--selector random --maximiser naive", 2,
               "--maximiser: expected a selector with an objective, got --selector random");
  folder.check(start + "--selector saturated-coverage --storage tiled", 2,
               "--storage: expected --selector max-cover and --features, got --selector saturated-coverage");
  folder.check(start + "--k-center.first random", 2,
               "--k-center.first: expected an option of what is used: max-cover, cosine, greedy, got k-center");
  folder.check(start + "--maximiser stochastic --greedy.certify false", 2,
               "--greedy.certify: expected an option of what is used: max-cover, cosine, stochastic, got greedy");
  folder.check(start + "--max-cover.baseline 0", 2,
               "--max-cover.baseline: expected a number of at most -1, the lowest similarity, got 0");
  folder.check(start + "--selector equal-interval --equal-interval.offset 1", 2,
               "--equal-interval.offset: expected a number of at least 0 and below 1, got 1");
}

TEST_CASE("select refuses features that it cannot work with") {
  const RefusalFolder folder;
  folder.check("--budget 2 --features {}/none.npy", 1, "{}/none.npy: cannot be opened: No such file or directory");
  folder.check("--budget 2 --features {}/nan.npy", 1,
               "{}/nan.npy: expected finite numbers, got nan in row 4, column 2");
  folder.check("--budget 2 --features {}/inf.npy", 1,
               "{}/inf.npy: expected finite numbers, got inf in row 4, column 2");
  folder.check("--budget 2 --features {}/zero.npy", 1,
               "{}/zero.npy: expected a number other than zero in each row, got zeros alone in row 4");
  folder.check("--budget 2 --features {}/empty.npy", 1,
               "{}/empty.npy: expected at least one row and one column, got 0 x 3");
  folder.check("--budget 2 --features {}/flat.npy", 1, "{}/flat.npy: expected an array of rank 2, got shape (3)");
  folder.check("--budget 2 --features {}/whole.npy", 1,
               "{}/whole.npy: expected elements of float32 or float64, got 'i4'");
  folder.check("--budget 2 --features {}/pickled.npy", 1,
               "{}/pickled.npy: expected numbers, got pickled Python objects, which are never loaded");
  folder.check("--budget 2 --features {}/cut.npy", 1,
               "{}/cut.npy: header promises shape (6, 3) of 4 bytes each, more than the file holds (at byte 128)");
  folder.check("--budget 2 --features {}/text.npy", 1, "{}/text.npy: is not a .npy file (at byte 0)");
  folder.check("--budget 7 --features {}/f.npy", 2,
               "--budget: expected a count of at least 1 and at most 6 (all there are), got 7");
}

TEST_CASE("what a selector of a count does not look at cannot be wrong, all else is refused") {
  const RefusalFolder folder;
  const std::string start = "--selector random --budget 2 --features ";
  folder.check(start + "{}/empty.npy", 1, "{}/empty.npy: expected at least one row and one column, got 0 x 3");
  folder.check(start + "{}/flat.npy", 1, "{}/flat.npy: expected an array of rank 2, got shape (3)");
  folder.check(start + "{}/whole.npy", 1, "{}/whole.npy: expected elements of float32 or float64, got 'i4'");
  folder.check(start + "{}/text.npy", 1, "{}/text.npy: is not a .npy file (at byte 0)");
  folder.check("--selector equal-interval --budget 7 --features {}/nan.npy", 2,
               "--budget: expected a count of at least 1 and at most 6 (all there are), got 7");
}

TEST_CASE("feature-coverage refuses negative features by row and column") {
  const SelectFolder folder;
  folder.write("f.npy", Array2<float>{{1, 2}, {3, -4}});
  const ProgramResult result =
      folder.run("--features {}/f.npy --budget 1 --selector feature-coverage --output {}/o.csv");
  CHECK(result.errors ==
        folder.named("error: {}/f.npy: expected no negative numbers, as feature-coverage needs, got -4 "
                     "in row 1, column 1\n"));
  CHECK(result.exit_code == 1);
}

TEST_CASE("what only the library can refuse is refused by its flag too") {
  const RefusalFolder folder;
  folder.check("--budget 2 --features {}/equal.npy --similarity gaussian", 2,
               "--gaussian.bandwidth: expected a number above 0, as all rows of the features are equal, got 0");
  folder.check("--budget-per-group 1 --groups {}/late.csv --features {}/half.npy --selector saturated-coverage", 2,
               "--gaussian.bandwidth in group 'b': expected a number above 0, as all rows of the features are equal, "
               "got 0");
  const std::string all_there_is = fmt::format("{}", std::numeric_limits<double>::max());
  folder.check("--graph {}/pair.csv --costs {}/few.npy --budget-cost " + all_there_is, 2,
               "--budget-cost: expected a finite number of at least 1, the lowest cost, got " + all_there_is);
}

TEST_CASE("select refuses costs, groups and graphs that do not fit") {
  const RefusalFolder folder;
  const std::string features = "--features {}/f.npy ";
  folder.check(features + "--budget-cost 3 --costs {}/negative.npy", 1,
               "{}/negative.npy: expected positive, finite costs, got -1 for item 3");
  folder.check(features + "--budget-cost 3 --costs {}/free.npy", 1,
               "{}/free.npy: expected positive, finite costs, got 0 for item 3");
  folder.check(features + "--budget-cost 3 --costs {}/few.npy", 1, "{}/few.npy: expected 6 costs, one per item, got 2");
  folder.check(features + "--budget-cost 0.5 --costs {}/costs.npy", 2,
               "--budget-cost: expected at least 1, the lowest cost, got 0.5");
  folder.check(features + "--budget 2 --groups {}/many.csv", 1,
               "{}/many.csv, line 8: expected a row below 6 in column 'row', got 6");
  folder.check(features + "--budget-per-group 2 --groups {}/groups.csv", 2,
               "--budget-per-group: expected at most 1, the rows of group 'c', got 2");
  folder.check(features + "--budget 4 --minimum-per-group 2 --groups {}/groups.csv", 2,
               "--minimum-per-group: expected at most 1, the rows of group 'c', got 2");
  folder.check(features + "--budget 2 --minimum-per-group 1 --groups {}/groups.csv", 2,
               "--minimum-per-group: expected minimums that fit the budget of 2, got 1, for which 3 are missing");
  folder.check("--graph {}/negative.csv --budget 1", 1,
               "{}/negative.csv, line 2: expected a finite weight from 0 in column 'weight', got -0.5");
  folder.check("--graph {}/g.csv --count 2 --budget 1", 1,
               "{}/g.csv, line 3: expected a node below 2 in column 'target', got 2");
  folder.check("--graph {}/f.npy --budget 1", 1, "{}/f.npy: cannot be read as a zip archive: Not a zip archive");
}

TEST_CASE("select refuses outputs that it cannot write, or that are its input, before it reads any") {
  const RefusalFolder folder;
  const std::string start = "--features {}/none.npy --budget 2 ";
  folder.check_all(start, 2, "--output: expected a CSV file to write, got nothing");
  folder.check_all(start + "--output {}/nowhere/o.csv", 1,
                   "{}/nowhere/o.csv: cannot be created: No such file or directory");
  folder.check_all(start + "--output {}", 1, "{}: is a folder");
  folder.check(start + "--summary {}/nowhere/s.json", 1,
               "{}/nowhere/s.json: cannot be created: No such file or directory");
  folder.check(start + "--summary {}/./o.csv", 2, "--summary: expected another file than --output, got {}/./o.csv");
  folder.check_all("--features {}/f.npy --budget 2 --output {}/../../{}/f.npy", 2,
                   "--output: expected another file than --features, got {}/../../{}/f.npy");
  folder.check_all("--features {}/f.npy --groups {}/groups.csv --budget 2 --output {}/groups.csv", 2,
                   "--output: expected another file than --groups, got {}/groups.csv");
}

TEST_CASE("a similarity matrix that does not fit memory is refused with what it takes and what takes less") {
  const SelectFolder folder;
  Array2<float> features = xt::ones<float>({1000000, 1});
  features(0, 0) = 2; // for a bandwidth
  folder.write("f.npy", features);
  const auto check = [&](const std::string& arguments, const std::string& flag, const std::string& advice) {
    const ProgramResult result = folder.run("--features {}/f.npy --budget 2 --output {}/o.csv " + arguments);
    CHECK_THAT(result.errors, ContainsSubstring("error: " + flag + ": expected a similarity matrix that fits the "));
    CHECK_THAT(result.errors, ContainsSubstring(" of memory that are free; " + advice +
                                                ", got 1000000 items, 1000000 x 1000000 similarities of 3725.3 GiB\n"));
    CHECK(result.exit_code == 2);
    CHECK(folder.files() == std::vector<std::string>{"f.npy"});
  };
  check("--storage dense", "--storage", "--storage tiled needs none");
  check("--selector saturated-coverage", "--features",
        "--selector max-cover with --storage tiled and --selector feature-coverage need none");
}
