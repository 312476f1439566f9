#include <filesystem>
#include <string>

#include "programs/quickstart.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using Catch::Matchers::Matches;
using Catch::Matchers::StartsWith;
using sparseann::test::Arguments;
using sparseann::test::check_refused;
using sparseann::test::joined;
using sparseann::test::ProgramResult;
using sparseann::test::quickstart;
using sparseann::test::TemporaryDirectory;
using sparseann::test::toy_options;

namespace {

/// Checks that the arguments are refused as wrong usage and leave no run directory.
void check_usage_error(const Arguments& wrong, const std::string& message) {
  const TemporaryDirectory directory;
  const std::string run = (directory.path() / "run").string();
  check_refused(joined({"--out", run}, wrong), 2, message);
  CHECK_FALSE(std::filesystem::exists(run));
}

} // namespace

TEST_CASE("help and version are printed to standard output") {
  const ProgramResult help = quickstart({"--help"});
  CHECK_THAT(help.output, StartsWith("The three steps of annotating less"));
  CHECK(help.output.find("\n  --every TEXT ") != std::string::npos);
  CHECK(help.exit_code == 0);
  CHECK(help.errors.empty());
  const ProgramResult version = quickstart({"--version"});
  CHECK_THAT(version.output, Matches(R"(sparseann [0-9.]+ \(.+\), LibTorch [0-9.]+.*, cpu( and .* \(cuda\))?\n)"));
  CHECK(version.exit_code == 0);
  CHECK(version.errors.empty());
}

TEST_CASE("flags that do not exist or lack their value are named") {
  const std::string advice = "\nRun with --help for what there is.";
  check_usage_error({"--no-such-flag"}, "The following argument was not expected: --no-such-flag" + advice);
  check_usage_error({"--every"}, "--every: 1 required TEXT missing" + advice);
}

TEST_CASE("budgets that are no positive numbers are refused") {
  check_usage_error({"--every", "0"}, "--every: expected a number of at least 1, got 0");
  check_usage_error({"--every", "-2"}, "--every: expected a whole number without a sign, got '-2'");
  check_usage_error({"--every", "2.5"}, "--every: expected a whole number without a sign, got '2.5'");
  check_usage_error({"--budget", "0"}, "--budget: expected a number of at least 1, got 0");
  check_usage_error({"--budget", "-3"}, "--budget: expected a whole number without a sign, got '-3'");
  check_usage_error({"--every", "5", "--budget", "3"}, "--every, --budget: expected exactly one of the two, got both");
}

TEST_CASE("a budget above the number of slices is refused before there is a run directory") {
  check_usage_error(joined(toy_options(), {"--budget", "25"}),
                    "--budget: expected at most 24, the number of slices of a plane, got 25");
}

TEST_CASE("numbers of cases that the data do not have are refused before there is a run directory") {
  check_usage_error(joined(toy_options(), {"--validation-cases", "2"}),
                    "--validation-cases: expected fewer than 2, the number of training cases, got 2");
  check_usage_error(joined(toy_options(), {"--pseudo_labels.folds", "3"}),
                    "pseudo_labels.folds: expected 1 to 2, the number of training cases, got 3");
}

TEST_CASE("options that do not fit each other are refused before there is a run directory, by their flags") {
  check_usage_error({"--encoder.input", "36"},
                    "--encoder.input: expected a multiple of 8, as 3 convolutions of stride 2 need, got 36");
  check_usage_error({"--base.2d.training.patch", "20"},
                    "--base.2d.training.patch: expected a multiple of 8, as the network needs, got 20");
  check_usage_error({"--base.3d.training.patch", "18"},
                    "--base.3d.training.patch: expected a multiple of 4, as the network needs, got 18");
  check_usage_error({"--base.3d.inference.window", "30"},
                    "--base.3d.inference.window: expected a multiple of 4, as the network needs, got 30");
  check_usage_error({"--meta.inference.window", "30"},
                    "--meta.inference.window: expected a multiple of 4, as the network needs, got 30");
  check_usage_error({"--base.3d.network.layers", "4"}, "--base.3d.network.layers: expected two numbers, got [4]");
}

TEST_CASE("a GPU where there is none is refused") {
  if (quickstart({"--version"}).output.ends_with("(cuda)\n"))
    return; // there is one
  check_usage_error({"--device", "cuda"},
                    "--device: expected a device of this machine, got 'cuda', but no GPU is present");
}

TEST_CASE("an output folder without a name is refused") {
  check_refused({"--out", ""}, 2, "--out: expected a folder, got nothing");
}

TEST_CASE("options outside their limits are named") {
  check_usage_error({"--base.3d.training.learning_rate", "0"},
                    "--base.3d.training.learning_rate: expected a number above 0, got 0");
  check_usage_error({"--planes", "xy,zz"}, "--planes: expected one of xy, xz, yz, got 'zz'");
  check_usage_error({"--seed", "-1"}, "--seed: expected a whole number without a sign, got '-1'");
  check_usage_error({"--threads", "0"}, "--threads: expected a number of at least 1 and at most 4096, got 0");
  check_usage_error({"--training-cases", "0"}, "--training-cases: expected a number of at least 1, got 0");
  check_usage_error({"--baselines", "maybe"}, "--baselines: expected true or false, got 'maybe'");
  check_usage_error({"--device", "tpu"}, "--device: expected cpu, cuda or cuda:N, got 'tpu'");
}
