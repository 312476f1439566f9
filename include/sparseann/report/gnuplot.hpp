#pragma once

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "sparseann/core/io_error.hpp"
#include "sparseann/io/child_process.hpp"

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
  const int status =
      ChildProcess({program, "-d"},
                   {.input = fileno(input.get()), .output = fileno(output.get()), .errors = fileno(complaints.get())},
                   ". It draws the learning curves; Debian has it in the package gnuplot-nox")
          .wait();
  if (status != 0)
    throw IoError(program, fmt::format("ended with status {}: {}", status, detail::whole_content(complaints.get())));
  return detail::whole_content(output.get());
}

} // namespace sparseann
