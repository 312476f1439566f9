#include "sparseann/experiment/run_experiment.hpp"

#include <array>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_experiment.hpp"

using namespace sparseann;

// What trials, sweeps and pages do is shown with whole programs, tests/programs/experiments.cpp.

TEST_CASE("a call that asks for a list alone makes no folder") {
  const test::TemporaryDirectory directory;
  const std::string out = (directory.path() / "out").string();
  const std::array<const char*, 6> call{"toy", "--out", out.c_str(), "--seeds", "0..1", "--list"};
  CHECK(run_experiment(test::toy_experiment(), static_cast<int>(call.size()), call.data()) == 0);
  CHECK_FALSE(std::filesystem::exists(out));
}

TEST_CASE("a call with wrong arguments ends with exit code 2 and makes no folder") {
  const test::TemporaryDirectory directory;
  const std::string out = (directory.path() / "out").string();
  for (const auto& [option, value] : {std::pair("--arms", "none"), std::pair("--seeds", "4..1"),
                                      std::pair("--set", "no.such=1"), std::pair("--scale", "huge")}) {
    const std::array<const char*, 5> call{"toy", "--out", out.c_str(), option, value};
    CHECK(run_experiment(test::toy_experiment(), static_cast<int>(call.size()), call.data()) == 2);
  }
  CHECK_FALSE(std::filesystem::exists(out));
}

TEST_CASE("trials are called as the experiment was, but for what it asks of the sweep") {
  const std::array<const char*, 5> call{"toy", "--slurm", "--jobs", "4", "--gather"};
  const auto words = sparseann::detail::words_of_trials(static_cast<int>(call.size()), call.data());
  REQUIRE(words.size() == 3);
  CHECK_THAT(words[0], ContainsSubstring("test_experiment"));
  CHECK(words[1] == "--jobs");
  CHECK(words[2] == "4");
}
