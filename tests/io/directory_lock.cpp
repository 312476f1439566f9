#include "sparseann/io/directory_lock.hpp"

#include <csignal>
#include <optional>

#include <sys/wait.h>
#include <unistd.h>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using sparseann::DirectoryLock;
using sparseann::IoError;
using sparseann::test::TemporaryDirectory;

namespace {

/// Whether another process can lock the directory.
bool child_can_lock(const std::filesystem::path& directory) {
  const ::pid_t child = ::fork();
  if (child == 0) {
    try {
      const DirectoryLock lock(directory);
      ::_exit(0);
    } catch (const IoError&) {
      ::_exit(1);
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

TEST_CASE("a locked directory refuses other holders in this and other processes") {
  const TemporaryDirectory directory;
  std::optional<DirectoryLock> lock(directory.path());
  CHECK_THROWS_AS(DirectoryLock(directory.path()), IoError);
  CHECK_THROWS_WITH(DirectoryLock(directory.path()), directory.path().string() + ": is in use by another process");
  CHECK_FALSE(child_can_lock(directory.path()));
  lock.reset();
  CHECK(child_can_lock(directory.path()));
  CHECK_NOTHROW(DirectoryLock(directory.path()));
}

TEST_CASE("a killed holder leaves no lock") {
  const TemporaryDirectory directory;
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const ::pid_t child = ::fork();
  if (child == 0) {
    const DirectoryLock lock(directory.path());
    const bool told = ::write(ready[1], "x", 1) == 1;
    for (;;)
      told ? static_cast<void>(::pause()) : ::_exit(1);
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  CHECK_THROWS_AS(DirectoryLock(directory.path()), IoError);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK_NOTHROW(DirectoryLock(directory.path()));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE("a directory that is not there cannot be locked") {
  const TemporaryDirectory directory;
  const auto missing = directory.path() / "missing";
  CHECK_THROWS_WITH(DirectoryLock(missing), missing.string() + ": cannot be locked: No such file or directory");
}
