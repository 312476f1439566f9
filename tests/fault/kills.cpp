// A run that is killed at any moment goes on with the same command and ends with the same bytes.
#include <chrono>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "fault/toy_training.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;
using sparseann::test::Program;
using sparseann::test::TemporaryDirectory;

namespace {

/// Kills runs at random moments until there were `kills`, each run as often as it takes to end, and counts in which
/// stage they were.
std::map<std::string, std::size_t> kill_runs(std::size_t kills, Generator generator,
                                             std::chrono::milliseconds longest) {
  const TemporaryDirectory directory;
  const auto expected = test::undisturbed_results(directory.path());
  const auto stages = test::stages_of(directory.path() / "undisturbed");
  std::map<std::string, std::size_t> killed_in;
  std::size_t killed = 0;
  for (std::size_t runs = 0; killed < kills; ++runs) {
    const auto run = directory.path() / fmt::format("run_{}", runs);
    for (bool ended = false; !ended;) {
      Program program(SPARSEANN_QUICKSTART, test::fault_run(run));
      const auto moment =
          std::chrono::steady_clock::now() +
          std::chrono::duration<double, std::milli>(generator.uniform(0, static_cast<double>(longest.count())));
      const bool runs_on =
          killed < kills && program.run_until([&] { return std::chrono::steady_clock::now() >= moment; });
      if (runs_on)
        program.kill();
      const auto result = program.wait();
      if (result.exit_code == -SIGKILL) {
        ++killed;
        ++killed_in[test::stage_after_last(run, stages)];
        continue;
      }
      INFO(result.errors);
      REQUIRE(result.exit_code == 0);
      ended = true;
    }
    test::check_same_results(test::results_of(run), expected);
    CHECK(test::unfinished_files(run).empty());
    std::filesystem::remove_all(run);
  }
  return killed_in;
}

void tell(const std::map<std::string, std::size_t>& killed_in) {
  std::string text;
  std::size_t sum = 0;
  for (const auto& [stage, count] : killed_in) {
    text += fmt::format("\n{:5} {}", count, stage);
    sum += count;
  }
  WARN(fmt::format("{} kills, by stage:{}", sum, text));
}

} // namespace

TEST_CASE("a run that is killed ten times at random moments ends with the bytes of one that nobody disturbed") {
  tell(kill_runs(10, Generator(1), std::chrono::milliseconds(2000)));
}

TEST_CASE("three hundred kills at random moments, and every run ends with the bytes of one that nobody disturbed",
          "[long]") {
  const auto killed_in = kill_runs(300, Generator(2), std::chrono::milliseconds(1200));
  tell(killed_in);
  CHECK(killed_in.size() > 10); // not all in one place
}
