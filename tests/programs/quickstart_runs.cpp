#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>
#include <string>

#include "programs/quickstart.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/io/file.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using sparseann::read_file;
using sparseann::test::Arguments;
using sparseann::test::check_refused;
using sparseann::test::check_runs;
using sparseann::test::joined;
using sparseann::test::Program;
using sparseann::test::TemporaryDirectory;
using sparseann::test::toy_run;
using sparseann::test::unfinished_files;

namespace {

void check_artefacts(const std::string& run) {
  for (const char* const artefact : {"run.json",
                                     "stages.json",
                                     "log.jsonl",
                                     "plan.csv",
                                     "metrics.csv",
                                     "summary.csv",
                                     "pseudo_labels.csv",
                                     "meta_inputs.csv",
                                     "report.html",
                                     "result.png",
                                     "features/heart_training_001_xz.npy",
                                     "labels/heart_training_000.nii.gz",
                                     "encoder/model.safetensors",
                                     "base/2d/model.safetensors",
                                     "base/3d/loss.csv",
                                     "base/full_3d/model.safetensors",
                                     "pseudo_labels/yz/heart_test_000.nii.gz",
                                     "pseudo_labels/3d/heart_training_001.npy",
                                     "meta/random_fit_then_nearest_fit/fitted.csv",
                                     "predictions/random_fit/heart_test_000.nii.gz",
                                     "predictions/equal_interval_3d/heart_test_000.nii.gz"}) {
    INFO(artefact);
    CHECK(std::filesystem::exists(run + '/' + artefact));
  }
  CHECK(unfinished_files(run).empty());
}

} // namespace

TEST_CASE("a run leaves every artefact, is reported again and not repeated, and accepts no other options") {
  const TemporaryDirectory directory;
  const std::string run = (directory.path() / "run").string();
  const Arguments arguments = toy_run(run, {"--baselines", "true", "--seed", "3"});
  check_runs(arguments);
  check_artefacts(run);
  CHECK(read_file(run + "/run.json").find("automatic") == std::string::npos); // it says what was computed in

  const std::string metrics = read_file(run + "/metrics.csv");
  const std::string stages = read_file(run + "/stages.json");
  check_runs(arguments);
  CHECK(read_file(run + "/metrics.csv") == metrics);
  CHECK(read_file(run + "/stages.json") == stages);

  const std::string as_before = " as in " + run + "/run.json, got ";
  check_refused(joined(arguments, {"--meta.expert_labels_replace_targets", "false"}), 2,
                "steps.meta.expert_labels_replace_targets: expected true" + as_before + "false");
  check_refused(toy_run(run, {"--baselines", "true", "--seed", "5"}), 2, "seed: expected 3" + as_before + "5");
  Arguments fewer = arguments;
  *std::next(std::ranges::find(fewer, "--training-cases")) = "1";
  check_refused(fewer, 2, "heart.training_cases: expected 2" + as_before + "1");
  CHECK(read_file(run + "/metrics.csv") == metrics);
}

TEST_CASE("the same seed gives the same numbers") {
  const TemporaryDirectory directory;
  const auto metrics = [&](const std::string& name) {
    const std::string run = (directory.path() / name).string();
    check_runs(toy_run(run, {"--baselines", "true", "--seed", "3"}));
    return read_file(run + "/metrics.csv");
  };
  CHECK(metrics("first") == metrics("second"));
}

TEST_CASE("held-out cases and folds: a run that is killed in a fold goes on, and other numbers of cases are refused") {
  const TemporaryDirectory directory;
  const auto arguments = [&](const std::string& name, const std::string& held_out) {
    Arguments words = toy_run(directory.path() / name, {"--validation-cases", held_out, "--pseudo_labels.folds", "2"});
    *std::next(std::ranges::find(words, "--training-cases")) = "4";
    return words;
  };
  const std::string run = (directory.path() / "run").string();
  check_runs(arguments("run", "1"));
  CHECK(std::filesystem::exists(run + "/base/3d/fold_1/model.safetensors"));
  CHECK(std::filesystem::exists(run + "/predictions/3d/heart_training_003.nii.gz"));
  check_refused(arguments("run", "2"), 2, "data.validation_cases: expected 1 as in " + run + "/run.json, got 2");

  Program program(SPARSEANN_QUICKSTART, arguments("killed", "1"));
  REQUIRE(program.run_until(
      [&] { return std::filesystem::exists(directory.path() / "killed/base/2d/fold_0/model.safetensors"); }));
  program.kill();
  check_runs(arguments("killed", "1"));
  CHECK(read_file(directory.path() / "killed/metrics.csv") == read_file(run + "/metrics.csv"));
}

TEST_CASE("another seed gives another plan and other numbers") {
  const TemporaryDirectory directory;
  const auto run = [&](const std::string& seed) { return (directory.path() / seed).string(); };
  for (const char* const seed : {"3", "4"})
    check_runs(toy_run(run(seed), {"--seed", seed}));
  CHECK(read_file(run("3") + "/plan.csv") != read_file(run("4") + "/plan.csv"));
  CHECK(read_file(run("3") + "/metrics.csv") != read_file(run("4") + "/metrics.csv"));
}

TEST_CASE("the planes used rule selection, training and pseudo-labels") {
  const TemporaryDirectory directory;
  const std::string run = (directory.path() / "run").string();
  check_runs(toy_run(run, {"--planes", "xy,yz"}));
  const sparseann::CsvTable plan = sparseann::read_csv(run + "/plan.csv");
  std::set<std::string> planes;
  for (std::size_t row = 0; row < plan.rows(); ++row)
    planes.insert(plan.cell(row, "plane"));
  CHECK(planes == std::set<std::string>{"xy", "yz"});
  std::set<std::string> sets;
  for (const auto& entry : std::filesystem::directory_iterator(run + "/pseudo_labels"))
    sets.insert(entry.path().filename().string());
  CHECK(sets == std::set<std::string>{"xy", "yz", "3d"});
  CHECK_FALSE(std::filesystem::exists(run + "/features/heart_training_000_xz.npy"));
}

TEST_CASE("a run on a GPU, where there is one, ends and is reported again") {
  if (!sparseann::test::quickstart({"--version"}).output.ends_with("(cuda)\n")) {
    WARN("skipped: no GPU");
    return;
  }
  const TemporaryDirectory directory;
  const std::string run = (directory.path() / "run").string();
  const Arguments arguments = toy_run(run, {"--device", "cuda", "--baselines", "true"});
  check_runs(arguments);
  const std::string metrics = read_file(run + "/metrics.csv");
  check_runs(arguments);
  CHECK(read_file(run + "/metrics.csv") == metrics);
}

TEST_CASE("an exported cohort, read back as an nnU-Net folder, gives the same numbers") {
  const TemporaryDirectory directory;
  const std::string hearts = (directory.path() / "hearts").string();
  const std::string generated = (directory.path() / "generated").string();
  const std::string read_back = (directory.path() / "read_back").string();
  check_runs(toy_run(generated, {"--export-data", hearts}));
  check_runs(toy_run(read_back, {"--data", hearts, "--baselines", "false"}));
  CHECK(read_file(generated + "/metrics.csv") == read_file(read_back + "/metrics.csv"));
  const std::string as_before = " as in " + read_back + "/run.json, got ";
  check_refused(toy_run(read_back, {"--data", hearts, "--baselines", "false", "--validation-cases", "1"}), 2,
                "data.validation_cases: expected 0" + as_before + "1");
  Arguments fewer = toy_run(read_back, {"--data", hearts, "--baselines", "false"});
  *std::next(std::ranges::find(fewer, "--training-cases")) = "1";
  check_refused(fewer, 2, "data.training_cases: expected 2" + as_before + "1");

  check_runs(toy_run(generated, {"--export-data", hearts})); // the very cohort may be exported again
  const std::string before = read_file(hearts + "/imagesTr/heart_training_000_0000.nii.gz");
  check_refused(toy_run(directory.path() / "other", {"--seed", "9", "--export-data", hearts}), 2,
                "--export-data: expected a new folder, or one with this very cohort, got another cohort in " + hearts);
  CHECK(read_file(hearts + "/imagesTr/heart_training_000_0000.nii.gz") == before);
  check_refused(toy_run(directory.path() / "other", {"--data", hearts, "--export-data", hearts}), 2,
                "--export-data: expected another folder than --data, got " + hearts);
  CHECK_FALSE(std::filesystem::exists(directory.path() / "other"));
}
