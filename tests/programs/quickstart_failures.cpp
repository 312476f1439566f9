#include <algorithm>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "programs/quickstart.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/directory_lock.hpp"
#include "sparseann/io/file.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using Catch::Matchers::Matches;
using sparseann::publish_atomically;
using sparseann::read_file;
using sparseann::test::Arguments;
using sparseann::test::check_refused;
using sparseann::test::check_runs;
using sparseann::test::checkpoints;
using sparseann::test::last_line;
using sparseann::test::Program;
using sparseann::test::ProgramResult;
using sparseann::test::quickstart;
using sparseann::test::TemporaryDirectory;
using sparseann::test::toy_run;
using sparseann::test::unfinished_files;

TEST_CASE("an output folder that cannot be made is named") {
  const TemporaryDirectory directory;
  const std::string file = (directory.path() / "file").string();
  publish_atomically(file, "precious");
  const std::string below = file + "/run";
  const std::string run = (directory.path() / "run").string();
  check_refused(toy_run(below), 1, below + ": cannot be created: Not a directory");
  check_refused(toy_run(file), 1, file + ": cannot be created: Not a directory");
  check_refused(toy_run("/proc/nowhere"), 1, "/proc/nowhere: cannot be created: No such file or directory");
  check_refused(toy_run(run, {"--export-data", below}), 1, below + ": cannot be created: Not a directory");
  CHECK_FALSE(std::filesystem::exists(run));
  CHECK(read_file(file) == "precious");
}

TEST_CASE("a folder with something else in it is not taken for a run directory") {
  const TemporaryDirectory directory;
  const std::string thesis = (directory.path() / "thesis.tex").string();
  publish_atomically(thesis, "precious");
  check_refused(toy_run(directory.path()), 2,
                directory.path().string() +
                    ": expected an empty folder or an earlier run (with run.json), got 'thesis.tex' in it");
  CHECK(read_file(thesis) == "precious");
  CHECK_FALSE(std::filesystem::exists(directory.path() / "run.json"));
  CHECK_FALSE(std::filesystem::exists(directory.path() / ".lock"));
}

TEST_CASE("a run directory that another process works on is refused") {
  const TemporaryDirectory directory;
  const sparseann::DirectoryLock lock(directory.path());
  check_refused(toy_run(directory.path()), 1, directory.path().string() + ": is in use by another process");
  CHECK_FALSE(std::filesystem::exists(directory.path() / "run.json"));
}

TEST_CASE("a full disk is an error that names the file, and afterwards the run ends as one that nobody disturbed") {
  const TemporaryDirectory directory;
  const auto undisturbed = directory.path() / "undisturbed";
  const auto run = directory.path() / "run";
  // Each file must be larger than those before it; a slow machine's checkpoints would be larger still.
  const Arguments growing{"--base.2d.network.widths",
                          "32,64,96",
                          "--base.2d.training.checkpoint_seconds",
                          "3600",
                          "--base.3d.training.checkpoint_seconds",
                          "3600"};
  check_runs(toy_run(undisturbed, growing));
  for (const char* const file :
       {"run.json", "encoder/model.safetensors", "base/2d/model.safetensors", "base/3d/model.safetensors"}) {
    const auto bytes = std::filesystem::file_size(undisturbed / file) - 1;
    const ProgramResult result = quickstart(toy_run(run, growing), {.file_bytes = bytes});
    CHECK(last_line(result.errors) ==
          fmt::format("error: {}: cannot be written: File too large (at byte {})", (run / file).string(), bytes));
    CHECK(result.exit_code == 1);
    CHECK_FALSE(std::filesystem::exists(run / file));
    CHECK(unfinished_files(run).empty());
  }
  check_runs(toy_run(run, growing));
  CHECK(read_file(run / "metrics.csv") == read_file(undisturbed / "metrics.csv"));
}

TEST_CASE("a full disk while a cohort is exported is an error that names the file") {
  const TemporaryDirectory directory;
  const auto hearts = directory.path() / "hearts";
  const auto run = directory.path() / "run";
  const ProgramResult result = quickstart(toy_run(run, {"--export-data", hearts.string()}), {.file_bytes = 4'000});
  CHECK(result.errors ==
        fmt::format(
            "error: {}/imagesTr/heart_training_000_0000.nii.gz: cannot be written: File too large (at byte 4000)\n",
            hearts.string()));
  CHECK(result.exit_code == 1);
  CHECK(std::filesystem::is_empty(hearts / "imagesTr"));
  CHECK_FALSE(std::filesystem::exists(hearts / "dataset.json")); // which says that a folder is complete
  CHECK_FALSE(std::filesystem::exists(run));
}

TEST_CASE("a loss that stops being finite is an error that names stage and iteration") {
  const TemporaryDirectory directory;
  const auto run = directory.path() / "run";
  const ProgramResult result = quickstart(toy_run(run, {"--base.3d.training.learning_rate", "1e30"}));
  CHECK_THAT(
      last_line(result.errors),
      Matches("error: base/3d, iteration [1-9][0-9]*: the (loss|gradient) is (nan|inf), samples: heart_training_.*"));
  CHECK(result.exit_code == 1);
  CHECK_FALSE(std::filesystem::exists(run / "base" / "3d" / "model.safetensors"));
  CHECK(unfinished_files(run).empty());
}

TEST_CASE("SIGTERM keeps a checkpoint at once and ends with 143, and the run then ends as one that nobody disturbed") {
  const TemporaryDirectory directory;
  const auto run = directory.path() / "run";
  const auto arguments = [](const std::filesystem::path& out) {
    Arguments words = toy_run(out); // keeps a checkpoint every half minute: none before it is asked for
    *std::next(std::ranges::find(words, "--base.3d.training.iterations")) = "60";
    return words;
  };
  const auto log = run / "log.jsonl";
  Program program(SPARSEANN_QUICKSTART, arguments(run));
  REQUIRE(program.run_until([&] {
    return std::filesystem::exists(log) && read_file(log).find(R"("base/3d","iteration":10)") != std::string::npos;
  }));
  CHECK(checkpoints(run / "base/3d").empty());
  program.terminate();
  const ProgramResult result = program.wait();
  CHECK(result.exit_code == 143);
  CHECK_THAT(last_line(result.errors),
             Matches("interrupted: base/3d is kept at iteration [0-9]+; the same command goes on from there"));
  CHECK(checkpoints(run / "base/3d").size() == 1);
  CHECK(unfinished_files(run).empty());
  check_runs(arguments(run));
  const auto undisturbed = directory.path() / "undisturbed";
  check_runs(arguments(undisturbed));
  CHECK(read_file(run / "base/3d/model.safetensors") == read_file(undisturbed / "base/3d/model.safetensors"));
  CHECK(read_file(run / "metrics.csv") == read_file(undisturbed / "metrics.csv"));
}

TEST_CASE("a run that is killed in every training of a network ends as one that nobody disturbed") {
  const TemporaryDirectory directory;
  const auto run = directory.path() / "run";
  const Arguments with_checkpoints =
      toy_run(run, {"--base.2d.training.checkpoint_seconds", "0", "--base.3d.training.checkpoint_seconds", "0",
                    "--meta.training.checkpoint_seconds", "0"});
  for (const char* const stage : {"base/2d", "base/3d", "meta/random_fit_then_nearest_fit"}) {
    Program program(SPARSEANN_QUICKSTART, with_checkpoints);
    CHECK(program.run_until([&] { return !checkpoints(run / stage).empty(); }));
    program.kill();
    const ProgramResult result = program.wait();
    INFO(result.errors);
    CHECK(result.exit_code == -SIGKILL);
    CHECK_FALSE(std::filesystem::exists(run / stage / "model.safetensors"));
  }
  check_runs(with_checkpoints);
  CHECK(unfinished_files(run).empty()); // a kill may have come in the middle of a checkpoint
  const auto undisturbed = directory.path() / "undisturbed";
  check_runs(toy_run(undisturbed));
  CHECK(read_file(run / "metrics.csv") == read_file(undisturbed / "metrics.csv"));
}
