#include "sparseann/core/interruption.hpp"

#include <csignal>
#include <functional>

#include <sys/wait.h>
#include <unistd.h>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

/// The exit code of a process that does this, or minus the signal that ended it.
int exit_code_of(const std::function<void()>& work) {
  const ::pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    for (const int signal : {SIGINT, SIGTERM})
      std::signal(signal, SIG_DFL); // Catch2 has its own handlers
    work();
    ::_exit(7); // was not interrupted
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace

TEST_CASE("a signal ends a program at once with the shell's exit code") {
  CHECK(exit_code_of([] {
          leave_when_interrupted();
          std::raise(SIGTERM);
        }) == 143);
  CHECK(exit_code_of([] {
          leave_when_interrupted();
          std::raise(SIGINT);
        }) == 130);
}

TEST_CASE("a signal waits for the end of uninterrupted work, also where it is nested") {
  CHECK(exit_code_of([] {
          leave_when_interrupted();
          const Uninterrupted outer;
          {
            const Uninterrupted inner;
            std::raise(SIGTERM);
            if (!inner.is_interrupted())
              ::_exit(1);
          }
          if (!outer.is_interrupted())
            ::_exit(2);
          ::_exit(3); // the work goes on
        }) == 3);
  CHECK(exit_code_of([] {
          leave_when_interrupted();
          {
            const Uninterrupted work;
            std::raise(SIGTERM);
          }
          ::_exit(4); // not reached: the signal waited for the end of the block
        }) == 143);
  CHECK(exit_code_of([] {
          leave_when_interrupted();
          const Uninterrupted work;
          std::raise(SIGINT);
          work.leave();
        }) == 130);
}

TEST_CASE("nothing waits where a program has not asked for it") {
  CHECK(exit_code_of([] {
          const Uninterrupted work;
          std::raise(SIGTERM);
        }) == -SIGTERM);
}
