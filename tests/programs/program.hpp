#pragma once

#include <cerrno>
#include <chrono>
#include <concepts>
#include <csignal>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/io/file.hpp"

namespace sparseann::test {

using Arguments = std::vector<std::string>;

/// What bounds a program.
struct ProgramLimits {
  std::chrono::seconds time{200};     ///< past it the program is killed and waiting throws; less than ctest's own limit
  std::optional<::rlim_t> file_bytes; ///< writing beyond this size fails, as on a full disk
};

/// How a program ended and what it said.
struct ProgramResult {
  int exit_code = 0; ///< minus the signal where one killed it
  std::string output;
  std::string errors;
};

/// A program that runs as a child process, without a shell between. Destruction kills one that still runs.
///
/// Throws: std::runtime_error where there is no process to be had, and past the time limit.
class Program {
public:
  Program(const std::filesystem::path& executable, const Arguments& arguments, const ProgramLimits& limits = {})
      : command_(fmt::format("{} {}", executable.string(), fmt::join(arguments, " "))), limits_(limits) {
    Arguments words{executable.string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers; // made before the fork, as the child may not allocate
    for (std::string& word : words)
      pointers.push_back(word.data());
    pointers.push_back(nullptr);
    child_ = ::fork();
    if (child_ < 0)
      throw std::runtime_error(command_ + ": cannot be started: " + system_message(errno));
    if (child_ == 0)
      become(pointers);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() { kill(); }

  /// Lets it run until `condition()` holds; false where it ended before.
  template <std::predicate Condition> bool run_until(Condition&& condition) {
    while (running()) {
      if (condition())
        return true;
      if (std::chrono::steady_clock::now() - start_ > limits_.time) {
        kill();
        throw std::runtime_error(
            fmt::format("{}: still ran after {} s, saying\n{}", command_, limits_.time.count(), said(errors_)));
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }

  /// Waits for its end.
  ProgramResult wait() {
    run_until([] { return false; });
    return {.exit_code = WIFSIGNALED(status_) ? -WTERMSIG(status_) : WEXITSTATUS(status_),
            .output = said(output_),
            .errors = said(errors_)};
  }

  /// What it has said on standard error so far.
  [[nodiscard]] std::string errors() const { return said(errors_); }

  /// Ctrl-C.
  void interrupt() { send(SIGINT); }

  /// As batch systems do when a job's time is over.
  void terminate() { send(SIGTERM); }

  /// kill -9.
  void kill() {
    if (!running())
      return;
    ::kill(child_, SIGKILL);
    ::waitpid(std::exchange(child_, 0), &status_, 0);
  }

private:
  /// A file without a name takes any amount, where a pipe that nobody reads would block the program.
  [[nodiscard]] static FileDescriptor nameless_file() {
    FileDescriptor file(::memfd_create("program", MFD_CLOEXEC));
    if (!file.is_open())
      throw std::runtime_error("memfd_create: " + system_message(errno));
    return file;
  }

  [[nodiscard]] static std::string said(const FileDescriptor& file) {
    return read_file(fmt::format("/proc/self/fd/{}", file.get()));
  }

  [[noreturn]] void become(const std::vector<char*>& words) const {
    constexpr int cannot_be_run = 127; // as shells say
    if (::dup2(output_.get(), STDOUT_FILENO) < 0 || ::dup2(errors_.get(), STDERR_FILENO) < 0)
      ::_exit(cannot_be_run);
    if (limits_.file_bytes) {
      const struct ::rlimit limit{.rlim_cur = *limits_.file_bytes, .rlim_max = *limits_.file_bytes};
      std::signal(SIGXFSZ, SIG_IGN); // which kills by default; ignored, write fails as on a full disk
      if (::setrlimit(RLIMIT_FSIZE, &limit) != 0)
        ::_exit(cannot_be_run);
    }
    ::execv(words.front(), words.data());
    ::_exit(cannot_be_run);
  }

  void send(int signal) {
    if (running())
      ::kill(child_, signal);
  }

  [[nodiscard]] bool running() {
    if (child_ > 0 && ::waitpid(child_, &status_, WNOHANG) == child_)
      child_ = 0;
    return child_ > 0;
  }

  std::string command_;
  ProgramLimits limits_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  FileDescriptor output_ = nameless_file();
  FileDescriptor errors_ = nameless_file();
  ::pid_t child_ = 0;
  int status_ = 0;
};

} // namespace sparseann::test
