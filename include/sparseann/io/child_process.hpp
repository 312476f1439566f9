#pragma once

#include <cerrno>
#include <csignal>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/io_error.hpp"
#include "sparseann/io/file.hpp"

namespace sparseann {

/// Descriptors that take the place of a child's standard ones; a negative one is inherited. They stay the caller's.
struct ChildStreams {
  int input = -1;
  int output = -1;
  int errors = -1;
};

/// A program that runs beside this one. No shell sees its words. Destruction kills one that still runs.
class ChildProcess {
public:
  /// `words`: the program, looked for in PATH where it has no slash, and its arguments.
  /// `purpose` ends the message where it cannot be started: ". It draws the curves".
  /// Throws: InvalidArgument for no words; IoError naming the program where it cannot be started.
  explicit ChildProcess(std::vector<std::string> words, const ChildStreams& streams = {},
                        const std::string& purpose = "") {
    if (words.empty())
      throw InvalidArgument("words", "a program and its arguments", "none");
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (std::string& word : words)
      pointers.push_back(word.data());
    pointers.push_back(nullptr);
    const Actions actions(streams);
    const int failure = posix_spawnp(&process_, pointers.front(), actions.get(), nullptr, pointers.data(), ::environ);
    if (failure != 0)
      throw IoError(words.front(), fmt::format("could not be started: {}{}", system_message(failure), purpose));
  }
  ChildProcess(ChildProcess&& other) noexcept
      : process_(std::exchange(other.process_, 0)), status_(std::exchange(other.status_, 0)) {}
  ChildProcess& operator=(ChildProcess&& other) noexcept {
    std::swap(process_, other.process_);
    std::swap(status_, other.status_);
    return *this;
  }
  ~ChildProcess() {
    if (process_ > 0 && !poll()) {
      ::kill(process_, SIGKILL);
      (void)wait();
    }
  }

  /// How it ended, none while it runs: its exit code, or 128 and the number of the signal that ended it, as shells say.
  [[nodiscard]] std::optional<int> poll() { return collect(WNOHANG); }

  /// Waits for its end. Returns as `poll`.
  int wait() { return collect(0).value(); }

private:
  class Actions {
  public:
    explicit Actions(const ChildStreams& streams) {
      posix_spawn_file_actions_init(&actions_);
      redirect(streams.input, STDIN_FILENO);
      redirect(streams.output, STDOUT_FILENO);
      redirect(streams.errors, STDERR_FILENO);
    }
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;
    ~Actions() { posix_spawn_file_actions_destroy(&actions_); }

    [[nodiscard]] const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

  private:
    void redirect(int from, int to) {
      if (from >= 0)
        posix_spawn_file_actions_adddup2(&actions_, from, to);
    }

    posix_spawn_file_actions_t actions_{};
  };

  [[nodiscard]] std::optional<int> collect(int flags) {
    while (process_ > 0) {
      int status = 0;
      const ::pid_t ended = ::waitpid(process_, &status, flags);
      if (ended == 0)
        return std::nullopt;
      if (ended < 0 && errno == EINTR)
        continue;
      if (ended < 0)
        throw Error("child process: " + system_message(errno));
      status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      process_ = 0;
    }
    return status_;
  }

  ::pid_t process_ = 0; ///< 0 once it was collected
  int status_ = 0;
};

} // namespace sparseann
