#include <string>
#include <vector>

#include "apps/sparseann.hpp"
#include "support/catch.hpp"

using namespace sparseann;
using sparseann::test::Program;
using sparseann::test::ProgramResult;
using sparseann::test::SelectFolder;

TEST_CASE("Ctrl-C ends a selection at once and leaves what was there") {
  const SelectFolder folder;
  folder.write("f.npy", test::random_features(4000, 4, Generator(1)));
  folder.write("out.csv", "of an earlier selection");
  // 4000 gains of 4000 similarities at each of 4000 steps take longer than any test may.
  Program program(SPARSEANN_PROGRAM,
                  test::words(folder.named("select --features {}/f.npy --budget 4000 --maximiser naive --storage dense "
                                           "--output {}/out.csv --summary {}/out.json")));
  REQUIRE(program.run_until([&] { return program.errors().find("comparing all items: done") != std::string::npos; }));
  program.interrupt();
  const ProgramResult result = program.wait();
  CHECK(result.exit_code == 130);
  CHECK(result.output.empty());
  CHECK(folder.files() == std::vector<std::string>{"f.npy", "out.csv"});
  CHECK(read_file(folder / "out.csv") == "of an earlier selection");
}

TEST_CASE("a disk that is full at the end leaves no partial file") {
  const SelectFolder folder;
  folder.write("f.npy", test::random_features(2000, 4, Generator(1)));
  const std::string arguments = folder.named("select --features {}/f.npy --budget 2000 --output {}/out.csv");
  const ProgramResult result = Program(SPARSEANN_PROGRAM, test::words(arguments), {.file_bytes = 1000}).wait();
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.errors, ContainsSubstring("out.csv: cannot be written: File too large"));
  CHECK(folder.files() == std::vector<std::string>{"f.npy"});
}
