// sparseann compare, through files alone.
#include <filesystem>
#include <string>

#include "apps/sparseann.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/metric/holm.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;
using sparseann::test::ProgramResult;

namespace {

namespace fs = std::filesystem;

/// metrics.csv as `sparseann evaluate` writes it: Dice of cases a, b, ... of class 1.
std::string evaluated(const std::vector<double>& dice, std::size_t first = 0) {
  std::string text = "case,class,dice,adb_mm\n";
  for (std::size_t i = first; i < dice.size(); ++i)
    text += fmt::format("{},1,{},\n", static_cast<char>('a' + i), dice[i]);
  return text;
}

class ComparedFiles {
public:
  [[nodiscard]] fs::path operator/(std::string_view name) const { return directory_.path() / name; }
  void write(std::string_view name, std::string_view text) const { publish_atomically(*this / name, text); }
  [[nodiscard]] ProgramResult compare(std::string arguments) const {
    for (std::size_t at = arguments.find("{}"); at != std::string::npos; at = arguments.find("{}"))
      arguments.replace(at, 2, directory_.path().string());
    return test::sparseann("compare " + arguments);
  }
  [[nodiscard]] CsvTable table() const { return read_csv(*this / "out.csv"); }

private:
  test::TemporaryDirectory directory_;
};

const std::vector<double> base{0.5, 0.6, 0.7, 0.8, 0.9};

} // namespace

TEST_CASE("compare says how methods differ from the baseline, seeds averaged, per class") {
  const ComparedFiles files;
  files.write("base.csv", evaluated(base));
  files.write("one.csv", evaluated({0.6, 0.72, 0.73, 0.84, 0.95}));
  files.write("two.csv", evaluated({0.64, 0.7, 0.77, 0.86, 0.93}));
  const ProgramResult result = files.compare("--methods base={}/base.csv new_one={}/one.csv,{}/two.csv "
                                             "again={}/one.csv --baseline base --output {}/out.csv");
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
  const CsvTable table = files.table();
  REQUIRE(table.rows() == 3);
  CHECK(table.cell(0, "method") == "base");
  CHECK(table.number<double>(0, "mean") == Approx(0.7));
  CHECK(table.number<double>(0, "sd") == Approx(std::sqrt(0.025)));
  CHECK(table.number<double>(0, "median") == Approx(0.7));
  CHECK(table.number<double>(0, "ci_low") < 0.7);
  CHECK(table.number<double>(0, "ci_high") > 0.7);
  CHECK_FALSE(table.optional<double>(0, "difference"));
  CHECK(table.cell(1, "method") == "new_one");
  CHECK(table.number<std::size_t>(1, "seeds") == 2);
  CHECK(table.number<double>(1, "mean") == Approx(0.774));
  CHECK(table.number<double>(1, "difference") == Approx(0.074));
  CHECK(table.number<double>(1, "difference_ci_low") > 0);
  CHECK(table.number<double>(1, "p_wilcoxon") == Approx(0.0625)); // all five cases better: 2 / 2^5
  const std::vector<double> p_values{table.number<double>(1, "p_wilcoxon"), table.number<double>(2, "p_wilcoxon")};
  CHECK(table.number<double>(2, "p_holm") == Approx(holm_adjusted(p_values)[1]));
  CHECK(table.number<double>(1, "smallest_detectable") > 0);
  CHECK_THAT(read_file(files / "out.md"), ContainsSubstring("| 1 | new\\_one | 2 | 5 | 0.774 |"));
  CHECK_THAT(read_file(files / "out.tex"), ContainsSubstring("1 & new\\_one & 2 & 5 & 0.774 &"));
  CHECK_THAT(result.output, ContainsSubstring("+0.074"));
}

TEST_CASE("compare takes the methods of runs by name, by what follows #, and classes by their labels") {
  const ComparedFiles files;
  files.write("run.csv", "method,case,class,label,dice,adb_mm\n"
                         "vote,a,blood,2,0.5,1\nvote,b,blood,2,0.6,1\n"
                         "meta,a,blood,2,0.7,2\nmeta,b,blood,2,0.8,4\n");
  files.write("evaluated.csv", "case,class,dice,adb_mm\nb,2,0.9,3\na,2,0.9,1\n");
  const ProgramResult result = files.compare("--methods vote={}/run.csv other={}/run.csv#meta third={}/evaluated.csv "
                                             "--baseline third --metric adb_mm --output {}/out.csv --decimals 1");
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
  const CsvTable table = files.table();
  REQUIRE(table.rows() == 3);
  CHECK(table.cell(0, "class") == "blood");
  CHECK(table.number<double>(0, "difference") == Approx(-1));
  CHECK(table.number<double>(1, "difference") == Approx(1));
  CHECK_THAT(read_file(files / "out.tex"), ContainsSubstring("$-$1.0"));
}

TEST_CASE("compare refuses cases that a method lacks, unless common ones are asked for") {
  const ComparedFiles files;
  files.write("base.csv", evaluated(base));
  files.write("less.csv", evaluated(base, 2));
  files.write("hole.csv", "case,class,dice\na,1,0.5\nb,1,\nc,1,0.5\nd,1,0.5\ne,1,0.5\n");
  const std::string methods = "--methods base={}/base.csv less={}/less.csv --baseline base --output {}/out.csv";
  const ProgramResult refused = files.compare(methods);
  CHECK(refused.exit_code == 1);
  CHECK_THAT(refused.errors, ContainsSubstring("less.csv: expected dice of case a, class 1, which another file has (or "
                                               "--common-cases true), got none"));
  CHECK_FALSE(fs::exists(files / "out.csv"));
  const ProgramResult common = files.compare(methods + " --common-cases true");
  REQUIRE(common.exit_code == 0);
  CHECK(files.table().number<std::size_t>(0, "cases") == 3);
  CHECK_THAT(common.errors, ContainsSubstring("class 1: 2 cases left out"));
  CHECK_THAT(files.compare("--methods base={}/base.csv hole={}/hole.csv --baseline base --output {}/out.csv").errors,
             ContainsSubstring("hole.csv: expected dice of case b, class 1"));
}

TEST_CASE("compare refuses what it cannot work with before it writes anything") {
  const ComparedFiles files;
  files.write("a.csv", evaluated(base));
  files.write("run.csv", "method,case,class,label,dice\nvote,a,blood,2,0.5\nmeta,a,blood,2,0.5\n");
  files.write("one.csv", evaluated({0.5}));
  files.write("twice.csv", "case,class,dice\na,1,0.5\na,1,0.5\n");
  files.write("nan.csv", "case,class,dice\na,1,nan\n");
  const auto refused = [&](const std::string& arguments, const std::string& message) {
    const ProgramResult result = files.compare(arguments);
    CHECK(result.exit_code != 0);
    CHECK_THAT(result.errors, ContainsSubstring(message));
    CHECK_FALSE(fs::exists(files / "out.csv"));
  };
  const std::string rest = " --baseline a --output {}/out.csv";
  refused("--methods a={}/a.csv" + rest, "--methods: expected at least two methods, got 1");
  refused("--methods a={}/a.csv {}/a.csv" + rest, "--methods: expected NAME=FILE[,FILE...] of every method, got '");
  refused("--methods a={}/a.csv a={}/a.csv" + rest, "--methods: expected methods of different names, got 'a' twice");
  refused("--methods a={}/a.csv b={}/a.csv --output {}/out.csv", "--baseline: expected one of a, b, got nothing");
  refused("--methods a={}/a.csv b={}/a.csv --baseline c --output {}/out.csv",
          "--baseline: expected one of a, b, got 'c'");
  refused("--methods a={}/a.csv b={}/a.csv --baseline a", "--output: expected a .csv file to write, got nothing");
  refused("--methods a={}/a.csv b={}/a.csv --baseline a --output {}/out.md", "--output: expected a .csv file");
  refused("--methods a={}/a.csv b={}/none.csv" + rest, "none.csv");
  refused("--methods a={}/a.csv b={}/a.csv --metric nsd" + rest, "a.csv: expected a column 'nsd'");
  refused("--methods a={}/a.csv b={}/run.csv" + rest,
          "run.csv: expected the method 'b' (or FILE#METHOD), got the methods meta, vote");
  refused("--methods a={}/a.csv b={}/a.csv#vote" + rest, "a.csv: expected a column 'method' for 'vote', got none");
  refused("--methods a={}/one.csv b={}/one.csv" + rest,
          "class 1: expected at least two cases that all methods have, got 1");
  refused("--methods a={}/twice.csv b={}/twice.csv" + rest, "twice.csv, line 3: expected every case once per class");
  refused("--methods a={}/nan.csv b={}/nan.csv" + rest, "nan.csv, line 2: expected a finite number in column 'dice'");
}
