#include "apps/sparseann/torch/commands.hpp"

#include <cerrno>
#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/io_error.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/io/file.hpp"

namespace sparseann::app {

namespace {

/// Becomes the program beside this one, which is given all words as they are.
[[noreturn]] void become_torch_program(int argc, const char* const* argv) {
  const std::filesystem::path program =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "sparseann-torch";
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), argv, argv + argc);
  std::vector<char*> pointers;
  for (std::string& word : words)
    pointers.push_back(word.data());
  pointers.push_back(nullptr);
  ::execv(program.c_str(), pointers.data());
  throw IoError(program, "cannot be started: " + system_message(errno));
}

} // namespace

int run_torch_command(int argc, const char* const* argv) {
  return guarded_main([&] {
    if (!has_torch)
      throw InvalidArgument(fmt::format("command {}", argv[0]), "a build with LibTorch, which it needs",
                            "one without (SPARSEANN_WITH_TORCH=OFF)");
    become_torch_program(argc, argv);
  });
}

} // namespace sparseann::app
