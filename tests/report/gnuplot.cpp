#include "sparseann/report/gnuplot.hpp"

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("gnuplot's output comes back") { CHECK(run_gnuplot("set print '-'\nprint 6 * 7\n") == "42\n"); }

TEST_CASE("a script longer than a pipe holds is read to its end") {
  std::string script = "set print '-'\n";
  for (int i = 0; i < 20000; ++i)
    script += "x = " + std::to_string(i) + "\n";
  CHECK(run_gnuplot(script + "print x\n") == "19999\n");
}

TEST_CASE("a script that gnuplot refuses is an error with what it said") {
  std::string said;
  try {
    said = "no error, but: " + run_gnuplot("plot nonsense(\n");
  } catch (const IoError& error) {
    said = error.what();
  }
  CHECK(said.starts_with("gnuplot: ended with status 1: "));
  CHECK(said.find("invalid expression") != std::string::npos);
}

TEST_CASE("without gnuplot the error says what is missing") {
  CHECK_THROWS_WITH(run_gnuplot("", "gnuplot-that-nobody-has"),
                    "gnuplot-that-nobody-has: could not be started: No such file or directory. It draws the learning "
                    "curves; Debian has it in the package gnuplot-nox");
}
