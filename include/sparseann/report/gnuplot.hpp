#pragma once

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <system_error>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "sparseann/core/io_error.hpp"

namespace sparseann {

namespace detail {

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
/// A file without a name, gone when it is closed.
using NamelessFile = std::unique_ptr<std::FILE, CloseFile>;

inline NamelessFile nameless_file(const std::string& content = "") {
  NamelessFile file(std::tmpfile());
  if (!file)
    throw IoError("temporary file", std::generic_category().message(errno));
  if (std::fwrite(content.data(), 1, content.size(), file.get()) != content.size() || std::fflush(file.get()) != 0)
    throw IoError("temporary file", std::generic_category().message(errno));
  std::rewind(file.get());
  return file;
}

inline std::string whole_content(std::FILE* file) {
  std::rewind(file);
  std::string content;
  std::array<char, 4096> block{};
  while (const std::size_t count = std::fread(block.data(), 1, block.size(), file))
    content.append(block.data(), count);
  return content;
}

class SpawnActions {
public:
  SpawnActions() { posix_spawn_file_actions_init(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() { posix_spawn_file_actions_destroy(&actions_); }

  void redirect(int descriptor, std::FILE* file) {
    posix_spawn_file_actions_adddup2(&actions_, fileno(file), descriptor);
  }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

private:
  posix_spawn_file_actions_t actions_{};
};

inline int exit_status(pid_t process) {
  int status = 0;
  while (waitpid(process, &status, 0) < 0)
    if (errno != EINTR)
      throw IoError("gnuplot", std::generic_category().message(errno));
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace detail

/// Runs a gnuplot script and returns what it writes to its standard output. No shell sees the script, and the user's
/// own gnuplot settings are not read.
///
/// Cost: one process, about 50 ms.
/// Throws: IoError where gnuplot cannot be started or fails; the message carries what it said.
[[nodiscard]] inline std::string run_gnuplot(const std::string& script, const std::string& program = "gnuplot") {
  const detail::NamelessFile input = detail::nameless_file(script);
  const detail::NamelessFile output = detail::nameless_file();
  const detail::NamelessFile complaints = detail::nameless_file();
  detail::SpawnActions actions;
  actions.redirect(STDIN_FILENO, input.get());
  actions.redirect(STDOUT_FILENO, output.get());
  actions.redirect(STDERR_FILENO, complaints.get());
  std::string name = program;
  std::string no_settings = "-d";
  const std::array<char*, 3> arguments{name.data(), no_settings.data(), nullptr};
  pid_t process = 0;
  const int failure = posix_spawnp(&process, program.c_str(), actions.get(), nullptr, arguments.data(), environ);
  if (failure != 0)
    throw IoError(program, fmt::format("could not be started: {}. It draws the learning curves; Debian has it in the "
                                       "package gnuplot-nox",
                                       std::generic_category().message(failure)));
  const int status = detail::exit_status(process);
  if (status != 0)
    throw IoError(program, fmt::format("ended with status {}: {}", status, detail::whole_content(complaints.get())));
  return detail::whole_content(output.get());
}

} // namespace sparseann
