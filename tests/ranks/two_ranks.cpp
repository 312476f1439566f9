// Two processes under the mpirun that is installed.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "programs/quickstart.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/json.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;
using sparseann::test::Arguments;
using sparseann::test::Program;
using sparseann::test::ProgramResult;
using sparseann::test::TemporaryDirectory;

namespace {

/// Starts two ranks, also as root, on a single core, and where there is no ssh, which only other machines need.
Program two_ranks(const Arguments& words) {
  for (const char* const variable : {"OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"})
    ::setenv(variable, "1", 1);
  ::setenv("OMPI_MCA_plm_rsh_agent", "", 1);
  ::setenv("OMP_NUM_THREADS", "1", 1);
  return Program(SPARSEANN_MPIRUN, test::joined({"-np", "2", "--oversubscribe", "--bind-to", "none"}, words));
}

void check_ends_well(const Arguments& words) {
  const ProgramResult result = two_ranks(words).wait();
  INFO(result.errors);
  CHECK(result.exit_code == 0);
}

} // namespace

TEST_CASE("sums are over both ranks") { check_ends_well({SPARSEANN_RANKS_PROGRAM, "sums"}); }

TEST_CASE("two ranks learn what one process learns, to rounding, also in parts and with unequal annotation") {
  const TemporaryDirectory directory;
  check_ends_well({SPARSEANN_RANKS_PROGRAM, "training", directory.path().string()});
}

TEST_CASE("batch norm that is synchronised sees what a single process sees") {
  check_ends_well({SPARSEANN_RANKS_PROGRAM, "batch norm"});
}

TEST_CASE("a rank that fails ends the job with its message") {
  const auto start = std::chrono::steady_clock::now();
  const ProgramResult result = two_ranks({SPARSEANN_RANKS_PROGRAM, "failure"}).wait();
  CHECK(result.exit_code != 0);
  CHECK_THAT(result.errors, ContainsSubstring("error: the second rank fails"));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(30));
}

#ifdef SPARSEANN_QUICKSTART

namespace {

/// The processes that run this program with this word among its arguments.
std::vector<int> processes_of(const std::filesystem::path& program, const std::string& word) {
  std::vector<int> processes;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    std::error_code none; // a process may end while it is looked at
    if (name.find_first_not_of("0123456789") != std::string::npos ||
        std::filesystem::read_symlink(entry.path() / "exe", none) != std::filesystem::canonical(program))
      continue;
    std::ifstream arguments(entry.path() / "cmdline");
    const std::string words{std::istreambuf_iterator<char>(arguments), {}};
    if (words.find(word) != std::string::npos)
      processes.push_back(std::stoi(name));
  }
  return processes;
}

[[nodiscard]] Arguments whole_run(const std::filesystem::path& out) {
  return test::joined({SPARSEANN_QUICKSTART},
                      test::toy_run(out, {"--baselines", "true", "--base.3d.training.checkpoint_seconds", "0"}));
}

} // namespace

TEST_CASE("a whole run on two ranks is one run, and goes on where a killed one stopped") {
  const TemporaryDirectory directory;
  const auto run = directory.path() / "run";
  {
    Program killed = two_ranks(whole_run(run));
    CHECK(killed.run_until([&] { return !test::checkpoints(run / "base/3d").empty(); }));
    // One rank dies; mpirun ends the other and says so.
    const std::vector<int> ranks = processes_of(SPARSEANN_QUICKSTART, run.string());
    REQUIRE(ranks.size() == 2);
    const auto start = std::chrono::steady_clock::now();
    ::kill(ranks.back(), SIGKILL);
    const ProgramResult result = killed.wait();
    CHECK(result.exit_code != 0);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(30));
    CHECK_FALSE(result.errors.empty());
  }
  check_ends_well(whole_run(run));
  CHECK(test::unfinished_files(run).empty());
  for (const char* const file :
       {"metrics.csv", "report.html", "model.safetensors", "base/3d/model.safetensors",
        "pseudo_labels/3d/heart_training_001.npy", "predictions/random_fit/heart_test_000.nii.gz"})
    CHECK(std::filesystem::exists(run / file));
  CHECK(read_json_file(run / "run.json")["ranks"] == 2);
}

#endif
