#include <string>

#include "apps/sparseann.hpp"
#include "support/catch.hpp"

using Catch::Matchers::Matches;
using sparseann::test::ProgramResult;

namespace {

void check_says(const std::string& arguments, const std::string& text) {
  const ProgramResult result = sparseann::test::sparseann(arguments);
  CHECK(result.output.find(text) != std::string::npos);
  CHECK(result.errors.empty());
  CHECK(result.exit_code == 0);
}

void check_refuses_command(const std::string& arguments, const std::string& message) {
  const ProgramResult result = sparseann::test::sparseann(arguments);
  CHECK(result.errors == "error: " + message + '\n');
  CHECK(result.output.empty());
  CHECK(result.exit_code == 2);
}

} // namespace

TEST_CASE("the program lists its commands, and a command that is none is refused") {
  check_says("--help", "\n  select         Rank the items to label, from features or a graph.\n");
  check_refuses_command("", "command: expected one of select, evaluate, evaluate-rand, compare, encode, plan, import, "
                            "train, predict, export, nnunet, got nothing");
  check_refuses_command("train-everything",
                        "command: expected one of select, evaluate, evaluate-rand, compare, "
                        "encode, plan, import, train, predict, export, nnunet, got 'train-everything'");
  check_refuses_command("--no-such-flag", "The following argument was not expected: --no-such-flag\n"
                                          "Run with --help for what there is.");
}

TEST_CASE("the program and its commands have one version") {
  const ProgramResult version = sparseann::test::sparseann("--version");
  CHECK_THAT(version.output, Matches(R"(sparseann [0-9.]+ \(.+\)\n)"));
  CHECK(version.exit_code == 0);
  CHECK(sparseann::test::sparseann("select --version").output == version.output);
}

#if !SPARSEANN_WITH_TORCH
TEST_CASE("commands that need LibTorch say that this build has none") {
  check_says("--help", "\n  encode      Make features of the slices of a folder of images (needs LibTorch: not in this "
                       "build).\n");
  for (const std::string command : {"encode", "plan"})
    check_refuses_command(command + " --data d --output o",
                          "command " + command +
                              ": expected a build with LibTorch, which it needs, got one without "
                              "(SPARSEANN_WITH_TORCH=OFF)");
}
#endif

TEST_CASE("select's help says what every selector is for") {
  for (const std::string selector :
       {"max-cover", "saturated-coverage", "feature-coverage", "k-center", "typical-clusters", "probability-cover",
        "random", "equal-interval", "middle-biased"}) {
    CAPTURE(selector);
    const std::string start = "\n  " + selector + std::string(20 - selector.size(), ' ');
    check_says("select --help", start);
  }
  check_says("select --help", "\n  --probability-cover.radius TEXT");
}
