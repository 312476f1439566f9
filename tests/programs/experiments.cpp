#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "programs/program.hpp"
#include "sparseann/data/nnunet_folder.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/io/hdf5.hpp"
#include "sparseann/io/npy.hpp"
#include "sparseann/metric/components.hpp"
#include "sparseann/metric/threshold_scores.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

namespace {

/// A toy data set and a folder for an experiment on it.
struct ToyData {
  test::TemporaryDirectory directory;
  std::string data = (directory.path() / "toy").string();
  std::filesystem::path out = directory.path() / "middle_or_everywhere"; // the written experiment's name

  ToyData() { write_nnunet_folder(data, test::toy_cohort(3, 2)); }

  [[nodiscard]] test::ProgramResult run(const std::string& program, const test::Arguments& further) const {
    test::Arguments arguments{"--data", data, "--out", out.string(), "--scale", "toy", "--threads", "1"};
    arguments.insert(arguments.end(), further.begin(), further.end());
    return test::Program(program, arguments).wait();
  }

  [[nodiscard]] std::string file(const std::string& name) const { return read_file(out / name); }
};

const std::string written = SPARSEANN_WRITTEN_EXPERIMENT;
const test::Arguments one_seed{"--every", "4", "--seeds", "0"};

void check_call_refused(const test::ProgramResult& result, const std::string& message) {
  CHECK(result.exit_code == 2);
  CHECK(result.errors == "error: " + message + "\n");
}

} // namespace

TEST_CASE("an experiment's trials run as processes, grow by budgets and seeds, and are published") {
  const ToyData toy;
  const auto first = toy.run(written, one_seed);
  INFO(first.errors);
  REQUIRE(first.exit_code == 0);
  CHECK(first.output == (toy.out / "index.html").string() + "\n");
  CHECK_THAT(first.errors, ContainsSubstring("[3/3] trials/full/full/seed_0: done in "));
  CHECK_THAT(read_file(toy.directory.path() / "index.html"), ContainsSubstring("middle_or_everywhere/index.html"));
  const CsvTable table = read_csv(toy.out / "table.csv");
  CHECK(table.rows() == 3);
  CHECK(read_csv(toy.out / "results.csv").rows() == 3 * 2 * (2 * 4 + 1));
  CHECK(read_csv(toy.out / "trainings.csv").rows() == 3);
  CHECK(read_csv(toy.out / "contrasts.csv").rows() == 2);
  const std::string scores = toy.file("trials/middle/s4/seed_0/scores.csv");

  const auto more = toy.run(written, {"--every", "4,8", "--seeds", "0..1", "--jobs", "2"});
  REQUIRE(more.exit_code == 0);
  CHECK_THAT(more.errors, ContainsSubstring("[7/7] ") && !ContainsSubstring("middle/s4/seed_0"));
  CHECK(toy.file("trials/middle/s4/seed_0/scores.csv") == scores);
  CHECK(read_csv(toy.out / "table.csv").rows() == 5);
  CHECK(read_csv(toy.out / "table.csv").cell(0, "seeds") == "2");

  CHECK(toy.run(written, one_seed).exit_code == 0); // what an earlier call finished stays in the table
  CHECK(read_csv(toy.out / "table.csv").rows() == 5);
}

TEST_CASE("a list says what is done, and --redraw makes every figure and table from the CSV files alone") {
  const ToyData toy;
  test::Arguments list = one_seed;
  list.push_back("--list");
  CHECK(toy.run(written, list).output == "waiting  trials/middle/s4/seed_0\n"
                                         "waiting  trials/intervals/s4/seed_0\n"
                                         "waiting  trials/full/full/seed_0\n");
  REQUIRE(toy.run(written, one_seed).exit_code == 0);
  CHECK_THAT(toy.run(written, list).output, ContainsSubstring("done     trials/full/full/seed_0\n"));
  std::map<std::string, std::string> published;
  for (const char* const name : {"index.html", "table.csv", "table.md", "table.tex", "contrasts.csv", "contrasts.md",
                                 "contrasts.tex", "dice_by_plain_sum.svg", "dice_by_contour_mm.svg"}) {
    published[name] = toy.file(name);
    std::filesystem::remove(toy.out / name);
  }
  std::filesystem::remove_all(toy.out / "trials");
  test::Arguments redraw = one_seed;
  redraw.push_back("--redraw");
  REQUIRE(toy.run(written, redraw).exit_code == 0);
  for (const auto& [name, text] : published)
    CHECK(toy.file(name) == text);
}

TEST_CASE("a trial that fails is listed with its error, loses no other, and is run again alone") {
  const ToyData toy;
  test::Arguments single = one_seed;
  single.insert(single.end(), {"--trial", "trials/full/full/seed_0"});
  check_call_refused(toy.run(written, single),
                     "--out: expected a folder of this experiment, which a call without --trial "
                     "makes, got " +
                         toy.out.string() + " without run.json");
  REQUIRE(toy.run(written, {"--every", "8", "--seeds", "0"}).exit_code == 0);
  std::filesystem::create_directories(toy.out / "trials/intervals/s4/seed_0");
  std::filesystem::copy_file(toy.data + "/dataset.json", toy.out / "trials/intervals/s4/seed_0/foreign.json");
  const auto failed = toy.run(written, one_seed);
  CHECK(failed.exit_code == 1);
  const std::string error = (toy.out / "trials/intervals/s4/seed_0").string() +
                            ": expected an empty folder or an earlier run (with run.json), got 'foreign.json' in it";
  CHECK_THAT(failed.errors, ContainsSubstring("trials/intervals/s4/seed_0: failed: " + error));
  CHECK_THAT(toy.file("trials.csv"), ContainsSubstring("trials/intervals/s4/seed_0,failed,"));
  CHECK_THAT(toy.file("trials.csv"), ContainsSubstring("trials/middle/s4/seed_0,done,"));
  std::filesystem::remove(toy.out / "trials/intervals/s4/seed_0/foreign.json");
  const auto mended = toy.run(written, one_seed);
  CHECK(mended.exit_code == 0);
  CHECK_THAT(mended.errors, ContainsSubstring("[1/1] trials/intervals/s4/seed_0: done"));
}

TEST_CASE("what an experiment cannot run with is refused before anything is written") {
  const ToyData toy;
  check_call_refused(toy.run(written, {"--seeds", ""}), "--seeds: expected at least one seed, got none");
  check_call_refused(toy.run(written, {"--layout", "hearts"}),
                     "--layout: expected nnunet or hvsmr, as there is --data, got hearts");
  check_call_refused(toy.run(written, {"--layout", "dicom"}),
                     "--layout: expected one of automatic, hearts, nnunet, hvsmr, own, got 'dicom'");
  check_call_refused(
      toy.run(written, {"--layout", "own"}),
      "--layout: expected hearts, nnunet or hvsmr, as this experiment has no layout of its own, got own");
  check_call_refused(toy.run(written, {"--training-cases", "9"}),
                     "--training-cases: expected at most 3, as there are, got 9");
  check_call_refused(
      toy.run(written, {"--set", "no.such=1"}),
      "--set: expected an option of this experiment's arms, as their run.json names them, got 'no.such'");
  check_call_refused(toy.run(written, {"--trial", "x"}), "--trial: expected one of those that --list prints, got 'x'");
  CHECK_FALSE(std::filesystem::exists(toy.out));
}

TEST_CASE("the folder of another experiment, scale or data set is refused") {
  const ToyData toy;
  REQUIRE(toy.run(written, {"--every", "8", "--seeds", "0"}).exit_code == 0);
  const std::string run_json = (toy.out / "run.json").string();
  check_call_refused(toy.run(SPARSEANN_TABLE1, one_seed),
                     "experiment: expected \"middle_or_everywhere\" as in " + run_json + ", got \"table1_hvsmr\"");
  check_call_refused(toy.run(written, {"--test-cases", "1"}),
                     "data.test_cases: expected 2 as in " + run_json + ", got 1");
  check_call_refused(toy.run(written, {"--trial", "trials/middle/s5/seed_0", "--test-cases", "1"}),
                     "--out: expected a folder of this experiment with the same options, got " + toy.out.string() +
                         " with another data.test_cases");
}

TEST_CASE("where there is no Slurm, --slurm says what there is instead") {
  const ToyData toy;
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", toy.directory.path().c_str(), 1); // no sbatch there, whatever this machine has
  test::Arguments arguments = one_seed;
  arguments.push_back("--slurm");
  const auto result = toy.run(written, arguments);
  ::setenv("PATH", path.c_str(), 1);
  CHECK(result.errors == "error: sbatch: could not be started: No such file or directory. --slurm needs Slurm's "
                         "commands; without them, --jobs N runs trials here\n");
}

TEST_CASE("every row of table 1 is trained, predicts and is scored") {
  const ToyData toy;
  const auto result = toy.run(SPARSEANN_TABLE1, one_seed);
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
  const CsvTable table = read_csv(toy.out / "table.csv");
  CHECK(table.rows() == 15);
  std::set<std::string> methods;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    methods.insert(table.cell(row, "method"));
    CHECK(table.number<double>(row, "dice") >= 0);
  }
  CHECK(methods.size() == 15);
  CHECK(read_csv(toy.out / "trials/unet3d/full/seed_0/learning_rates.csv").rows() == 2);
  CHECK_THAT(toy.file("index.html"), ContainsSubstring("Zheng et al., AAAI 2020, Table 1"));
}

TEST_CASE("every row of table 2 is trained, predicts and is scored by its instances") {
  ToyData toy;
  toy.data = (toy.directory.path() / "microscopy").string();
  std::filesystem::create_directories(toy.data);
  // Columns of cells with a boundary of one voxel between them.
  Array3<std::uint32_t> instances({16, 16, 16});
  Array3<std::uint8_t> raw({16, 16, 16});
  for (std::size_t z = 0; z < 16; ++z)
    for (std::size_t y = 0; y < 16; ++y)
      for (std::size_t x = 0; x < 16; ++x) {
        const bool boundary = y % 8 == 7 || x % 8 == 7;
        instances(z, y, x) = boundary ? 0 : static_cast<std::uint32_t>(1 + y / 8 * 2 + x / 8);
        raw(z, y, x) = static_cast<std::uint8_t>((boundary ? 40 : 160) + (x * 7 + y * 5 + z * 3) % 16);
      }
  for (const char* const name : {"train.h5", "test.h5"})
    write_hdf5(std::filesystem::path(toy.data) / name, "raw", raw, "label", instances);
  const auto result = toy.run(SPARSEANN_TABLE2, one_seed);
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
  const CsvTable table = read_csv(toy.out / "table.csv");
  CHECK(table.rows() == 12);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    CHECK(std::isfinite(table.number<double>(row, "rand_f"))); // every row has a score of its own
    CHECK(std::isfinite(table.number<double>(row, "cell dice")));
  }
  CHECK_THAT(toy.file("index.html"), ContainsSubstring("Zheng et al., AAAI 2020, Table 2"));
  CHECK(std::filesystem::exists(toy.out / "rand_f_by_plain_sum.svg"));
  // One row from its kept probabilities: VD2D's, all thresholds at once.
  const auto kept = read_npy_array<std::uint8_t, 4>(toy.out / "trials/vd2d/full/seed_0/pseudo_labels/xy/test.npy");
  Array3<std::uint8_t> of_cell({16, 16, 16});
  std::copy_n(kept.data() + of_cell.size(), of_cell.size(), of_cell.data());
  Array3<std::uint8_t> cells({16, 16, 16});
  std::ranges::transform(elements(instances), elements(cells).begin(), [](auto i) { return i != 0 ? 1 : 0; });
  const PercentSweep sums(of_cell, slice_components(cells).labels);
  const auto sweep = refined_sweep(
      [&](int percent) { return threshold_score(percent / 100.0, sums.at(percent / 100.0), SingletonRule::divided); });
  CHECK(table.cell(1, "method") == "VD2D");
  CHECK(table.number<double>(1, "rand_f") == Approx(sweep[best_of(sweep)].rand.f));
  CHECK(toy.file("contrasts.csv").find('\n') + 1 == toy.file("contrasts.csv").size()); // one test case: no interval
  ToyData without;
  test::Arguments arguments{"--out", without.out.string(), "--scale", "toy", "--seeds", "0"};
  check_call_refused(test::Program(SPARSEANN_TABLE2, arguments).wait(),
                     "--data: expected a data set, as this experiment can generate none, got none");
}
