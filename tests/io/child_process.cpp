#include "sparseann/io/child_process.hpp"

#include <csignal>
#include <string>
#include <utility>

#include <fcntl.h>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using sparseann::ChildProcess;
using sparseann::FileDescriptor;

TEST_CASE("a child's exit code and what it says come back") {
  const sparseann::test::TemporaryDirectory folder;
  const std::string file = (folder.path() / "said").string();
  const FileDescriptor output(::open(file.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0666));
  ChildProcess child({"sh", "-c", "echo a word; exit 7"}, {.output = output.get()});
  CHECK(child.wait() == 7);
  CHECK(child.wait() == 7);
  CHECK(child.poll() == 7);
  CHECK(sparseann::read_file(file) == "a word\n");
}

TEST_CASE("a child that a signal ends has 128 and its number") {
  ChildProcess child({"sh", "-c", "kill -9 $$"});
  CHECK(child.wait() == 128 + SIGKILL);
}

TEST_CASE("a child that is moved stays one process, and its end kills it") {
  ChildProcess first({"sleep", "60"});
  ChildProcess second(std::move(first));
  CHECK_FALSE(second.poll().has_value());
}

TEST_CASE("a program that is not there is named") {
  CHECK_THROWS_WITH(ChildProcess({"no_such_program"}, {}, ". It does the work"),
                    "no_such_program: could not be started: No such file or directory. It does the work");
  CHECK_THROWS_WITH(ChildProcess({}), "words: expected a program and its arguments, got none");
}
